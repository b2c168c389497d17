"""Scans that take words in."""

import json
import os
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import mutagen
import pytest
from mutagen import id3

from moodtag.core.records import LookedFor, Lyrics, Outcome, Song, Status, Verdict
from moodtag.core.settings import DEFAULT_LYRICS_MODEL
from moodtag.library.tags import read_tags
from moodtag.lyrics.find import LINKED
from moodtag.networks.checkpoint import LyricsModel, find_lyrics_model
from moodtag.words import RECHECK, Reader, WordsOptions
from tests.conftest import MakeAudio, Scanner, let_others_enter
from tests.lyrics.words import RAIN, REGEN

_frame: Any = id3.Frames


class Service:
    """A provider whose answer a test decides, and that counts how often it is asked; an error is raised."""

    def __init__(self, answer: Lyrics | Exception, key: str = "lrclib") -> None:
        self.answer, self.key, self.asked, self.is_closed = answer, key, list[Song](), False

    def find(self, song: Song) -> Lyrics:
        self.asked.append(song)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def close(self) -> None:
        self.is_closed = True


FETCHED = Lyrics("fetched", RAIN, "lrclib")
NOT_FOUND = Lyrics("not-found", source="lrclib")
UNAVAILABLE = Lyrics("unavailable", source="genius", note="Genius could not be reached")
OLD_FIELDS = {"state", "source", "note", "sha256", "language", "refusal", "sidecar", "model", "looked_at"}
REFUSED = Lyrics("fetched", "Let it rain", "lrclib")


@pytest.fixture(scope="module")
def lyrics_model() -> LyricsModel:
    return find_lyrics_model(DEFAULT_LYRICS_MODEL)


@pytest.fixture
def local(lyrics_model: LyricsModel) -> WordsOptions:
    return WordsOptions("local", lyrics_model)


def fetching(lyrics_model: LyricsModel, *services: Service) -> WordsOptions:
    return WordsOptions("fetch", lyrics_model, services)


def verdict_of(outcome: Outcome) -> Verdict:
    assert outcome.verdict is not None
    return outcome.verdict


def words_of(scanner: Scanner, path: Path) -> LookedFor:
    known = scanner.index.get(path)
    assert known is not None and known.words is not None
    return known.words


def retitle(path: Path, title: str) -> None:
    opened: Any = mutagen.File(path)
    opened.tags["TITLE"] = [title]
    opened.save()


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


def test_an_error_while_words_are_looked_for_costs_the_track_its_words_only(
    make_audio: MakeAudio, library: Path, scanner: Scanner, lyrics_model: LyricsModel
) -> None:
    path = make_audio(".flac", folder=library)
    other = give_words(make_audio(".opus", name="tagged.opus", folder=library))
    outcomes = {each.path: each for each in scanner(words=fetching(lyrics_model, Service(ZeroDivisionError())))}
    assert (outcomes[path].status, verdict_of(outcomes[path]).modality) == (Status.TAGGED, "audio")
    assert verdict_of(outcomes[other]).modality == "audio+lyrics"
    assert words_of(scanner, path).refusal == "cannot be judged (ZeroDivisionError)"
    (again,) = scanner(path, words=fetching(lyrics_model, Service(FETCHED)))
    assert verdict_of(again).modality == "audio+lyrics"


@pytest.mark.parametrize("answer", [FETCHED, NOT_FOUND, Lyrics("instrumental", source="lrclib")])
def test_an_answer_for_other_names_does_not_hold(
    answer: Lyrics, make_audio: MakeAudio, library: Path, scanner: Scanner, lyrics_model: LyricsModel
) -> None:
    path = make_audio(".flac", folder=library)
    service = Service(answer)
    scanner(words=fetching(lyrics_model, service))
    retitle(path, "élégie ")  # the same name in another spelling
    scanner(words=fetching(lyrics_model, service))
    retitle(path, "Right")
    service.answer = NOT_FOUND
    (outcome,) = scanner(words=fetching(lyrics_model, service))
    assert [song.title for song in service.asked] == ["Élégie", "Right"]
    assert (verdict_of(outcome).modality, words_of(scanner, path).state) == ("audio", "not-found")


