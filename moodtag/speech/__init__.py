"""A voice: recorded or read, found in its silence, and written down (extra `speech`)."""
