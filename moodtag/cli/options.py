"""Options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from moodtag.core.settings import index_path


class Existing(StrEnum):
    """What becomes of moods that a person wrote."""

    KEEP = "keep"
    MERGE = "merge"
    REPLACE = "replace"


class LyricsMode(StrEnum):
    """Where words are looked for: nowhere, in the music's own tags and files, or then also on the network."""

    OFF = "off"
    LOCAL = "local"
    FETCH = "fetch"


class Embed(StrEnum):
    """Where fetched words are kept."""

    TAGS = "tags"
    SIDECAR = "sidecar"


class Device(StrEnum):
    """Where the network runs."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


Paths = Annotated[list[Path], typer.Argument(help="Files, folders or .m3u lists.", show_default=False)]
IndexFile = Annotated[
    Path, typer.Option("--index", envvar="MOODTAG_INDEX", default_factory=index_path, help="The index to use.", show_default="the user's")
]
ModelName = Annotated[str, typer.Option("--model", envvar="MOODTAG_MODEL", help="The model that judges.")]
Jobs = Annotated[
    int | None, typer.Option("--jobs", "-j", min=1, envvar="MOODTAG_JOBS", help="Tracks side by side.", show_default="all cores")
]
RunsOn = Annotated[Device, typer.Option(envvar="MOODTAG_DEVICE", help="Where the network runs.")]
WithExisting = Annotated[Existing, typer.Option(envvar="MOODTAG_EXISTING", help="Moods that a person wrote.")]
KeepMtime = Annotated[bool, typer.Option("--keep-mtime", help="Leave the files' times as they are.")]
PartLinks = Annotated[bool, typer.Option("--part-links", help="Write a file with hard links as a file of its own.")]
Lyrics = Annotated[
    LyricsMode,
    typer.Option("--lyrics", envvar="MOODTAG_LYRICS", help="Words: not at all, the music's own, or then LRCLIB's too (network)."),
]
LrclibUrl = Annotated[str, typer.Option(envvar="MOODTAG_LRCLIB_URL", help="The LRCLIB to ask.", hidden=True)]
GeniusToken = Annotated[
    str | None,
    typer.Option(envvar="MOODTAG_GENIUS_TOKEN", help="Your own token: then Genius is asked last.", hidden=True, show_envvar=False),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object per line on stdout.")]
