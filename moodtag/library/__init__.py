"""The user's files: find them, hear them, write into them."""
