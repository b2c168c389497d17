"""Music judged while it is imported, beside the importer's other work."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue

from beets.library import Item, Library

from beetsplug.mood.judging import folder_of, keep, loader, paths_of, scan_options, words_of
from beetsplug.mood.settings import Settings
from moodtag.core.errors import BusyError
from moodtag.core.records import Outcome, Song, Status
from moodtag.follow import follow
from moodtag.index.file import own_index
from moodtag.index.store import Index
from moodtag.library.files import Found, find_tracks
from moodtag.line import Line
from moodtag.networks.checkpoint import find_model
from moodtag.scan import make_line, scan
from moodtag.words import Given

_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that was judged at `source` and is at `path` now. `is_new`: the index did not know it before this import."""

    item_id: int
    source: Path
    path: Path
    is_new: bool


class Importer:
    """Judges one task after the other; processes and weights stay until the import is over.

    beets tells in other threads which files have arrived where; they are written in the thread that judges, or at the end.
    """

    def __init__(self, settings: Settings, lib: Library, *, write: bool) -> None:
        self._settings, self._lib, self._write = settings, lib, write
        self._model = find_model(settings.model)
        self._given: dict[Path, Given] = {}
        self._options = replace(scan_options(settings, words_of(settings, self._given)), write=False)
        self._patience_s = _PATIENCE_S
        self._line: Line | None = None
        self._judged: dict[int, tuple[Path, bool]] = {}
        self._arrived: SimpleQueue[Arrival] = SimpleQueue()

    def judge(self, items: Sequence[Item]) -> list[Outcome]:
        """Judges the items where their files are now, writes nothing but the library's fields, and returns what failed."""
        by_path = paths_of(items)
        self._given.update({path: Given(item.lyrics or None, _song_of(item) if self._write else None) for path, item in by_path.items()})
        found = {each.path: each for each in find_tracks(by_path)}
        failed = []
        with self._index() as index:
            known = {path for path in by_path if index.get(path) is not None}
            for outcome in self._scan(found.values(), index, write=False):
                item = by_path[outcome.path]
                keep(item, outcome, found[outcome.path], self._settings)
                if outcome.status is Status.FAILED:
                    failed.append(outcome)
                elif outcome.verdict is not None and item.id is not None:
                    self._judged[item.id] = outcome.path, outcome.path not in known
        return failed

    def is_under_way(self, item: Item) -> bool:
        """Whether the item's moods are still to be written, by moodtag."""
        return self._write and item.id in self._judged

    def arrive(self, items: Iterable[Item]) -> None:
        """Notes that the items' files are where they belong and hold what beets writes."""
        for item in items:
            if item.id in self._judged:
                source, is_new = self._judged.pop(item.id)
                self._arrived.put(Arrival(item.id, source, item.filepath, is_new))

    def settle(self) -> list[Outcome]:
        """Lets the index follow the files that have arrived, writes what was judged into them, and returns what failed."""
        arrived = {each.path: each for each in _drained(self._arrived)}
        if not arrived:
            return []
        with self._index() as index:
            for each in arrived.values():
                follow(index, each.source, each.path, is_copy=not each.is_new)
                self._given[each.path] = self._given.pop(each.source, Given())
            failed = self._written(arrived, index) if self._write else []
        for path in arrived:
            del self._given[path]
        return failed

    @contextmanager
    def _index(self) -> Iterator[Index]:
        """The index, held for a moment; while another moodtag has it, the import waits once and no more."""
        try:
            with own_index(self._settings.index, patience_s=self._patience_s) as index:
                yield index
        except BusyError:
            self._patience_s = 0.0
            raise

    def _written(self, arrived: dict[Path, Arrival], index: Index) -> list[Outcome]:
        failed = []
        found = {each.path: each for each in find_tracks(path for path in arrived if os.path.lexists(path))}
        for outcome in self._scan(found.values(), index, write=True):
            item = self._lib.get_item(arrived[outcome.path].item_id)
            if item is not None:
                keep(item, outcome, found[outcome.path], self._settings)
            if outcome.status is Status.FAILED:
                failed.append(outcome)
        return failed

    def _scan(self, found: Iterable[Found], index: Index, *, write: bool) -> Iterator[Outcome]:
        load = loader(self._model, self._settings)
        if self._line is None:
            self._line = make_line(self._model, load, self._options)
        options = replace(self._options, write=write)
        paths = (folder_of(self._lib),) if write else ()
        try:
            yield from scan(found, self._model, load, index, options, line=self._line, paths=paths)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Ends the processes."""
        line, self._line = self._line, None
        if line is not None:
            line.close()


def _song_of(item: Item) -> Song:
    """The names that beets is about to write: services know a song by them."""
    return Song(
        title=item.title or None,
        artist=item.artist or None,
        album=item.album or None,
        album_artist=item.albumartist or None,
        year=item.year or None,
        duration_s=item.length or None,
    )


def _drained(queue: "SimpleQueue[Arrival]") -> Iterator[Arrival]:
    with suppress(Empty):
        while True:
            yield queue.get_nowait()
