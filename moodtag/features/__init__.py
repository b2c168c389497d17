"""Pure features of sound: training and inference use these same functions."""
