"""Where words are looked for, and in which order."""

from pathlib import Path

import pytest

from moodtag.core.records import Lyrics, Song, TaggedText
from moodtag.lyrics.find import Found, find_local, find_words
from tests.lyrics.words import RAIN

SONG = Song(title="Rain", artist="Nobody")


class Known:
    """A provider that gives one answer, and counts how often it is asked."""

    key = "known"

    def __init__(self, answer: Lyrics) -> None:
        self.answer, self.asked = answer, 0

    def find(self, song: Song) -> Lyrics:
        self.asked += 1
        return self.answer

    def close(self) -> None: ...


FETCHED = Lyrics("fetched", RAIN, "lrclib")
NOT_FOUND = Lyrics("not-found", source="lrclib")
UNAVAILABLE = Lyrics("unavailable", source="lrclib", note="LRCLIB could not be reached")
INSTRUMENTAL = Lyrics("instrumental", source="lrclib")


def told(found: Found) -> tuple[str | None, str | None]:
    return (None, None) if found.lyrics is None else (found.lyrics.state, found.lyrics.source)


def test_tags_go_before_a_sidecar_and_that_before_the_network(tmp_path: Path) -> None:
    track, provider = tmp_path / "rain.mp3", Known(FETCHED)
    assert told(find_words(track, (), SONG, [provider])) == ("fetched", "lrclib")
    (tmp_path / "rain.lrc").write_text(RAIN)
    assert told(find_words(track, (), SONG, [provider])) == ("sidecar", "rain.lrc")
    assert told(find_words(track, (TaggedText("USLT", RAIN),), SONG, [provider])) == ("embedded", "USLT")
    assert provider.asked == 1


def test_a_text_that_the_gate_refuses_does_not_end_the_search(tmp_path: Path) -> None:
    short = TaggedText("USLT", "Let it rain")
    assert told(find_local(tmp_path / "x.mp3", (short, TaggedText("SYLT", RAIN)))) == ("embedded", "SYLT")
    assert told(find_words(tmp_path / "x.mp3", (short,), SONG, [Known(FETCHED)])) == ("fetched", "lrclib")
    refused = find_words(tmp_path / "x.mp3", (short,), SONG, [Known(NOT_FOUND)])
    assert refused.words is not None
    assert (told(refused), refused.words.refusal) == (("embedded", "USLT"), "too short to judge")


def test_a_mark_of_an_instrumental_is_an_answer(tmp_path: Path) -> None:
    provider = Known(FETCHED)
    found = find_words(tmp_path / "x.mp3", (TaggedText("LYRICS", "[Instrumental]"),), SONG, [provider])
    assert (told(found), provider.asked, found.is_judged) == (("instrumental", "LYRICS"), 0, False)


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ([NOT_FOUND, FETCHED], "fetched"),
        ([UNAVAILABLE, FETCHED], "fetched"),
        ([UNAVAILABLE, NOT_FOUND], "unavailable"),
        ([NOT_FOUND, UNAVAILABLE], "unavailable"),
        ([NOT_FOUND, NOT_FOUND], "not-found"),
        ([INSTRUMENTAL, FETCHED], "instrumental"),
        ([], None),
    ],
)
def test_not_found_and_unavailable_are_never_confused(answers: list[Lyrics], state: str | None, tmp_path: Path) -> None:
    found = find_words(tmp_path / "x.mp3", (), SONG, [Known(answer) for answer in answers])
    assert told(found)[0] == state
    assert find_local(tmp_path / "x.mp3", ()) == Found()


REFUSED = Lyrics("fetched", "Let it rain", "lrclib")


@pytest.mark.parametrize(
    ("tagged", "answers", "state"),
    [
        ((TaggedText("USLT", "Let it rain"),), [UNAVAILABLE], "embedded"),
        ((TaggedText("USLT", "Let it rain"),), [NOT_FOUND, UNAVAILABLE], "embedded"),
        ((), [REFUSED, UNAVAILABLE], "fetched"),
        ((), [UNAVAILABLE, REFUSED], "fetched"),
        ((), [NOT_FOUND, UNAVAILABLE], "unavailable"),
    ],
)
def test_who_could_not_be_asked_is_remembered_behind_a_refused_text(
    tagged: tuple[TaggedText, ...], answers: list[Lyrics], state: str, tmp_path: Path
) -> None:
    found = find_words(tmp_path / "x.mp3", tagged, SONG, [Known(answer) for answer in answers])
    assert (told(found)[0], found.is_answer, found.unanswered) == (state, False, "LRCLIB could not be reached")


def test_who_could_not_be_asked_is_of_no_matter_where_another_knew(tmp_path: Path) -> None:
    assert find_words(tmp_path / "x.mp3", (), SONG, [Known(UNAVAILABLE), Known(FETCHED)]).unanswered is None
    nameless = find_words(tmp_path / "x.mp3", (), SONG, [Known(Lyrics("unavailable", source="genius"))])
    assert nameless.unanswered == "genius could not be asked"


def test_only_those_are_told_as_asked_who_were(tmp_path: Path) -> None:
    found = find_words(tmp_path / "x.mp3", (), SONG, [Known(NOT_FOUND), Known(FETCHED), Known(NOT_FOUND)])
    assert found.asked == ("known", "known")
    assert find_words(tmp_path / "x.mp3", (TaggedText("USLT", RAIN),), SONG, [Known(FETCHED)]).asked == ()
