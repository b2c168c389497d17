"""Moods of a music library, judged offline and written into its files."""

__version__ = "0.1.0"
