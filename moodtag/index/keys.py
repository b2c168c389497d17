"""How paths and times stand in the index."""

import os
from datetime import UTC, datetime
from pathlib import Path


def path_key(path: Path) -> str | bytes:
    """Text for people's queries; bytes where the name is not UTF-8, which SQLite's text could not hold."""
    raw = os.fsencode(path)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw


def path_of(key: str | bytes) -> Path:
    """The path that a key stands for."""
    return Path(os.fsdecode(key))


def now() -> str:
    """The present time, ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")
