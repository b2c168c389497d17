import os
import socket
from pathlib import Path

import pytest

from moodtag.core.errors import UsageError
from moodtag.library.files import Found, find_tracks, read_playlist


def touch(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def tracks(found: list[Found]) -> list[str]:
    return [item.path.name for item in found if item.stamp is not None and item.error is None]


def walk(*paths: Path, hidden: bool = False, follow_links: bool = False) -> list[Found]:
    return list(find_tracks(paths, hidden=hidden, follow_links=follow_links))


def only(found: list[Found]) -> Found:
    assert len(found) == 1
    return found[0]


def test_folders_are_walked_by_name(tmp_path: Path) -> None:
    for name in ("b/2.mp3", "b/1.FLAC", "a.ogg", "c.opus", "B.m4a"):
        touch(tmp_path / name)
    assert tracks(walk(tmp_path)) == ["B.m4a", "a.ogg", "1.FLAC", "2.mp3", "c.opus"]


def test_other_files_in_a_folder_are_passed_over(tmp_path: Path) -> None:
    touch(tmp_path / "cover.jpg")
    touch(tmp_path / "a.mp3")
    assert [item.path.name for item in walk(tmp_path)] == ["a.mp3"]


def test_another_file_given_by_name_is_told(tmp_path: Path) -> None:
    assert only(walk(touch(tmp_path / "cover.jpg"))).note == "not an audio file by its name"


def test_hidden_names_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    touch(tmp_path / "._a.mp3")
    touch(tmp_path / ".trash" / "b.mp3")
    assert tracks(walk(tmp_path)) == []
    assert tracks(walk(tmp_path, hidden=True)) == ["._a.mp3", "b.mp3"]
    assert tracks(walk(tmp_path / ".trash")) == ["b.mp3"]


def test_a_path_given_twice_is_found_once(tmp_path: Path) -> None:
    track = touch(tmp_path / "a" / "b.mp3")
    assert tracks(walk(tmp_path, track, tmp_path / "a", tmp_path / "a" / ".." / "a")) == ["b.mp3"]


def test_links_are_told_and_followed_only_when_asked(tmp_path: Path) -> None:
    outside = touch(tmp_path / "outside" / "a.mp3")
    library = tmp_path / "library"
    library.mkdir()
    (library / "link.mp3").symlink_to(outside)
    (library / "folder").symlink_to(outside.parent)
    assert tracks(walk(library)) == []
    assert [item.note for item in walk(library)] == ["a link, not followed (--follow-links)"] * 2
    assert len(tracks(walk(library, follow_links=True))) == 1  # one file, however many links lead to it
    assert tracks(walk(library / "link.mp3")) == ["link.mp3"]


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    touch(tmp_path / "a" / "b.mp3")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert tracks(walk(tmp_path, follow_links=True)) == ["b.mp3"]


def test_a_link_to_itself_is_a_broken_link(tmp_path: Path) -> None:
    (tmp_path / "self.mp3").symlink_to(tmp_path / "self.mp3")
    assert "broken link" in (only(walk(tmp_path)).error or "")


def test_hard_links_are_two_tracks(tmp_path: Path) -> None:
    os.link(touch(tmp_path / "a.mp3"), tmp_path / "b.mp3")
    assert tracks(walk(tmp_path, follow_links=True)) == ["a.mp3", "b.mp3"]


def test_a_deep_tree_is_walked(tmp_path: Path) -> None:
    folder = tmp_path
    for _ in range(300):
        folder /= "d"
    touch(folder / "deep.mp3")
    assert tracks(walk(tmp_path)) == ["deep.mp3"]


@pytest.mark.parametrize("name", ["a\nb.mp3", "🎵.mp3", "-rf.mp3", "x" * 251 + ".mp3", "[red]b.mp3", "\x1b[31m.mp3"])
def test_odd_names_are_found(name: str, tmp_path: Path) -> None:
    touch(tmp_path / name)
    assert tracks(walk(tmp_path)) == [name]


def test_a_name_that_is_not_utf8_is_found(tmp_path: Path) -> None:
    touch(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.mp3")))
    assert os.fsencode(only(walk(tmp_path)).path).endswith(b"caf\xe9.mp3")


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    found = only(walk(touch(tmp_path / "a.mp3", b"")))
    assert (found.error, found.remedy) == ("empty: zero bytes", "replace it from a backup")


def test_a_fifo_is_told_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.mp3")
    assert only(walk(tmp_path)).error == "a named pipe, not a file"


def test_a_socket_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("a.mp3")
        assert only(walk(tmp_path)).error == "a socket, not a file"


def test_a_broken_link_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").symlink_to("gone.mp3")
    assert only(walk(tmp_path)).error == "a broken link to gone.mp3"
    assert only(walk(tmp_path / "a.mp3")).error == "a broken link to gone.mp3"


def test_a_folder_with_an_audio_files_name_is_walked(tmp_path: Path) -> None:
    touch(tmp_path / "album.mp3" / "b.mp3")
    assert tracks(walk(tmp_path)) == ["b.mp3"]


def test_an_empty_folder_with_an_audio_files_name_is_told(tmp_path: Path) -> None:
    (tmp_path / "album.mp3").mkdir()
    assert only(walk(tmp_path)).error == "an empty folder, not an audio file"


def test_a_path_that_is_not_there_is_a_wrong_request(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        walk(tmp_path / "gone")


def test_a_playlist_names_its_tracks_in_its_order(tmp_path: Path) -> None:
    for name in ("b.mp3", "a b.mp3", "sub/c.mp3", "été.mp3"):
        touch(tmp_path / name)
    playlist = tmp_path / "list.m3u8"
    absolute = (tmp_path / "b.mp3").as_uri()
    lines = ["\ufeff#EXTM3U", "#EXTINF:1,A - B", "sub\\c.mp3", absolute, "a%20b.mp3", "a b.mp3", "http://radio/x.mp3", "été.mp3", ""]
    playlist.write_text("\r\n".join(lines), encoding="utf-8")
    found = walk(playlist)
    assert tracks(found) == ["c.mp3", "b.mp3", "a b.mp3", "été.mp3"]
    assert [item.error for item in found if item.error] == ["named in list.m3u8, but not there"]


def test_a_playlist_in_another_encoding_names_bytes(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.mp3")
    touch(tmp_path / name)
    (tmp_path / "old.m3u").write_bytes(b"caf\xe9.mp3\n")
    assert read_playlist(tmp_path / "old.m3u") == [tmp_path / name]
