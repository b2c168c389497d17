"""Saved playlists: what was asked for, and the file that holds the answer."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from moodtag.index.keys import now, path_key, path_of


@dataclass(frozen=True, slots=True)
class Saved:
    """A playlist to be made again. `made_at` and `tracks` are of the last time."""

    name: str
    request: dict[str, Any]
    output: Path
    format: str
    layout: dict[str, Any]
    tracks: int = 0
    made_at: str | None = None


class Playlists:
    """The saved playlists of an open index."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def put(self, saved: Saved) -> None:
        """Stores it, in place of an earlier one of that name."""
        row = {
            "name": saved.name,
            "request": json.dumps(saved.request),
            "output": path_key(saved.output),
            "format": saved.format,
            "layout": json.dumps(saved.layout),
            "made_at": now(),
            "tracks": saved.tracks,
        }
        self._db.table("playlists").upsert(row, pk="name")

    def get(self, name: str) -> Saved | None:
        """The playlist of that name."""
        return next((saved for saved in self if saved.name == name), None)

    def remove(self, name: str) -> None:
        """Forgets it; its file stays."""
        self._db.execute("delete from playlists where name = ?", [name])

    def __iter__(self) -> Iterator[Saved]:
        for row in self._db.execute("select * from playlists order by name").fetchall():
            fields = {key: row[key] for key in ("name", "format", "tracks", "made_at")}
            output = path_of(row["output"])
            yield Saved(output=output, request=json.loads(row["request"]), layout=json.loads(row["layout"]), **fields)
