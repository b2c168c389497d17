"""A song's words: from its tags, from a file beside it, then, where that is asked for, from the network."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from moodtag.core.records import Lyrics, Song, TaggedText
from moodtag.lyrics.clean import Words, check
from moodtag.lyrics.embedded import find_sidecar, read_sidecar

LRCLIB, GENIUS = SERVICES = ("lrclib", "genius")
"""The services, as `Lyrics.source` names them."""


class Provider(Protocol):
    """A service that may know a song's words. `find` never raises; `close` ends what is under way.

    `key` stands for it in the index: another service, or the same at another address, has another.
    """

    @property
    def key(self) -> str: ...
    def find(self, song: Song) -> Lyrics: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of a song's words, and what the gate made of them.

    `lyrics` None: nothing is with the music, and no one else was asked. `words` None: there is no text. `asked` are the keys
    of the services that were asked; `unanswered` says why one gave no answer, None where all did or where there is nothing
    more to look for.
    """

    lyrics: Lyrics | None = None
    words: Words | None = None
    asked: tuple[str, ...] = ()
    unanswered: str | None = None

    @property
    def is_judged(self) -> bool:
        """Whether there are words that passed the gate."""
        return self.words is not None and self.words.refusal is None

    @property
    def is_answer(self) -> bool:
        """Whether there is nothing more to look for: words to judge, or word that there are none."""
        return self.is_judged or (self.lyrics is not None and self.lyrics.state == "instrumental")


def find_local(track: Path, tagged: Sequence[TaggedText]) -> Found:
    """The first text out of tags or a sidecar that passes the gate; where none does, the first there is."""
    return _best(_texts(track, tagged))


def find_words(track: Path, tagged: Sequence[TaggedText], song: Song, providers: Sequence[Provider]) -> Found:
    """The words from wherever they are first found; a provider is asked only where the music brings none of its own."""
    return ask(find_local(track, tagged), song, providers)


def ask(local: Found, song: Song, providers: Sequence[Provider]) -> Found:
    """What the music brings, or, where that is no answer, what the providers say."""
    if local.is_answer:
        return local
    told, keys = [local] if local.lyrics is not None else [], tuple(provider.key for provider in providers)
    for number, provider in enumerate(providers, 1):
        found = _checked(provider.find(song))
        if found.is_answer:
            return replace(found, asked=keys[:number])
        told.append(found)
    return replace(_most_telling(told), asked=keys)


def _texts(track: Path, tagged: Sequence[TaggedText]) -> Iterator[Callable[[], Lyrics | None]]:
    for each in tagged:
        yield lambda each=each: Lyrics("embedded", each.text, each.key)  # type: ignore[misc]
    yield lambda: _beside(track)


def _beside(track: Path) -> Lyrics | None:
    path = find_sidecar(track)
    text = None if path is None else read_sidecar(path)
    return None if path is None or text is None or not text.strip() else Lyrics("sidecar", text, path.name)


def _best(texts: Iterator[Callable[[], Lyrics | None]]) -> Found:
    first = Found()
    for read in texts:
        lyrics = read()
        if lyrics is None:
            continue
        found = _checked(lyrics)
        if found.is_answer:
            return found
        first = first if first.lyrics is not None else found
    return first


def _checked(lyrics: Lyrics) -> Found:
    """The words behind the gate; a text that says there are none makes the song instrumental."""
    if lyrics.text is None:
        return Found(lyrics)
    words = check(lyrics.text)
    return Found(replace(lyrics, state="instrumental", text=None) if words.is_instrumental else lyrics, words)


def _most_telling(told: Sequence[Found]) -> Found:
    """What is to be told where no words passed: a text that was refused, else who could not be asked, else "not found"."""
    texts = [found for found in told if found.words is not None]
    unasked = [found for found in told if found.lyrics is not None and found.lyrics.state == "unavailable"]
    best = (texts + unasked + [*told, Found()])[0]
    return replace(best, unanswered=next(map(_why_unanswered, unasked), None))


def _why_unanswered(found: Found) -> str:
    assert found.lyrics is not None
    return found.lyrics.note or f"{found.lyrics.source or 'a service'} could not be asked"
