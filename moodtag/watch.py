"""New music, judged as it settles."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

from moodtag.core.errors import UsageError

_TICK_S = 0.5
_OF_FILES = ("created", "modified", "moved", "closed")
_OF_FOLDERS = ("created", "moved")


@contextmanager
def watched(folders: Sequence[Path], *, poll: bool = False) -> "Iterator[SimpleQueue[Path]]":
    """A queue of paths below `folders` in which something happened, while the context lasts.

    `poll` looks every second instead of being told by the system, which network shares do not do.
    Raises UsageError where the system's limit of watches is reached.
    """
    happened: SimpleQueue[Path] = SimpleQueue()
    observer: BaseObserver = PollingObserver() if poll else Observer()
    handler = _Handler(happened)
    try:
        for folder in folders:
            observer.schedule(handler, str(folder), recursive=True)
        observer.start()
    except OSError as error:
        raise UsageError(
            f"the folders cannot be watched: {error.strerror or error}", remedy="use --poll, or raise fs.inotify.max_user_watches"
        ) from error
    try:
        yield happened
    finally:
        observer.stop()
        observer.join()


class _Handler(FileSystemEventHandler):
    def __init__(self, happened: "SimpleQueue[Path]") -> None:
        self._happened = happened

    def on_any_event(self, event: FileSystemEvent) -> None:
        # Of a folder only that it came: that something in it changed is told of the thing itself.
        if event.event_type in (_OF_FOLDERS if event.is_directory else _OF_FILES):
            self._happened.put(Path(_text(event.dest_path or event.src_path)))


def _text(path: bytes | str) -> str:
    return path if isinstance(path, str) else path.decode("utf-8", "surrogateescape")


def settled(happened: "SimpleQueue[Path]", *, quiet_s: float, is_stopped: Callable[[], bool]) -> Iterator[list[Path]]:
    """Batches of paths in which nothing has happened for `quiet_s`, until stopped: a file that still grows is waited for."""
    last: dict[Path, float] = {}
    while not is_stopped():
        try:
            last[happened.get(timeout=_TICK_S)] = time.monotonic()
            while True:
                last[happened.get_nowait()] = time.monotonic()
        except Empty:
            pass
        quiet = sorted(path for path, at in last.items() if time.monotonic() - at >= quiet_s)
        for path in quiet:
            del last[path]
        if quiet:
            yield quiet