def test_words_of_another_song_go_without_a_network_too(
    make_audio: MakeAudio, library: Path, scanner: Scanner, local: WordsOptions, lyrics_model: LyricsModel
) -> None:
    path = make_audio(".flac", folder=library)
    scanner(words=fetching(lyrics_model, Service(FETCHED)))
    retitle(path, "Right")
    scanner(words=None)
    (outcome,) = scanner(words=local)
    assert (verdict_of(outcome).modality, words_of(scanner, path).state) == ("audio", None)
    assert [each.status for each in scanner(words=local)] == [Status.CURRENT]


def test_words_that_came_while_no_one_looked_are_read(make_audio: MakeAudio, library: Path, scanner: Scanner, local: WordsOptions) -> None:
    path = make_audio(".flac", folder=library)
    scanner(words=local)
    give_words(path)
    scanner(words=None)
    (outcome,) = scanner(words=local)
    assert verdict_of(outcome).lyrics_source == "embedded"


@pytest.mark.parametrize("answer", [FETCHED, NOT_FOUND])
def test_force_asks_again(answer: Lyrics, make_audio: MakeAudio, library: Path, scanner: Scanner, lyrics_model: LyricsModel) -> None:
    make_audio(".flac", folder=library)
    service = Service(answer)
    for force in (False, True, False):
        scanner(words=fetching(lyrics_model, service), force=force)
    assert len(service.asked) == 2


def test_forcing_without_a_network_keeps_what_was_fetched(
    make_audio: MakeAudio, library: Path, scanner: Scanner, local: WordsOptions, lyrics_model: LyricsModel
) -> None:
    make_audio(".flac", folder=library)
    scanner(words=fetching(lyrics_model, Service(FETCHED)))
    (outcome,) = scanner(words=local, force=True)
    assert verdict_of(outcome).lyrics_source == "lrclib"


def test_words_stay_where_they_are_to_be_asked_for_again_and_no_one_answers(
    make_audio: MakeAudio, library: Path, scanner: Scanner, lyrics_model: LyricsModel
) -> None:
    path = make_audio(".flac", folder=library)
    service = Service(FETCHED)
    scanner(words=fetching(lyrics_model, service))
    service.answer = UNAVAILABLE
    (outcome,) = scanner(words=fetching(lyrics_model, service), force=True)
    assert (verdict_of(outcome).lyrics_source, words_of(scanner, path).unanswered) == ("lrclib", "Genius could not be reached")
    service.answer = NOT_FOUND
    (outcome,) = scanner(words=fetching(lyrics_model, service))
    assert (verdict_of(outcome).modality, words_of(scanner, path).unanswered) == ("audio", None)


@pytest.mark.parametrize(
    ("answer", "first", "then", "times_asked"),
    [
        (NOT_FOUND, ["lrclib"], ["lrclib", "genius"], 2),
        (NOT_FOUND, ["lrclib"], ["lrclib@mine"], 2),
        (NOT_FOUND, ["lrclib", "genius"], ["lrclib"], 1),
        (REFUSED, ["lrclib"], ["lrclib", "genius"], 2),
        (FETCHED, ["lrclib"], ["lrclib", "genius"], 1),
        (FETCHED, ["lrclib"], ["lrclib@mine"], 2),
        (FETCHED, ["lrclib", "genius"], ["lrclib"], 1),
    ],
)
def test_an_answer_holds_for_those_who_were_asked(
    answer: Lyrics,
    first: list[str],
    then: list[str],
    times_asked: int,
    make_audio: MakeAudio,
    library: Path,
    scanner: Scanner,
    lyrics_model: LyricsModel,
) -> None:
    make_audio(".flac", folder=library)
    asked = list[Song]()
    for keys in (first, then, then):
        services = [Service(answer, key) for key in keys]
        scanner(words=fetching(lyrics_model, *services))
        asked += services[0].asked
    assert len(asked) == times_asked


