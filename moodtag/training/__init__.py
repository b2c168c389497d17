"""Data sets, training, evaluation, model cards (extra `train`)."""
