"""`beet mood`: items judged by moodtag's own scan."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from beets.library import Item, Library

from beetsplug.mood.settings import Settings
from beetsplug.mood.verdicts import keep_outcome
from moodtag.core.records import Outcome, Status
from moodtag.index.file import open_index, own_index
from moodtag.index.store import Index
from moodtag.library.files import Found, find_tracks
from moodtag.networks.checkpoint import Model, find_model
from moodtag.prune import is_missing
from moodtag.scan import ScanOptions, scan
from moodtag.services import Services
from moodtag.words import Given, WordsOptions

if TYPE_CHECKING:
    from moodtag.networks.predict import Predictor

GONE = "its file is not there"


@dataclass(frozen=True, slots=True)
class Request:
    """What `beet mood` is to do with items."""

    settings: Settings
    write: bool
    force: bool = False
    pretend: bool = False


@dataclass
class Tally:
    """What came of it."""

    statuses: Counter[Status] = field(default_factory=Counter)
    written: int = 0
    stored: int = 0

    def add(self, outcome: Outcome, *, is_news: bool) -> None:
        """Counts an outcome, and whether it was news to the library."""
        self.statuses[outcome.status] += 1
        self.stored += is_news
        self.written += outcome.written and bool(outcome.changes)

    @property
    def failed(self) -> int:
        """How many could not be judged or written."""
        return self.statuses[Status.FAILED]

    def text(self) -> str:
        """All counts on a line."""
        counts = ", ".join(f"{count} {status.value}" for status, count in self.statuses.items())
        total = self.statuses.total()
        return f"{total} track{'' if total == 1 else 's'}: {counts}; {self.stored} stored, {self.written} written"


def judge(items: Sequence[Item], lib: Library, request: Request) -> Iterator[tuple[Item, Outcome, bool]]:
    """Judges the items' files, stores what came of it, and yields each item with its outcome and whether that was news to it."""
    settings = request.settings
    by_path = paths_of(items)
    there = [path for path in by_path if not is_missing(path)]
    for path in by_path.keys() - set(there):
        yield by_path[path], Outcome(path, Status.FAILED, error=GONE, remedy="beet update forgets it"), False
    model = find_model(settings.model)
    given = {path: Given(item.lyrics) for path, item in by_path.items() if item.lyrics}
    options = replace(scan_options(settings, words_of(settings, given)), write=request.write, force=request.force, dry_run=request.pretend)
    found = {each.path: each for each in find_tracks(there)}
    with index_for(request) as index:
        for outcome in scan(found.values(), model, loader(model, settings), index, options, paths=(folder_of(lib),)):
            item = by_path[outcome.path]
            yield item, outcome, not request.pretend and keep(item, outcome, found[outcome.path], settings)


def paths_of(items: Sequence[Item]) -> dict[Path, Item]:
    """The items by their files' whole paths: beets resolves those in the thread that runs the command alone."""
    return {item.filepath: item for item in items}


def keep(item: Item, outcome: Outcome, found: Found, settings: Settings) -> bool:
    """Stores what came of the item's file; whether that was news."""
    mtime_ns = 0 if found.stamp is None else found.stamp.mtime_ns
    return keep_outcome(item, outcome, existing=settings.existing, mtime_ns=mtime_ns)


def scan_options(settings: Settings, words: WordsOptions | None) -> ScanOptions:
    """A scan as the settings want it."""
    return ScanOptions(existing=settings.existing, keep_mtime=settings.keep_mtime, words=words, jobs=settings.jobs)


def words_of(settings: Settings, given: dict[Path, Given]) -> WordsOptions | None:
    """Where words come from: first from the library, `given` by path."""
    words = Services(settings.lyrics, settings.lrclib_url, settings.genius_token).options()
    return None if words is None else replace(words, given=given)


def loader(model: Model, settings: Settings) -> "Callable[[], Predictor]":
    """What loads the weights, once there is something to judge."""

    def load() -> "Predictor":
        from moodtag.networks.predict import Predictor  # torch: 1-2 s that a library with nothing to judge need not wait

        return Predictor(model, device=settings.device)

    return load


def folder_of(lib: Library) -> Path:
    """The library's folder."""
    return Path(os.fsdecode(lib.directory))


def index_for(request: Request) -> AbstractContextManager[Index]:
    """The index; where one only pretends, nothing is made."""
    path = request.settings.index
    if request.pretend:
        return open_index(path if path.exists() else None)
    return own_index(path)
