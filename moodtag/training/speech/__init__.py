"""Training on voices: emotional speech, and how it meets music."""
