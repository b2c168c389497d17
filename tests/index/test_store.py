import os
import sqlite3
import time
from pathlib import Path

import numpy as np
import pytest
from sqlite_utils import Database

from moodtag.core.errors import StoreError
from moodtag.core.records import MoodScore, Stamp, Verdict
from moodtag.index.store import Index, Track, open_index


def track(path: Path, *, valence: float = 0.25) -> Track:
    moods = (MoodScore("calm", 0.75), MoodScore("sad", 0.5))
    embedding = np.linspace(-2, 2, 200, dtype=np.float16).astype(np.float32)
    verdict = Verdict(valence, 0.5, 0.1, 0.125, 0.75, moods[:1], moods, embedding)
    return Track(path, Stamp(10, 2**60 + 1), "musicnn@12345678", verdict, "written", ("calm",), "a note")


def test_a_track_comes_back_as_it_was_put(index: Index, tmp_path: Path) -> None:
    put = track(tmp_path / "a.mp3", valence=0.0)
    index.put(put, run_id=None)
    got = index.get(put.path)
    assert got is not None
    assert (got.path, got.stamp, got.model, got.tag_state, got.mood_values, got.note) == (
        put.path, put.stamp, put.model, put.tag_state, put.mood_values, put.note,
    )  # fmt: skip
    assert got.verdict is not None
    assert put.verdict is not None
    assert (got.verdict.valence, got.verdict.moods, got.verdict.scores) == (0.0, put.verdict.moods, put.verdict.scores)
    assert np.array_equal(got.verdict.embedding, put.verdict.embedding)


def test_silence_has_no_verdict(index: Index, tmp_path: Path) -> None:
    index.put(Track(tmp_path / "a.mp3", Stamp(1, 1), "m@1", None, "untaggable", None, "silence"), run_id=None)
    got = index.get(tmp_path / "a.mp3")
    assert got is not None
    assert (got.verdict, got.mood_values) == (None, None)


def test_an_unknown_path_is_none(index: Index, tmp_path: Path) -> None:
    assert index.get(tmp_path / "a.mp3") is None


@pytest.mark.parametrize("name", [b"caf\xe9.mp3", "été 🎵.mp3".encode(), b"a\nb.mp3", b"'; drop table tracks; --.mp3"])
def test_any_name_that_a_file_can_have_is_a_key(name: bytes, index: Index, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    index.put(track(path), run_id=None)
    got = index.get(path)
    assert got is not None
    assert got.path == path


def test_a_second_put_replaces_the_first(index: Index, tmp_path: Path) -> None:
    for valence in (0.1, 0.9):
        index.put(track(tmp_path / "a.mp3", valence=valence), run_id=None)
    assert index.count() == 1
    got = index.get(tmp_path / "a.mp3")
    assert got is not None
    assert got.verdict is not None
    assert got.verdict.valence == 0.9


def test_tracks_under_a_folder_are_listed_by_path(index: Index, tmp_path: Path) -> None:
    for name in ("b/2.mp3", "b/1.mp3", "bb/3.mp3"):
        index.put(track(tmp_path / name), run_id=None)
    assert [item.path.name for item in index.tracks(under=tmp_path / "b")] == ["1.mp3", "2.mp3"]
    assert len(list(index.tracks())) == 3


def test_what_was_put_is_kept_without_closing(index: Index, tmp_path: Path) -> None:
    index.put(track(tmp_path / "a.mp3"), run_id=None)
    with sqlite3.connect(tmp_path / "home" / "index.sqlite3") as other:
        assert other.execute("select count(*) from tracks").fetchone() == (1,)
    other.close()


def test_a_run_is_counted_even_when_it_breaks(index: Index, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), index.run("m@1") as run:
        run.files, run.failed = 5, 2
        index.put(track(tmp_path / "a.mp3"), run_id=run.id)
        raise KeyboardInterrupt
    db = Database(tmp_path / "home" / "index.sqlite3")
    row = next(iter(db.query("select * from runs")))
    assert (row["files"], row["failed"], row["finished_at"] is not None) == (5, 2, True)
    db.close()


def test_reopening_applies_no_migration_twice(tmp_path: Path) -> None:
    path = tmp_path / "i.sqlite3"
    for _ in range(2):
        with open_index(path) as index:
            assert index.check() == "ok"


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "i.sqlite3"
    path.write_bytes(b"my diary" * 1000)
    with pytest.raises(StoreError, match="cannot be used"), open_index(path):
        pass
    assert path.read_bytes() == b"my diary" * 1000


def test_an_index_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no index"), open_index(tmp_path / "i.sqlite3", create=False):
        pass
    assert not (tmp_path / "i.sqlite3").exists()


def test_ten_thousand_tracks_are_looked_up_in_a_second(index: Index, tmp_path: Path) -> None:
    index.put(track(tmp_path / "a.mp3"), run_id=None)
    started = time.perf_counter()
    for _ in range(10_000):
        index.get(tmp_path / "a.mp3")
    assert time.perf_counter() - started < 5
