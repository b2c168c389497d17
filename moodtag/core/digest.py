"""How a song's words are told where they themselves must not be kept."""

import hashlib

LYRICS = "LYRICS"
"""The field of a file's tags that holds its words. Index, journal and messages know only their digest."""


def digest_of(text: str | bytes) -> str:
    """The text's sha256, as the journal keeps it."""
    raw = text.encode() if isinstance(text, str) else text
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"
