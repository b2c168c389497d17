"""Scans that take words in."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import mutagen
import pytest

from moodtag.core.records import Lyrics, Outcome, Song, Status, Verdict
from moodtag.core.settings import DEFAULT_LYRICS_MODEL
from moodtag.library.tags import read_tags
from moodtag.networks.checkpoint import LyricsModel, find_lyrics_model
from moodtag.words import RECHECK, Reader, WordsOptions
from tests.conftest import MakeAudio, Scanner
from tests.lyrics.words import RAIN, REGEN


class Service:
    """A provider whose answer a test decides, and that counts how often it is asked."""

    def __init__(self, answer: Lyrics) -> None:
        self.answer, self.asked, self.is_closed = answer, list[Song](), False

    def find(self, song: Song) -> Lyrics:
        self.asked.append(song)
        return self.answer

    def close(self) -> None:
        self.is_closed = True


FETCHED = Lyrics("fetched", RAIN, "lrclib")


@pytest.fixture(scope="module")
def lyrics_model() -> LyricsModel:
    return find_lyrics_model(DEFAULT_LYRICS_MODEL)


@pytest.fixture
def local(lyrics_model: LyricsModel) -> WordsOptions:
    return WordsOptions("local", lyrics_model)


def fetching(lyrics_model: LyricsModel, service: Service) -> WordsOptions:
    return WordsOptions("fetch", lyrics_model, (service,))


def verdict_of(outcome: Outcome) -> Verdict:
    assert outcome.verdict is not None
    return outcome.verdict


def give_words(path: Path, text: str = RAIN) -> Path:
    opened: Any = mutagen.File(path)
    opened.tags["LYRICS"] = [text]
    opened.save()
    return path


def test_words_in_tags_and_beside_the_file_count_and_other_tracks_are_judged_by_their_sound(
    make_audio: MakeAudio, library: Path, scanner: Scanner, local: WordsOptions
) -> None:
    give_words(make_audio(".flac", name="tagged.flac", folder=library))
    make_audio(".mp3", name="beside.mp3", folder=library)
    (library / "beside.lrc").write_text("".join(f"[00:0{i}.00]{line}\n" for i, line in enumerate(RAIN.splitlines())))
    make_audio(".opus", name="plain.opus", folder=library)
    told = {o.path.name: (verdict_of(o).modality, verdict_of(o).lyrics_source) for o in scanner(words=local)}
    assert told == {
        "tagged.flac": ("audio+lyrics", "embedded"),
        "beside.mp3": ("audio+lyrics", "sidecar"),
        "plain.opus": ("audio", None),
    }
    marks = {path.name: (read_tags(path) or {})["MOODTAG"][0].rpartition("/")[2] for path in library.glob("*.[fmo]*")}
    assert marks == {"tagged.flac": "audio+lyrics", "beside.mp3": "audio+lyrics", "plain.opus": "audio"}


def test_the_index_keeps_both_towers_and_no_text(
    make_audio: MakeAudio, library: Path, scanner: Scanner, local: WordsOptions, tmp_path: Path
) -> None:
    path = give_words(make_audio(".flac", folder=library))
    (outcome,) = scanner(words=local)
    known = scanner.index.get(path)
    assert known is not None and known.words is not None and known.verdict is not None
    assert known.verdict.towers == verdict_of(outcome).towers is not None
    assert (known.words.state, known.words.source, known.words.language, known.words.refusal) == ("embedded", "LYRICS", "en", None)
    assert known.song.title == "Élégie"
    kept = b"".join(file.read_bytes() for file in (tmp_path / "home").iterdir())
    assert not any(line.encode() in kept for line in RAIN.splitlines())


def test_without_words_nothing_changes(make_audio: MakeAudio, library: Path, scanner: Scanner) -> None:
    give_words(make_audio(".flac", folder=library))
    (outcome,) = scanner(words=None)
    assert (verdict_of(outcome).modality, verdict_of(outcome).towers) == ("audio", None)


def test_an_unchanged_library_is_current(make_audio: MakeAudio, library: Path, scanner: Scanner, local: WordsOptions) -> None:
    give_words(make_audio(".flac", folder=library))
    make_audio(".mp3", folder=library)
    scanner(words=local)
    assert [outcome.status for outcome in scanner(words=local)] == [Status.CURRENT, Status.CURRENT]
    assert scanner.loads == 1


def test_a_sidecar_that_comes_changes_or_goes_is_noticed_and_nothing_is_heard_again(
    make_audio: MakeAudio, library: Path, scanner: Scanner, local: WordsOptions
) -> None:
    make_audio(".mp3", name="song.mp3", folder=library)
    (alone,) = scanner(words=local)
    sidecar = library / "song.lrc"
    sidecar.write_text(RAIN)
    (fused,) = scanner(words=local)
    assert (fused.status, verdict_of(fused).modality) == (Status.TAGGED, "audio+lyrics")
    sidecar.write_text("I hate this war, I hate this blood, we burn and kill and scream\n" * 5)
    (changed,) = scanner(words=local)
    assert verdict_of(changed).valence < verdict_of(fused).valence
    sidecar.unlink()
    (again,) = scanner(words=local)
    assert verdict_of(again).modality == "audio"
    assert verdict_of(again).valence == pytest.approx(verdict_of(alone).valence, abs=1e-4)
    assert (read_tags(library / "song.mp3") or {})["MOODTAG"][0].endswith("/audio")
    assert scanner.loads == 1


def test_a_library_that_was_judged_without_words_gets_them_without_being_heard_again(
    make_audio: MakeAudio, library: Path, scanner: Scanner, local: WordsOptions
) -> None:
    give_words(make_audio(".flac", folder=library))
    scanner()
    (outcome,) = scanner(words=local)
    assert (outcome.status, verdict_of(outcome).modality, scanner.loads) == (Status.TAGGED, "audio+lyrics", 1)


def test_words_in_another_language_are_left_alone_and_said_to_be(
    make_audio: MakeAudio, library: Path, scanner: Scanner, local: WordsOptions
) -> None:
    path = give_words(make_audio(".flac", folder=library), REGEN)
    (outcome,) = scanner(words=local)
    known = scanner.index.get(path)
    assert verdict_of(outcome).modality == "audio"
    assert known is not None and known.words is not None
    assert (known.words.language, known.words.refusal) == ("de", "in a language that is not judged (de)")


def test_a_service_is_asked_once_by_what_the_file_says_and_its_answer_is_kept(
    make_audio: MakeAudio, library: Path, scanner: Scanner, lyrics_model: LyricsModel
) -> None:
    path = make_audio(".flac", folder=library)
    service = Service(FETCHED)
    (outcome,) = scanner(words=fetching(lyrics_model, service))
    assert (verdict_of(outcome).modality, verdict_of(outcome).lyrics_source) == ("audio+lyrics", "lrclib")
    assert ([song.title for song in service.asked], service.is_closed) == (["Élégie"], True)
    scanner(words=fetching(lyrics_model, service))
    os.utime(path)  # the same file with another time is looked at again
    (again,) = scanner(words=fetching(lyrics_model, service))
    assert (verdict_of(again).lyrics_source, len(service.asked)) == ("lrclib", 1)
    (local_again,) = scanner(words=WordsOptions("local", lyrics_model))
    assert verdict_of(local_again).lyrics_source == "lrclib"


@pytest.mark.parametrize(("state", "times_asked"), [("not-found", 1), ("instrumental", 1), ("unavailable", 2)])
def test_an_answer_holds_and_no_answer_is_asked_for_again(
    state: Any, times_asked: int, make_audio: MakeAudio, library: Path, scanner: Scanner, lyrics_model: LyricsModel
) -> None:
    path = make_audio(".flac", folder=library)
    service = Service(Lyrics(state, source="lrclib", note=None))
    for _ in range(2):
        (outcome,) = scanner(words=fetching(lyrics_model, service))
        assert verdict_of(outcome).modality == "audio"
    known = scanner.index.get(path)
    assert known is not None and known.words is not None
    assert (known.words.state, len(service.asked)) == (state, times_asked)


def test_no_answer_holds_for_ever(make_audio: MakeAudio, library: Path, scanner: Scanner, lyrics_model: LyricsModel) -> None:
    path = make_audio(".flac", folder=library)
    options = fetching(lyrics_model, Service(Lyrics("not-found", source="lrclib")))
    scanner(words=options)
    known = scanner.index.get(path)
    assert known is not None
    assert not Reader(options).is_due(known)
    later = datetime.now(UTC) + RECHECK + timedelta(days=1)
    assert Reader(options, now=lambda: later).is_due(known)
    assert not Reader(WordsOptions("local", lyrics_model), now=lambda: later).is_due(known)


def test_an_instrumental_track_is_known_as_one(make_audio: MakeAudio, library: Path, scanner: Scanner, local: WordsOptions) -> None:
    path = give_words(make_audio(".flac", folder=library), "[Instrumental]")
    scanner(words=local)
    known = scanner.index.get(path)
    assert known is not None and known.words is not None
    assert (known.words.state, known.words.source) == ("instrumental", "LYRICS")


def test_a_dry_run_asks_no_one(make_audio: MakeAudio, library: Path, scanner: Scanner, lyrics_model: LyricsModel) -> None:
    make_audio(".flac", folder=library)
    service = Service(FETCHED)
    (outcome,) = scanner(words=fetching(lyrics_model, service), dry_run=True)
    assert (outcome.note, service.asked) == ("would be judged", [])
