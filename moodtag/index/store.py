"""The index: one row per track, one per run."""

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from sqlite_utils import Database

from moodtag.core.errors import StoreError
from moodtag.core.records import MoodScore, Stamp, Verdict
from moodtag.index.schema import migrations

TagState = Literal["written", "pending", "untaggable"]


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """What the index knows of one file. `verdict` None: it holds only silence.

    `mood_values` are the MOOD values that moodtag put into the file, None while it has put nothing there.
    """

    path: Path
    stamp: Stamp
    model: str
    verdict: Verdict | None
    tag_state: TagState
    mood_values: tuple[str, ...] | None = None
    note: str | None = None
    judged_at: str | None = None


class Index:
    """An open index. Every `put` is kept at once: what a stopped run has done is done."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, path: Path) -> Track | None:
        """The track at `path`, or None."""
        row = self._db.execute("select * from tracks where path = ?", [_path_key(path)]).fetchone()
        return None if row is None else _track(row)

    def put(self, track: Track, *, run_id: int | None) -> None:
        """Stores the track, in place of what was known at its path."""
        row = _row(track) | {"run_id": run_id}
        self._db.table("tracks").upsert(row, pk="path")

    def tracks(self, *, under: Path | None = None) -> Iterator[Track]:
        """Every track, or those at or below `under`, by path."""
        for row in self._db.execute("select * from tracks order by path").fetchall():
            track = _track(row)
            if under is None or track.path == under or under in track.path.parents:
                yield track

    def count(self) -> int:
        """How many tracks are known."""
        return int(self._db.execute("select count(*) from tracks").fetchone()[0])

    @contextmanager
    def run(self, model: str) -> Iterator["Run"]:
        """A run to whose id tracks belong; its counts are stored when it ends, however it ends."""
        inserted = self._db.table("runs").insert({"started_at": _now(), "model": model, "files": 0, "failed": 0})
        run = Run(int(inserted.last_pk or 0))
        try:
            yield run
        finally:
            self._db.table("runs").update(run.id, {"finished_at": _now(), "files": run.files, "failed": run.failed})

    def check(self) -> str:
        """SQLite's own verdict on the file: "ok", or what is wrong with it."""
        return str(self._db.execute("pragma quick_check").fetchone()[0])

    def close(self) -> None:
        self._db.close()


@dataclass
class Run:
    """A run in progress."""

    id: int
    files: int = 0
    failed: int = 0


@contextmanager
def open_index(path: Path, *, create: bool = True) -> Iterator[Index]:
    """The index at `path`, brought to the current schema, closed at the end.

    Raises StoreError where it cannot be opened, is damaged, or (without `create`) is not there.
    """
    if not create and not path.exists():
        raise StoreError(f"no index at {path}", remedy="scan some music first, or name the index with --index")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=30.0)
        connection.row_factory = sqlite3.Row
        db = Database(connection)
        db.enable_wal()
        db.execute("pragma synchronous = normal")
        migrations.apply(db)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"the index {path} cannot be used: {error}", remedy="name another with --index FILE, or move this one away"
        ) from error
    index = Index(db)
    try:
        yield index
    except sqlite3.Error as error:
        raise StoreError(f"the index {path} cannot be used: {error}", remedy="check the disk, or name another with --index") from error
    finally:
        index.close()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _path_key(path: Path) -> str | bytes:
    """Text for people's queries; bytes where the name is not UTF-8, which SQLite's text could not hold."""
    raw = os.fsencode(path)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw


def _row(track: Track) -> dict[str, Any]:
    verdict = track.verdict
    row: dict[str, Any] = {
        "path": _path_key(track.path),
        "size_bytes": track.stamp.size_bytes,
        "mtime_ns": track.stamp.mtime_ns,
        "model": track.model,
        "judged_at": track.judged_at or _now(),
        "note": track.note,
        "tag_state": track.tag_state,
        "mood_values": None if track.mood_values is None else json.dumps(track.mood_values),
    }
    for column in ("valence", "arousal", "valence_std", "arousal_std", "confidence", "modality", "lyrics_source"):
        row[column] = None if verdict is None else getattr(verdict, column)
    row["moods"] = None if verdict is None else _scores_text(verdict.moods)
    row["scores"] = None if verdict is None else _scores_text(verdict.scores)
    row["embedding"] = None if verdict is None else verdict.embedding.astype("<f2").tobytes()
    return row


def _track(row: sqlite3.Row) -> Track:
    return Track(
        path=Path(os.fsdecode(row["path"])),
        stamp=Stamp(row["size_bytes"], row["mtime_ns"]),
        model=row["model"],
        verdict=None if row["valence"] is None else _verdict(row),
        tag_state=row["tag_state"],
        mood_values=None if row["mood_values"] is None else tuple(json.loads(row["mood_values"])),
        note=row["note"],
        judged_at=row["judged_at"],
    )


def _verdict(row: sqlite3.Row) -> Verdict:
    return Verdict(
        valence=row["valence"],
        arousal=row["arousal"],
        valence_std=row["valence_std"],
        arousal_std=row["arousal_std"],
        confidence=row["confidence"],
        moods=_scores(row["moods"]),
        scores=_scores(row["scores"]),
        embedding=np.frombuffer(row["embedding"], "<f2").astype(np.float32),
        modality=row["modality"],
        lyrics_source=row["lyrics_source"],
    )


def _scores_text(scores: Sequence[MoodScore]) -> str:
    return json.dumps([[mood.name, round(mood.score, 4)] for mood in scores])


def _scores(text: str) -> tuple[MoodScore, ...]:
    return tuple(MoodScore(name, score) for name, score in json.loads(text))
