import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mutagen
import numpy as np
import pytest

from moodtag.core.errors import TagError
from moodtag.core.records import Outcome, Status
from moodtag.index.store import Index
from moodtag.library.files import find_tracks
from moodtag.library.tags import read_tags
from moodtag.networks.checkpoint import Model
from moodtag.networks.predict import Predictor
from moodtag.scan import NO_TAGS, SILENT, ScanOptions, scan
from tests.conftest import DATA, ENCODED, TAGGABLE, UNTAGGABLE, MakeAudio, encode


class Scanner:
    """Scans with real parts, and counts how often the weights were asked for."""

    def __init__(self, model: Model, predictor: Predictor, index: Index, folder: Path) -> None:
        self.model, self.predictor, self.index, self.folder = model, predictor, index, folder
        self.loads = 0

    def _load(self) -> Predictor:
        self.loads += 1
        return self.predictor

    def start(self, *paths: Path, **options: Any) -> Iterator[Outcome]:
        return scan(find_tracks(paths or (self.folder,)), self.model, self._load, self.index, ScanOptions(**options))

    def __call__(self, *paths: Path, **options: Any) -> list[Outcome]:
        return list(self.start(*paths, **options))


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """An empty folder for music."""
    (tmp_path / "library").mkdir()
    return tmp_path / "library"


@pytest.fixture
def scanner(model: Model, predictor: Predictor, index: Index, library: Path) -> Scanner:
    return Scanner(model, predictor, index, library)


def moods_of(path: Path) -> tuple[str, ...]:
    return (read_tags(path) or {})["MOOD"]


def statuses(outcomes: list[Outcome]) -> list[str]:
    return [outcome.status.value for outcome in outcomes]


@pytest.mark.parametrize("suffix", TAGGABLE)
def test_a_track_is_judged_and_tagged_in_every_container(suffix: str, scanner: Scanner, library: Path, make_audio: MakeAudio) -> None:
    path = make_audio(suffix, folder=library)
    (outcome,) = scanner()
    assert outcome.status is Status.TAGGED, outcome.error
    assert outcome.written
    assert outcome.verdict is not None
    tags = read_tags(path)
    assert tags is not None
    assert tags["VALENCE"] == (f"{outcome.verdict.valence:.3f}",)
    assert tags["AROUSAL"] == (f"{outcome.verdict.arousal:.3f}",)
    assert tags["MOOD"] == tuple(mood.name for mood in outcome.verdict.moods)
    assert tags["MOODTAG"] == (f"{scanner.model.id}/audio",)


@pytest.mark.parametrize("suffix", UNTAGGABLE)
def test_a_container_without_tags_is_judged_and_left_alone(suffix: str, scanner: Scanner, library: Path, make_audio: MakeAudio) -> None:
    path = make_audio(suffix, folder=library)
    before = path.read_bytes()
    (outcome,) = scanner()
    assert (outcome.status, outcome.written, outcome.note, outcome.error) == (Status.TAGGED, False, NO_TAGS, None)
    assert path.read_bytes() == before
    assert statuses(scanner()) == ["current"]


def test_a_second_scan_judges_nothing_and_touches_nothing(scanner: Scanner, library: Path, make_audio: MakeAudio) -> None:
    path = make_audio(".mp3", folder=library)
    first = scanner()
    before = path.stat()
    second = scanner()
    assert scanner.loads == 1
    assert statuses(second) == ["current"]
    assert second[0].verdict is not None
    assert first[0].verdict is not None
    assert second[0].verdict.moods == tuple(type(m)(m.name, round(m.score, 4)) for m in first[0].verdict.moods)
    assert path.stat() == before


def test_a_changed_file_is_judged_again(scanner: Scanner, library: Path, make_audio: MakeAudio) -> None:
    path = make_audio(".flac", folder=library)
    scanner()
    shutil.copyfile(DATA / "battle.flac", path)
    assert statuses(scanner()) == ["tagged"]
    assert scanner.loads == 2


def test_force_judges_what_is_current(scanner: Scanner, library: Path, make_audio: MakeAudio) -> None:
    make_audio(".mp3", folder=library)
    scanner()
    assert statuses(scanner(force=True)) == ["tagged"]
    assert scanner.loads == 2


def test_a_dry_run_judges_nothing_and_leaves_no_trace(scanner: Scanner, library: Path, make_audio: MakeAudio) -> None:
    path = make_audio(".mp3", folder=library)
    before = path.read_bytes()
    (outcome,) = scanner(dry_run=True)
    assert (outcome.status, outcome.note) == (Status.SKIPPED, "would be judged")
    assert (scanner.loads, scanner.index.count(), path.read_bytes()) == (0, 0, before)


def test_without_writing_the_verdict_waits_in_the_index(scanner: Scanner, library: Path, make_audio: MakeAudio) -> None:
    path = make_audio(".mp3", folder=library)
    before = path.read_bytes()
    (judged,) = scanner(write=False)
    assert (judged.status, judged.written, path.read_bytes()) == (Status.TAGGED, False, before)
    assert [change.field for change in judged.changes][-1] == "MOODTAG"
    (planned,) = scanner(dry_run=True)
    assert planned.note == "would be written"
    (written,) = scanner()
    assert (written.status, written.written, scanner.loads) == (Status.TAGGED, True, 1)
    assert moods_of(path) == next(change.new for change in judged.changes if change.field == "MOOD")


