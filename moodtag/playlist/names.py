"""Artists, albums, genres and years in a request: what the library knows, found in its words."""

import re
import string
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from rapidfuzz import fuzz, process

from moodtag.playlist.scenes import SCENES
from moodtag.playlist.vocabulary import AXIS_WORDS, FILLERS, GENRES, MOOD_WORDS, NEGATIONS, STRONGER

_LONGEST = 6  # words of a name
_ALIKE = 88  # of 100
_RARELY_ORDINARY = 6  # letters: so long a single word that is an artist's name is rarely meant otherwise
_GAP = " , "
_NEGATED = re.compile(rf"(?:{'|'.join(re.escape(word) for word in sorted(NEGATIONS, key=len, reverse=True))})(?: \w+)?\s*$")


@dataclass(frozen=True, slots=True)
class Span:
    """Years from and to, both included; None: open."""

    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """What tracks must be or must not be, apart from how they feel; names folded as `fold_name` does."""

    artists: tuple[str, ...] = ()
    albums: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    years: Span | None = None
    not_artists: tuple[str, ...] = ()
    not_genres: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a library knows, folded; each with how it is written there."""

    artists: dict[str, str] = field(default_factory=dict)
    albums: dict[str, str] = field(default_factory=dict)
    genres: dict[str, str] = field(default_factory=dict)


def fold_name(name: str) -> str:
    """A name as it is compared: lower case, without accents, punctuation as blanks, "&" as "and", no leading "the"."""
    text = name.casefold() if name.isascii() else _plain(name)
    return " ".join(text.translate(_PUNCTUATION).split()).removeprefix("the ")


_PUNCTUATION = {ord(character): " " for character in string.punctuation if character not in "_&"} | {ord("&"): " and "}


def _plain(name: str) -> str:
    """Lower case without accents, and without punctuation beyond ASCII."""
    text = unicodedata.normalize("NFKD", name).casefold()
    return "".join(
        character if character.isascii() or character.isalnum() else " " for character in text if not unicodedata.combining(character)
    )


def names_of(artists: Iterable[str], albums: Iterable[str], genres: Iterable[str]) -> Names:
    """The names to look for in requests."""
    folded = [{fold_name(name): name for name in sorted(set(kind)) if fold_name(name)} for kind in (artists, albums, genres)]
    return Names(*folded)


def split_genres(text: str) -> list[str]:
    """The genres of a tag that holds several."""
    return [part.strip() for part in re.split(r"[;/,|\0]+", text) if part.strip()]


def read_names(text: str, written: str, names: Names) -> tuple[Filters, str, list[str]]:
    """What a request (folded by `query.fold`; `written` as it was typed) says of names and years, the rest, and what to tell.

    A name counts where it stands as the library has it; a short one of a single word only after "by", or with a capital.
    """
    years, text = read_years(text)
    text, by, notes = _read_artists(text, written, names)
    found = [*by]
    for start, end in _runs(text):
        phrase = text[start:end]
        named = None if "," in phrase else _named(phrase, text[:start], written, names)
        if named is None:
            continue
        negated = _is_refused(text[:start])
        if named == "genre" and not negated and fold_name(phrase) not in names.genres:
            notes.append(f"no genre {phrase} in your library")
            continue
        found.append(_Found(named, fold_name(phrase), negated))
        text = text[:start] + "," * (end - start) + text[end:]
    filters = Filters(
        _names_in(found, "artist"), _names_in(found, "album"), _names_in(found, "genre"), years,
        _names_in(found, "artist", negated=True), _names_in(found, "genre", negated=True),
    )  # fmt: skip
    return filters, re.sub(r",+", _GAP, text), notes


@dataclass(frozen=True, slots=True)
class _Found:
    kind: Literal["artist", "album", "genre"]
    name: str
    negated: bool


def _names_in(found: Sequence[_Found], kind: str, *, negated: bool = False) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.name for one in found if one.kind == kind and one.negated is negated))


def _named(phrase: str, before: str, written: str, names: Names) -> Literal["artist", "album", "genre"] | None:
    """What the phrase is the name of; after "no" a short name is believed too, unless it is an ordinary word."""
    name = fold_name(phrase)
    if _is_genre(name, names):
        return "genre"
    is_artist = name in names.artists
    if not is_artist and not (name in names.albums and " " in name):
        return None
    if _is_meant(phrase, written) or (phrase not in _ORDINARY and _is_refused(before)):
        return "artist" if is_artist else "album"
    return None


def _is_refused(before: str) -> bool:
    """Whether what follows this text is not wanted."""
    return _NEGATED.search(before) is not None


def _is_genre(name: str, names: Names) -> bool:
    return (name in names.genres or name in _FOLDED_GENRES) and name not in MOOD_WORDS


_FOLDED_GENRES = {fold_name(name) for name in GENRES}
_ORDINARY = {word for scene in SCENES for word in scene.phrases} | set(MOOD_WORDS) | set(AXIS_WORDS) | FILLERS | STRONGER


def _runs(text: str) -> list[tuple[int, int]]:
    """(start, end) of every run of up to six words, longest first."""
    words = [match.span() for match in re.finditer(r"[\w'&.+-]+", text)]
    sizes = range(min(_LONGEST, len(words)), 0, -1)
    return [(words[i][0], words[i + size - 1][1]) for size in sizes for i in range(len(words) - size + 1)]


def _is_meant(phrase: str, written: str) -> bool:
    """Whether ordinary words are likely meant as a name: several that are no mood or scene, or with capitals."""
    if phrase in _ORDINARY or all(word in _ORDINARY for word in phrase.split()):
        return False
    if " " in phrase or len(phrase) >= _RARELY_ORDINARY:
        return True
    return re.search(rf"(?<!^)\b{re.escape(phrase.title())}|\b{re.escape(phrase.upper())}\b", written) is not None


_BY = re.compile(r"\b(?:by|from the band|artist|of the band|von|de l'artiste)\s+((?:[\w'&.+-]+\s*){1,6})")


def _read_artists(text: str, written: str, names: Names) -> tuple[str, list[_Found], list[str]]:
    """The artists after "by", also misspelt, the text without them, and what stood there with a capital and is none."""
    found: list[_Found] = []
    notes: list[str] = []
    for match in list(_BY.finditer(text))[::-1]:
        words = match[1].split()
        for size in range(len(words), 0, -1):
            phrase = " ".join(words[:size])
            nearest = process.extractOne(fold_name(phrase), names.artists.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE)
            if nearest is not None:
                found.append(_Found("artist", nearest[0], _is_refused(text[: match.start()])))
                text = text[: match.start()] + _GAP + text[match.start(1) + len(phrase) :]
                break
        else:
            if re.search(rf"\b{re.escape(words[0].title())}", written):
                notes.append(f"no artist {words[0].title()} in your library")
    return text, found, notes


_DECADES = {
    "twenties": 1920, "thirties": 1930, "forties": 1940, "fifties": 1950, "sixties": 1960, "seventies": 1970, "eighties": 1980,
    "nineties": 1990, "noughties": 2000, "two thousands": 2000,
}  # fmt: skip
_YEAR = r"((?:19|20)\d\d)"
_YEARS: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(rf"\b(?:from |between |of )?{_YEAR} ?(?:-|–|to|and|until|till) ?{_YEAR}\b"), "range"),
    (re.compile(rf"\b(?:before|until|up to|older than|earlier than) {_YEAR}\b"), "before"),
    (re.compile(rf"\b(?:after|newer than|later than) {_YEAR}\b"), "after"),
    (re.compile(rf"\b(?:since) {_YEAR}\b"), "since"),
    (re.compile(r"\b(?:from |of |in )?(?:the )?((?:19|20)?\d0)'?s\b"), "decade"),
    (re.compile(rf"\b(?:from |of |in )?(?:the )?({'|'.join(_DECADES)})\b"), "named"),
    (re.compile(rf"\b(?:from |of |in )?(?:the year )?{_YEAR}\b"), "year"),
)


def read_years(text: str) -> tuple[Span | None, str]:
    """The years that a text (lower case) speaks of, and the text without them."""
    for pattern, kind in _YEARS:
        match = pattern.search(text)
        if match is not None:
            return _span(kind, match), text[: match.start()] + _GAP + text[match.end() :]
    return None, text


def _span(kind: str, match: re.Match[str]) -> Span:
    if kind == "named":
        return Span(_DECADES[match[1]], _DECADES[match[1]] + 9)
    first = int(match[1])
    if kind == "decade":
        first += 0 if first > 99 else 2000 if first < 30 else 1900
        return Span(first, first + 9)
    if kind == "range":
        return Span(min(first, int(match[2])), max(first, int(match[2])))
    return {"before": Span(None, first - 1), "after": Span(first + 1), "since": Span(first), "year": Span(first, first)}[kind]
