"""Where the words of a track are found, judged and forgotten."""

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from moodtag.core.records import Estimate, LookedFor, LyricsMode, Verdict
from moodtag.index.store import Track
from moodtag.library.workers import Told
from moodtag.lyrics.embedded import find_sidecar, sidecar_stamp
from moodtag.lyrics.find import SERVICES, Found, Provider, ask, find_local
from moodtag.networks.checkpoint import LyricsModel
from moodtag.networks.fusion import fuse, unfused

if TYPE_CHECKING:
    from moodtag.networks.predict import LyricsPredictor

RECHECK = timedelta(days=30)
"""So long an answer of the network that there are no words holds."""


@dataclass(frozen=True, slots=True)
class WordsOptions:
    """Whether words are looked for, and what looks and judges: services in the order in which they are asked."""

    mode: LyricsMode
    model: LyricsModel
    providers: Sequence[Provider] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of looking for a track's words, and what they say, None where there are none to judge."""

    looked: LookedFor
    estimate: Estimate | None


class Reader:
    """Finds words and judges them. Several threads may use it."""

    def __init__(self, options: WordsOptions, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.options = options
        self._now = now
        self._predictor: LyricsPredictor | None = None
        self._loading = threading.Lock()

    def close(self) -> None:
        """Ends requests that are under way."""
        for provider in self.options.providers:
            provider.close()

    def is_due(self, track: Track) -> bool:
        """Whether the words of an unchanged track are to be looked for (again)."""
        if track.words is None or track.words.model != self.options.model.id:
            return True
        if sidecar_stamp(find_sidecar(track.path)) != track.words.sidecar:
            return True
        return self.options.mode == "fetch" and not _brings_its_own(track.words) and not self._holds(track.words)

    def _holds(self, words: LookedFor) -> bool:
        """Whether an answer of the network is still to be believed."""
        if words.state == "fetched":
            return words.model == self.options.model.id
        if words.state not in ("not-found", "instrumental") or words.looked_at is None:
            return False
        return self._now() - datetime.fromisoformat(words.looked_at) < RECHECK

    def read(self, path: Path, told: Told, known: Track | None) -> Reading:
        """The words of the track; what is `known` of them from the network stands where it still holds."""
        sidecar = sidecar_stamp(find_sidecar(path))
        found = find_local(path, told.texts)
        if not found.is_answer:
            held = self._held(known)
            if held is not None:
                return replace(held, looked=replace(held.looked, sidecar=sidecar))
            if self.options.mode == "fetch":
                found = ask(found, told.song, self.options.providers)
        return self._reading(
            found, LookedFor(sidecar=sidecar, model=self.options.model.id, looked_at=self._now().isoformat(timespec="seconds"))
        )

    def _held(self, known: Track | None) -> Reading | None:
        """What the network said before, as long as it holds; without leave to ask again, however long ago."""
        words = None if known is None else known.words
        if known is None or words is None or _brings_its_own(words) or words.state is None:
            return None
        if self.options.mode == "fetch" and not self._holds(words):
            return None
        towers = None if known.verdict is None else known.verdict.towers
        if words.state == "fetched" and (words.model != self.options.model.id or (towers is None and words.refusal is None)):
            return None
        return Reading(replace(words, model=self.options.model.id), None if towers is None else towers.lyrics)

    def _reading(self, found: Found, looked: LookedFor) -> Reading:
        if found.lyrics is not None:
            looked = replace(looked, state=found.lyrics.state, source=found.lyrics.source, note=found.lyrics.note)
        words = found.words
        if words is None or words.is_instrumental:
            return Reading(looked, None)
        looked = replace(looked, sha256=hashlib.sha256(words.text.encode()).hexdigest(), language=words.language, refusal=words.refusal)
        if words.refusal is not None:
            return Reading(looked, None)
        if words.language not in self.options.model.config.languages:
            return Reading(replace(looked, refusal=f"in a language that is not judged ({words.language or 'uncertain which'})"), None)
        estimate = self._judge()(words.text)
        return Reading(looked if estimate is not None else replace(looked, refusal="no word of it is known"), estimate)

    def _judge(self) -> "Callable[[str], Estimate | None]":
        with self._loading:
            if self._predictor is None:
                from moodtag.networks.predict import LyricsPredictor

                self._predictor = LyricsPredictor(self.options.model)
        return self._predictor.judge

    def fused(self, verdict: Verdict, reading: Reading) -> Verdict:
        """The verdict of the sound with what the words say taken in, or alone where they say nothing."""
        sound = unfused(verdict)
        if reading.estimate is None:
            return sound
        config = self.options.model.config
        return fuse(
            sound,
            reading.estimate,
            source=source_of(reading.looked),
            valence_weight=config.valence_weight,
            arousal_weight=config.arousal_weight,
        )


def source_of(looked: LookedFor) -> str:
    """Where the words came from: `embedded`, `sidecar`, or the service's name."""
    return looked.source or "" if looked.state == "fetched" else looked.state or ""


def _brings_its_own(words: LookedFor) -> bool:
    """Whether what was found came with the music, and not from a service."""
    return words.state in ("embedded", "sidecar") or (words.state == "instrumental" and words.source not in SERVICES)