def test_a_persons_mood_is_kept_merged_or_replaced_as_asked(scanner: Scanner, library: Path, make_audio: MakeAudio) -> None:
    path = make_audio(".flac", folder=library)
    file = mutagen.File(path)
    file["MOOD"] = ["Sunday Morning"]
    file.save()
    scanner()
    assert moods_of(path) == ("Sunday Morning",)
    scanner(existing="merge")
    assert moods_of(path)[0] == "Sunday Morning"
    assert len(moods_of(path)) > 1
    scanner()
    assert moods_of(path)[0] == "Sunday Morning"
    scanner(existing="replace")
    assert "Sunday Morning" not in moods_of(path)
    assert moods_of(path)
    assert scanner.loads == 1  # the same verdict all along


def test_outcomes_come_in_the_order_of_the_library(scanner: Scanner, library: Path, make_audio: MakeAudio) -> None:
    for number in range(12):
        suffix = (".mp3", ".wav", ".opus")[number % 3]
        make_audio(suffix, name=f"{number:02d}{suffix}", folder=library)
    names = [outcome.path.name for outcome in scanner(jobs=3)]
    assert names == sorted(names)


def test_silence_is_skipped_and_remembered(scanner: Scanner, library: Path) -> None:
    encode(library / "silence.flac", np.zeros(32_000, np.float32), *ENCODED[".flac"])
    assert [outcome.note for outcome in scanner()] == [SILENT]
    assert [(outcome.status, outcome.note) for outcome in scanner()] == [(Status.SKIPPED, SILENT)]
    assert scanner.loads == 1


def test_one_bad_file_does_not_end_a_scan(scanner: Scanner, library: Path, make_audio: MakeAudio) -> None:
    make_audio(".mp3", name="a.mp3", folder=library)
    (library / "b.mp3").write_bytes(b"")
    (library / "c.mp3").write_bytes(b"no music at all\n" * 100)
    (library / "d.flac").write_bytes((DATA / "battle.flac").read_bytes()[:60])
    os.mkfifo(library / "e.mp3")
    (library / "f.mp3").symlink_to("gone")
    (library / "g.mp3").mkdir()
    make_audio(".mp3", name="h.mp3", folder=library)
    outcomes = scanner()
    assert {outcome.path.name: outcome.status.value for outcome in outcomes} == {
        "a.mp3": "tagged", "b.mp3": "failed", "c.mp3": "failed", "d.flac": "failed",
        "e.mp3": "failed", "f.mp3": "failed", "g.mp3": "failed", "h.mp3": "tagged",
    }  # fmt: skip
    assert all(outcome.error and outcome.remedy for outcome in outcomes if outcome.status is Status.FAILED)


def test_a_file_that_vanishes_costs_only_itself(scanner: Scanner, library: Path, make_audio: MakeAudio) -> None:
    gone = make_audio(".mp3", name="a.mp3", folder=library)
    make_audio(".mp3", name="b.mp3", folder=library)
    found = list(find_tracks([library]))
    gone.unlink()
    outcomes = list(scan(found, scanner.model, lambda: scanner.predictor, scanner.index, ScanOptions()))
    assert [(outcome.status.value, outcome.error) for outcome in outcomes] == [("failed", "vanished during the scan"), ("tagged", None)]


def test_a_verdict_that_could_not_be_written_is_not_lost(
    scanner: Scanner, library: Path, make_audio: MakeAudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_audio(".mp3", folder=library)

    def refuse(path: Path, changes: object) -> None:
        raise TagError(path, "read-only", remedy="make it writable")

    with monkeypatch.context() as patch:  # root may write anywhere: the refusal itself is tested in library/test_tags
        patch.setattr("moodtag.scan.write_tags", refuse)
        (failed,) = scanner()
    assert (failed.status, failed.error, failed.remedy) == (Status.FAILED, "read-only", "make it writable")
    assert failed.verdict is not None
    (written,) = scanner()
    assert (written.status, written.written, scanner.loads) == (Status.TAGGED, True, 1)
    assert moods_of(path)


def test_a_damaged_track_is_judged_by_the_rest_and_told(scanner: Scanner, library: Path) -> None:
    music = np.resize(np.random.default_rng(0).standard_normal(160_000).astype(np.float32) * 0.1, 60 * 16_000)
    path = encode(library / "cut.flac", music, *ENCODED[".flac"])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    (outcome,) = scanner()
    assert outcome.status is Status.TAGGED
    assert (outcome.note or "").startswith("damaged: nothing at 0:4")


def test_a_stopped_scan_keeps_what_it_did(scanner: Scanner, library: Path, make_audio: MakeAudio) -> None:
    for number in range(6):
        make_audio(".wav", name=f"{number}.wav", folder=library)
    running = scanner.start(jobs=1)
    assert next(running).status is Status.TAGGED
    running.close()  # type: ignore[attr-defined]
    done = scanner.index.count()
    assert 1 <= done < 6
    assert statuses(scanner()).count("current") == done


def test_an_empty_folder_is_no_error(scanner: Scanner) -> None:
    assert scanner() == []
