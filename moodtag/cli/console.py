"""Printing: results on stdout, everything else on stderr, and no file name can play tricks with the terminal."""

import json
import os
import sys
from functools import cache
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moodtag.core.errors import FileError, MoodtagError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_UNCUT = 10_000


@cache
def stdout() -> "Console":
    """For results."""
    from rich.console import Console

    return Console(markup=False, highlight=False, soft_wrap=True)


@cache
def stderr() -> "Console":
    """For progress, summaries and complaints."""
    from rich.console import Console

    return Console(stderr=True, markup=False, highlight=False, soft_wrap=True)


def printable(text: str | Path) -> str:
    """The text on one line, with control characters and undecodable bytes as visible escapes."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape", "surrogatepass").decode() for character in str(text)
    )


def print_json(record: dict[str, Any]) -> None:
    """One object on one line of stdout. Bytes of a name that are not UTF-8 appear as Python's surrogate escapes."""
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


def print_table(table: "Table") -> None:
    """The table on stdout; whole in a pipe, which has no width: rich's 80 columns would cut it."""
    console = stdout()
    if not sys.stdout.isatty():
        console.width = _UNCUT
    console.print(table)


def short_path(path: Path) -> str:
    """The path as a person would type it from here."""
    try:
        here = Path(os.getcwd())
    except OSError:  # the folder we are in was deleted
        return printable(path)
    inside = path.is_relative_to(here)
    return printable(path.relative_to(here) if inside and path != here else path)


def escape_what_streams_cannot_hold() -> None:
    """Lets any name through to a stdout and stderr that are not UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def with_remedy(message: str, remedy: str | None) -> str:
    """The message, and behind it what to do about it, if there is anything."""
    return f"{message} ({remedy})" if remedy else message


def complain(error: MoodtagError) -> None:
    """One line on stderr: what went wrong, and what to do about it."""
    where = f"{error.path}: " if isinstance(error, FileError) else ""
    sys.stderr.write(printable(with_remedy(f"moodtag: {where}{error.message}", error.remedy)) + "\n")