@pytest.mark.parametrize(("tagged", "answer"), [("Let it rain", NOT_FOUND), (None, REFUSED)])
def test_a_service_that_could_not_be_asked_behind_a_refused_text_is_asked_again(
    tagged: str | None, answer: Lyrics, make_audio: MakeAudio, library: Path, scanner: Scanner, lyrics_model: LyricsModel
) -> None:
    path = make_audio(".flac", folder=library)
    if tagged is not None:
        give_words(path, tagged)
    lrclib, genius = Service(answer), Service(UNAVAILABLE, "genius")
    scanner(words=fetching(lyrics_model, lrclib, genius))
    words = words_of(scanner, path)
    assert (words.refusal, words.unanswered) == ("too short to judge", "Genius could not be reached")
    genius.answer = Lyrics("fetched", RAIN, "genius")
    (outcome,) = scanner(words=fetching(lyrics_model, lrclib, genius))
    assert (verdict_of(outcome).lyrics_source, words_of(scanner, path).unanswered) == ("genius", None)


def test_a_refused_text_is_no_answer_for_ever(
    make_audio: MakeAudio, library: Path, scanner: Scanner, local: WordsOptions, lyrics_model: LyricsModel
) -> None:
    path = give_words(make_audio(".flac", folder=library), "Let it rain")
    scanner(words=local)
    service = Service(NOT_FOUND)
    for _ in range(2):
        scanner(words=fetching(lyrics_model, service))
        os.utime(path)
    known = scanner.index.get(path)
    assert known is not None and known.words is not None
    assert (known.words.state, known.words.refusal, len(service.asked)) == ("embedded", "too short to judge", 1)
    later = datetime.now(UTC) + RECHECK + timedelta(days=1)
    assert not Reader(fetching(lyrics_model, service)).is_due(known)
    assert Reader(fetching(lyrics_model, service), now=lambda: later).is_due(known)


def test_words_in_another_language_are_an_answer(make_audio: MakeAudio, library: Path, scanner: Scanner, lyrics_model: LyricsModel) -> None:
    give_words(make_audio(".flac", folder=library), REGEN)
    service = Service(FETCHED)
    for _ in range(2):
        scanner(words=fetching(lyrics_model, service))
    assert service.asked == []


def test_what_an_older_version_kept_of_words_still_holds(
    make_audio: MakeAudio, library: Path, scanner: Scanner, lyrics_model: LyricsModel
) -> None:
    path = make_audio(".flac", folder=library)
    service = Service(NOT_FOUND)
    scanner(words=fetching(lyrics_model, service))
    (text,) = scanner.index._db.execute("select words from tracks").fetchone()
    old = {name: value for name, value in json.loads(text).items() if name in OLD_FIELDS}
    scanner.index._db.execute("update tracks set words = ?", [json.dumps(old)])
    words = words_of(scanner, path)
    assert (words.state, words.asked, words.names) == ("not-found", None, None)
    scanner(words=fetching(lyrics_model, service, Service(FETCHED, "genius")))
    assert len(service.asked) == 1


def test_a_sidecar_counts_where_the_one_before_it_says_nothing_and_a_change_of_it_is_noticed(
    make_audio: MakeAudio, library: Path, scanner: Scanner, local: WordsOptions
) -> None:
    make_audio(".mp3", name="song.mp3", folder=library)
    (library / "song.lrc").write_text("")
    (library / "song.txt").write_text(RAIN)
    (fused,) = scanner(words=local)
    assert verdict_of(fused).lyrics_source == "sidecar"
    (library / "song.txt").write_text("I hate this war, I hate this blood, we burn and kill and scream\n" * 5)
    (changed,) = scanner(words=local)
    assert verdict_of(changed).valence < verdict_of(fused).valence
    (library / "song.txt").unlink()
    assert verdict_of(scanner(words=local)[0]).modality == "audio"


