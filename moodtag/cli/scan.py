"""`moodtag scan`: a bar while it runs, a summary at the end."""

import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from moodtag.cli.console import print_json, short_path, stderr, stdout
from moodtag.cli.report import Tally, outcome_record, print_summary
from moodtag.core.errors import UsageError
from moodtag.core.records import Outcome, Status
from moodtag.index.store import open_index
from moodtag.library.files import find_tracks
from moodtag.networks.checkpoint import Model, find_model
from moodtag.scan import ScanOptions, scan

if TYPE_CHECKING:
    from moodtag.networks.predict import Device, Predictor

EXIT_STOPPED = 130


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked of `scan`."""

    paths: list[Path]
    index: Path
    model: str
    device: "Device"
    options: ScanOptions
    diff: bool
    json: bool
    hidden: bool
    follow_links: bool


def run_scan(request: Request) -> int:
    """Scans, prints, and returns the exit code."""
    model = find_model(request.model)
    check_paths(request.paths)
    found = list(find_tracks(request.paths, hidden=request.hidden, follow_links=request.follow_links))
    tally, started = Tally(), time.monotonic()
    with open_index(request.index) as index:
        outcomes = scan(found, model, lambda: _load(model, request), index, request.options)
        with closing(outcomes):
            try:
                for outcome in _with_bar(outcomes, len(found)):
                    tally.add(outcome)
                    _print(outcome, request)
            except KeyboardInterrupt:
                tally.stopped = True
    print_summary(tally, request.options, seconds=time.monotonic() - started)
    if tally.stopped:
        return EXIT_STOPPED
    return 1 if tally.failed or tally.damaged else 0


def check_paths(paths: Iterable[Path]) -> None:
    """Raises UsageError for a path that is not there, before anything is done to the others."""
    for path in paths:
        if not (path.exists() or path.is_symlink()):
            raise UsageError(f"no such file or folder: {path}", remedy="check the spelling")


def _load(model: Model, request: Request) -> "Predictor":
    from moodtag.networks.predict import Predictor  # torch: 1-2 s that a scan with nothing to judge need not wait

    return Predictor(model, device=request.device)


def _print(outcome: Outcome, request: Request) -> None:
    if request.json:
        print_json(outcome_record(outcome))
    elif request.options.dry_run and outcome.status is Status.SKIPPED and outcome.model is not None:
        stdout().print(f"{short_path(outcome.path)}: {outcome.note}")
    elif request.diff and outcome.changes:
        stdout().print(short_path(outcome.path))
        for change in outcome.changes:
            stdout().print(Text(f"  {change.field:8} {_values(change.old)} -> {_values(change.new)}"))


def _values(values: tuple[str, ...]) -> str:
    return short_path(Path("; ".join(values))) if values else "(none)"


def _with_bar(outcomes: Iterator[Outcome], total: int) -> Iterator[Outcome]:
    """The outcomes, with a bar on stderr while a person watches."""
    columns = (TextColumn("judging"), BarColumn(), MofNCompleteColumn(), _RateColumn(), TimeRemainingColumn())
    with Progress(*columns, console=stderr(), transient=True, disable=not stderr().is_terminal) as progress:
        task = progress.add_task("scan", total=total)
        for outcome in outcomes:
            progress.advance(task)
            yield outcome


class _RateColumn(ProgressColumn):
    """Tracks per second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.1f} tracks/s")
