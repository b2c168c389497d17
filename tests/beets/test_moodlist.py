"""`beet moodlist`: playlists of the library."""

import shutil
from pathlib import Path

import pytest

from moodtag.index.file import own_index
from tests.beets.conftest import SUFFIXES, Beets, path_of


def listed(beet: Beets, capsys: pytest.CaptureFixture[str], *args: str) -> list[Path]:
    capsys.readouterr()
    assert beet("moodlist", *args) == 0
    return [Path(line) for line in capsys.readouterr().out.splitlines()]


def test_paths_come_out_and_the_reading_is_told(judged: Beets, capsys: pytest.CaptureFixture[str]) -> None:
    assert judged("moodlist", "something", "calm,", "3", "tracks") == 0
    told = capsys.readouterr()
    assert {Path(line) for line in told.out.splitlines()} <= {path_of(item) for item in judged.items()}
    assert len(told.out.splitlines()) == 3
    assert told.err.startswith("calm")


def test_music_outside_the_library_is_left_out(judged: Beets, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = path_of(judged.item("title:mp3"))
    elsewhere = Path(shutil.copy2(path, tmp_path / "elsewhere.mp3"))
    with own_index(judged.index) as index:
        index.copy(path, elsewhere)
    paths = listed(judged, capsys, "calm")
    assert len(paths) == len(SUFFIXES)
    assert elsewhere not in paths
    assert listed(judged, capsys, "calm", "--query", "title:mp3 , title:flac", "--tracks", "9") != paths
    assert {path.suffix for path in listed(judged, capsys, "calm", "--query", "title:mp3 , title:flac")} == {".mp3", ".flac"}


def test_what_the_library_says_counts(judged: Beets, capsys: pytest.CaptureFixture[str]) -> None:
    judged("modify", "-y", "title:wma", "moods=happy", "valence=0.65", "arousal=0.6")
    assert listed(judged, capsys, "--at", "0.65,0.6", "--tracks", "1") == [path_of(judged.item("title:wma"))]
    assert listed(judged, capsys, "happy", "--tracks", "1") == [path_of(judged.item("title:wma"))]


@pytest.mark.parametrize("suffix", [".m3u8", ".xspf", ".jspf"])
def test_a_file_is_written(suffix: str, judged: Beets, tmp_path: Path) -> None:
    file = tmp_path / f"calm{suffix}"
    assert judged("moodlist", "calm", "-o", str(file), "--relative-to", str(judged.folder), "--minutes", "10") == 0
    assert "music/The" in file.read_text(encoding="utf-8")
    assert f"tracks -> {file}" in judged.told


def test_a_table_tells_why(judged: Beets, capsys: pytest.CaptureFixture[str]) -> None:
    assert judged("moodlist", "--from", "sad", "--to", "happy", "--explain") == 0
    assert "valence" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (["xyzzyq"], "nothing of that is understood"),
        (["calm", "-o", "calm.doc"], "what format is calm.doc?"),
        (["calm", "-o", "calm.nsp"], "what format is calm.nsp?"),
        (["--at", "7,7"], "does not lie on the plane"),
        (["calm", "--query", "title:nowhere"], "none of these tracks is judged (beet mood judges them)"),
        (["calm", "--max-track", "0.001"], "no track of the library fits"),
    ],
)
def test_what_cannot_be_made_is_told(args: list[str], reason: str, judged: Beets) -> None:
    assert judged("moodlist", *args) == 1
    assert reason in judged.told