def test_of_texts_in_two_languages_the_one_that_can_be_judged_counts(
    make_audio: MakeAudio, library: Path, scanner: Scanner, local: WordsOptions
) -> None:
    path = make_audio(".mp3", folder=library)
    opened: Any = mutagen.File(path)
    for language, text in (("deu", REGEN), ("eng", RAIN)):
        opened.tags.add(_frame["USLT"](encoding=3, lang=language, desc="", text=text))
    opened.save()
    (outcome,) = scanner(words=local)
    assert (verdict_of(outcome).modality, outcome.words and outcome.words.language) == ("audio+lyrics", "en")


def test_a_link_to_words_is_told(make_audio: MakeAudio, library: Path, scanner: Scanner, local: WordsOptions, tmp_path: Path) -> None:
    make_audio(".mp3", name="song.mp3", folder=library)
    (tmp_path / "words.lrc").write_text(RAIN)
    (library / "song.lrc").symlink_to(tmp_path / "words.lrc")
    for status in (Status.TAGGED, Status.CURRENT):
        (outcome,) = scanner(words=local)
        assert outcome.words is not None
        assert (outcome.status, verdict_of(outcome).modality, outcome.words.state, outcome.words.note) == (status, "audio", None, LINKED)


def test_a_scan_without_words_leaves_what_was_judged_with_them_and_a_forced_one_judges_the_sound_alone(
    make_audio: MakeAudio, library: Path, scanner: Scanner, local: WordsOptions
) -> None:
    give_words(make_audio(".flac", name="old.flac", folder=library))
    scanner(words=local)
    give_words(make_audio(".opus", name="new.opus", folder=library))
    told = {outcome.path.name: (outcome.status, verdict_of(outcome).modality) for outcome in scanner()}
    assert told == {"old.flac": (Status.CURRENT, "audio+lyrics"), "new.opus": (Status.TAGGED, "audio")}
    assert {verdict_of(outcome).modality for outcome in scanner(force=True)} == {"audio"}
    assert (read_tags(library / "old.flac") or {})["MOODTAG"][0].endswith("/audio")


UNPRIVILEGED = textwrap.dedent(
    """
    import os, sys
    from pathlib import Path
    from moodtag.core.records import Stamp
    from moodtag.core.settings import DEFAULT_LYRICS_MODEL
    from moodtag.index.store import Track
    from moodtag.library.workers import Told
    from moodtag.networks.checkpoint import find_lyrics_model
    from moodtag.words import Reader, WordsOptions
    from tests.lyrics.words import RAIN
    path, sidecar = Path(sys.argv[1]), Path(sys.argv[1]).with_suffix(".lrc")
    reader = Reader(WordsOptions("local", find_lyrics_model(DEFAULT_LYRICS_MODEL)))
    def look():
        looked = reader.read(path, Told("key"), None).looked
        track = Track(path, Stamp(0, 0), "model", None, "pending", words=looked)
        print(looked.state, looked.sidecar is not None, reader.is_due(track), looked.note)
        return track
    look()  # imports all there is to import, which another user may not be able to read
    os.chmod(sidecar, 0)
    if os.geteuid() == 0:  # root may read anything
        os.chown(sidecar, 65534, 65534)
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
    refused = look()
    os.chmod(sidecar, 0o644)
    print(reader.is_due(refused))
    look()
    """
)


def test_words_that_could_not_be_read_are_looked_at_again(tmp_path: Path) -> None:
    (tmp_path / "song.lrc").write_text(RAIN)
    let_others_enter(tmp_path / "song.mp3")
    command = [sys.executable, "-c", UNPRIVILEGED, str(tmp_path / "song.mp3")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[1], check=False)
    assert done.stdout.splitlines() == [
        "sidecar True False None",
        "unavailable False True words beside it are not readable: permission denied",
        "True",
        "sidecar True False None",
    ], done.stderr
