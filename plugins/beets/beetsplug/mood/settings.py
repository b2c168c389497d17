"""The section `mood` of beets' config."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

from moodtag.core.records import Existing, LyricsMode
from moodtag.core.settings import DEFAULT_MODEL, LRCLIB_URL, available_cores, index_path

DEFAULTS: dict[str, Any] = {
    "auto": True,
    "force": False,
    "quiet": False,
    "write": None,
    "lyrics": "local",
    "existing": "keep",
    "model": DEFAULT_MODEL,
    "device": "auto",
    "threads": 0,
    "keep_mtime": False,
    "index": None,
    "lrclib_url": LRCLIB_URL,
    "genius_token": None,
}
DEVICES = ("auto", "cpu", "cuda")
EXISTING: tuple[str, ...] = get_args(Existing)
LYRICS: tuple[str, ...] = get_args(LyricsMode)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How music is judged. `genius_token` appears in no text."""

    index: Path
    model: str
    device: Any
    jobs: int
    lyrics: LyricsMode
    existing: Existing
    keep_mtime: bool
    lrclib_url: str
    genius_token: str | None


def read_settings(config: Any, *, threads: int | None = None, lyrics: str | None = None, existing: str | None = None) -> Settings:
    """What the config says, or in its place the command's options where they say something. Raises confuse's ConfigError."""
    return Settings(
        index=_index(config),
        model=config["model"].as_str(),
        device=config["device"].as_choice(DEVICES),
        jobs=max(config["threads"].get(int) if threads is None else threads, 0) or available_cores(),
        lyrics=cast(LyricsMode, lyrics or _lyrics(config["lyrics"])),
        existing=cast(Existing, existing or config["existing"].as_choice(EXISTING)),
        keep_mtime=config["keep_mtime"].get(bool),
        lrclib_url=config["lrclib_url"].as_str(),
        genius_token=config["genius_token"].get() or None,
    )


def _index(config: Any) -> Path:
    if config["index"].get() is not None:
        return Path(config["index"].as_filename())
    named = os.environ.get("MOODTAG_INDEX")
    return Path(named) if named else index_path()


def _lyrics(view: Any) -> str:
    """YAML reads a bare `off` as false."""
    return "off" if view.get() is False else view.as_choice(LYRICS)
