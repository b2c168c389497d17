"""Tracks of a library: folders walked, playlists read, everything odd named rather than met later."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from moodtag.core.errors import UsageError
from moodtag.core.records import Stamp

AUDIO_SUFFIXES = frozenset(
    {
        ".mp3",
        ".flac",
        ".ogg",
        ".oga",
        ".opus",
        ".spx",
        ".m4a",
        ".m4b",
        ".aac",
        ".wav",
        ".wave",
        ".aif",
        ".aiff",
        ".aifc",
        ".wma",
        ".asf",
        ".ape",
        ".wv",
        ".mpc",
        ".mp+",
        ".dsf",
        ".dff",
        ".mka",
        ".webm",
        ".caf",
        ".au",
        ".snd",
        ".ac3",
        ".tta",
    }
)
PLAYLIST_SUFFIXES = frozenset({".m3u", ".m3u8"})
_MAX_PLAYLIST_BYTES = 16_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """One path met on the way. Without `error` and `note` it is a track to judge, and `stamp` tells its state.

    `error` (with `remedy`) names a track that cannot be opened, `note` something left out by rule.
    """

    path: Path
    stamp: Stamp | None = None
    error: str | None = None
    remedy: str | None = None
    note: str | None = None


def find_tracks(paths: Iterable[Path], *, hidden: bool = False, follow_links: bool = False) -> Iterator[Found]:
    """Every track under `paths` (files, folders, .m3u/.m3u8 lists), once each, in a stable order.

    Folders are walked by name. Below a folder, names that begin with a dot are left out unless `hidden`, and links
    are told but not followed unless `follow_links`; a path given by name is always followed.

    Raises UsageError for a path that does not exist.
    """
    walker = _Walker(hidden=hidden, follow_links=follow_links)
    for path in paths:
        yield from walker.start(Path(os.path.abspath(path)))


def is_audio(path: Path) -> bool:
    """Whether the name is an audio file's."""
    return path.suffix.lower() in AUDIO_SUFFIXES


@dataclass
class _Walker:
    hidden: bool
    follow_links: bool

    def __post_init__(self) -> None:
        self.seen_paths: set[Path] = set()
        self.seen_folders: set[tuple[int, int]] = set()
        self.seen_linked: set[tuple[int, int]] = set()

    def start(self, path: Path) -> Iterator[Found]:
        try:
            mode = os.stat(path).st_mode
        except PermissionError:
            yield from self._once(_unreadable(path))
            return
        except OSError as error:
            if path.is_symlink():
                yield from self._once(_broken_link(path))
                return
            raise UsageError(f"no such file or folder: {path}", remedy="check the spelling") from error
        if stat.S_ISDIR(mode):
            yield from self._folder(path)
        elif path.suffix.lower() in PLAYLIST_SUFFIXES:
            for entry in read_playlist(path):
                yield from self._once(_track(entry) if os.path.lexists(entry) else _missing_entry(entry, path))
        else:
            yield from self._once(_track(path))

    def _folder(self, folder: Path) -> Iterator[Found]:
        """Depth first with a stack of its own: the deepest tree cannot exhaust Python's."""
        pending: list[Path] = [folder]
        while pending:
            path = pending.pop()
            if path != folder and not self._is_folder(path):
                yield from self._once(self._met(path))
                continue
            try:
                if not self._first_visit(path):
                    continue
                names = sorted(os.listdir(path))
            except OSError as error:
                reason = "permission denied" if isinstance(error, PermissionError) else error.strerror
                yield Found(path, error=f"folder not readable: {reason}", remedy="check its permissions and owner")
                continue
            if is_audio(path) and not names:
                yield Found(path, error="an empty folder, not an audio file", remedy="remove or rename it")
            entries = [path / name for name in names if self.hidden or not name.startswith(".")]
            pending.extend(entry for entry in reversed(entries) if is_audio(entry) or entry.is_dir())

    def _first_visit(self, folder: Path) -> bool:
        status = os.stat(folder)
        identity = (status.st_dev, status.st_ino)
        if identity in self.seen_folders:
            return False
        self.seen_folders.add(identity)
        return True

    def _is_folder(self, path: Path) -> bool:
        return path.is_dir() and (self.follow_links or not path.is_symlink())

    def _met(self, path: Path) -> Found:
        """A track below a folder, or why it is none."""
        if not path.is_symlink():
            return _track(path)
        if not path.exists():
            return _broken_link(path)
        if not self.follow_links:
            return Found(path, note="a link, not followed (--follow-links)")
        return _track(path)

    def _once(self, found: Found) -> Iterator[Found]:
        if found.path in self.seen_paths:
            return
        self.seen_paths.add(found.path)
        if self.follow_links and found.stamp is not None:
            status = os.stat(found.path)
            identity = (status.st_dev, status.st_ino)
            if status.st_nlink == 1 and identity in self.seen_linked:
                return
            self.seen_linked.add(identity)
        yield found


def read_playlist(path: Path) -> list[Path]:
    """The files that an .m3u or .m3u8 list names, absolute; addresses of streams are left out.

    Raises UsageError where it cannot be read.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_PLAYLIST_BYTES)
    except OSError as error:
        raise UsageError(f"playlist {path} cannot be read: {error.strerror}") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = os.fsdecode(raw)  # a list of names in another encoding: the bytes are the names
    lines = (line.strip("\r") for line in text.split("\n"))
    return [entry for line in lines if line.strip() and not line.startswith("#") if (entry := _entry(line, path.parent))]


def _entry(line: str, folder: Path) -> Path | None:
    if line.startswith("file:"):
        return Path(unquote(urlsplit(line).path))
    if "://" in line:
        return None
    name = Path(os.path.abspath(folder / line))
    return name if name.exists() or "\\" not in line else Path(os.path.abspath(folder / line.replace("\\", "/")))


def _track(path: Path) -> Found:
    """`path` with its stamp if it is a regular audio file that can be opened, else with the reason why not."""
    if not is_audio(path):
        return Found(path, note="not an audio file by its name")
    try:
        status = os.stat(path)
    except PermissionError:
        return _unreadable(path)
    except OSError:
        return _broken_link(path) if path.is_symlink() else Found(path, error="vanished during the scan")
    found = Found(path, stamp=Stamp(status.st_size, status.st_mtime_ns))
    if not stat.S_ISREG(status.st_mode):
        return replace(found, error=f"{_kind(status.st_mode)}, not a file", remedy="move it out of the library")
    if status.st_size == 0:
        return replace(found, error="empty: zero bytes", remedy="replace it from a backup")
    if not os.access(path, os.R_OK):
        return _unreadable(path)
    return found


def _kind(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a folder" if stat.S_ISDIR(mode) else "a device"


def _unreadable(path: Path) -> Found:
    return Found(path, error="not readable: permission denied", remedy="check its permissions and owner")


def _broken_link(path: Path) -> Found:
    return Found(path, error=f"a broken link to {path.readlink()}", remedy="remove the link or bring its target back")


def _missing_entry(path: Path, playlist: Path) -> Found:
    return Found(path, error=f"named in {playlist.name}, but not there", remedy="mend the playlist")
