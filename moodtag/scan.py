"""Where the stages meet: files in, one Outcome per file out."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from moodtag.core.errors import FileError
from moodtag.core.records import Existing, Outcome, Sound, Stamp, Status, Verdict
from moodtag.index.store import Index, Run, TagState, Track
from moodtag.library.decode import decode
from moodtag.library.files import Found
from moodtag.library.tags import plan_changes, read_tags, write_tags
from moodtag.networks.checkpoint import Model

if TYPE_CHECKING:
    from moodtag.networks.predict import Predictor

SILENT = "silence: nothing to judge"
NO_TAGS = "its container can hold no tags: the moods are in the index only"


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What a scan may do. `dry_run` neither judges nor writes, `write` False judges into the index only."""

    dry_run: bool = False
    write: bool = True
    force: bool = False
    existing: Existing = "keep"
    jobs: int = 2


def scan(
    found: Iterable[Found], model: Model, load: Callable[[], "Predictor"], index: Index, options: ScanOptions
) -> Generator[Outcome, None, None]:
    """Judges what is new or changed, writes it into the files and the index; one Outcome per path, in the order found.

    `load` is called once, when the first track needs judging. Closing the generator stops the scan: what was yielded
    is kept, the rest is untouched.
    """
    with index.run(model.id) as run, ThreadPoolExecutor(options.jobs) as pool:
        scanner = _Scan(model, load, index, options, run)
        pending: deque[_Pending] = deque()
        try:
            for item in found:
                pending.append(scanner.begin(item, pool))
                while len(pending) > 4 * options.jobs or (pending and pending[0].is_ready):
                    yield scanner.finish(pending.popleft())
            while pending:
                yield scanner.finish(pending.popleft())
        finally:
            pool.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A judged track; `verdict` None is silence."""

    verdict: Verdict | None
    note: str | None


@dataclass(frozen=True, slots=True)
class _Pending:
    """A path on its way: its outcome is settled, or its verdict is known or being worked out."""

    found: Found
    known: Track | None
    outcome: Outcome | None = None
    judged: "Future[_Judged] | _Judged | None" = None

    @property
    def is_ready(self) -> bool:
        return not isinstance(self.judged, Future) or self.judged.done()


@dataclass
class _Scan:
    model: Model
    load: Callable[[], "Predictor"]
    index: Index
    options: ScanOptions
    run: Run
    predictor: "Predictor | None" = None

    def begin(self, found: Found, pool: ThreadPoolExecutor) -> _Pending:
        """Settles what needs no judging, and sends the rest to the pool."""
        if found.error is not None:
            outcome = Outcome(found.path, Status.FAILED, error=found.error, remedy=found.remedy)
            return _Pending(found, None, outcome)
        if found.stamp is None:
            return _Pending(found, None, Outcome(found.path, Status.SKIPPED, note=found.note))
        known = self.index.get(found.path)
        if known is not None and known.stamp == found.stamp and known.model == self.model.id and not self.options.force:
            return self._begin_known(found, known)
        if self.options.dry_run:
            return _Pending(found, known, Outcome(found.path, Status.SKIPPED, self.model.id, note="would be judged"))
        if self.predictor is None:
            self.predictor = self.load()
        return _Pending(found, known, judged=pool.submit(_judge, found.path, self.predictor))

    def _begin_known(self, found: Found, known: Track) -> _Pending:
        if known.verdict is None:
            return _Pending(found, known, Outcome(found.path, Status.SKIPPED, known.model, note=known.note))
        unwritten = known.tag_state == "pending" or (known.tag_state == "written" and self.options.existing != "keep")
        if self.options.dry_run and unwritten and self.options.write:
            return _Pending(found, known, Outcome(found.path, Status.SKIPPED, known.model, known.verdict, note="would be written"))
        if unwritten and not self.options.dry_run:
            return _Pending(found, known, judged=_Judged(known.verdict, known.note))
        written = known.tag_state == "written"
        return _Pending(found, known, Outcome(found.path, Status.CURRENT, known.model, known.verdict, written, note=known.note))

    def finish(self, pending: _Pending) -> Outcome:
        """The path's outcome: writes into file and index what is to be written."""
        outcome = pending.outcome or self._conclude(pending)
        self.run.files += 1
        self.run.failed += outcome.status is Status.FAILED
        return outcome

    def _conclude(self, pending: _Pending) -> Outcome:
        path, stamp, known = pending.found.path, pending.found.stamp, pending.known
        assert stamp is not None
        try:
            judged = pending.judged.result() if isinstance(pending.judged, Future) else pending.judged
            assert judged is not None
        except FileError as error:
            return Outcome(path, Status.FAILED, self.model.id, error=error.message, remedy=error.remedy)
        if judged.verdict is None:
            self._put(path, stamp, judged, "untaggable", None)
            return Outcome(path, Status.SKIPPED, self.model.id, note=judged.note)
        outcome = Outcome(path, Status.TAGGED, self.model.id, judged.verdict, note=judged.note)
        try:
            return self._write(outcome, stamp, judged, known)
        except FileError as error:
            self._put(path, stamp, judged, "pending", known.mood_values if known is not None else None)
            return replace(outcome, status=Status.FAILED, error=error.message, remedy=error.remedy)
        except FileNotFoundError:
            return replace(outcome, status=Status.FAILED, error="vanished during the scan")

    def _write(self, outcome: Outcome, stamp: Stamp, judged: _Judged, known: Track | None) -> Outcome:
        assert outcome.verdict is not None
        tags = read_tags(outcome.path)
        if tags is None:
            self._put(outcome.path, stamp, judged, "untaggable", None)
            return replace(outcome, note="; ".join(filter(None, (outcome.note, NO_TAGS))))
        ours = known.mood_values if known is not None else None
        plan = plan_changes(tags, outcome.verdict, model=self.model.id, existing=self.options.existing, ours=ours)
        outcome = replace(outcome, changes=plan.changes)
        if not self.options.write:
            self._put(outcome.path, stamp, judged, "pending", ours)
            return outcome
        if plan.changes:
            stamp = write_tags(outcome.path, plan.changes)
        self._put(outcome.path, stamp, judged, "written", plan.mood_values)
        return replace(outcome, written=True)

    def _put(self, path: Path, stamp: Stamp, judged: _Judged, state: TagState, mood_values: tuple[str, ...] | None) -> None:
        track = Track(path, stamp, self.model.id, judged.verdict, state, mood_values, judged.note)
        self.index.put(track, run_id=self.run.id)


def _judge(path: Path, predictor: "Predictor") -> _Judged:
    """Runs in a worker thread: FFmpeg and torch release the interpreter's lock."""
    config = predictor.model.config
    sound: Sound = decode(path, config.excerpts, rate_hz=config.rate_hz)
    damage = None if sound.damage is None else f"damaged: {sound.damage}"
    if not sound.excerpts:
        return _Judged(None, damage or SILENT)
    return _Judged(predictor.judge([sound])[0], damage)
