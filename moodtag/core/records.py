"""What the stages hand to each other: frozen records, no behaviour beyond reading themselves."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Modality = Literal["audio", "audio+lyrics", "lyrics"]
Existing = Literal["keep", "merge", "replace"]


class Status(StrEnum):
    """What became of one file in a scan."""

    TAGGED = "tagged"  # judged in this run
    CURRENT = "current"  # judged before, unchanged since
    SKIPPED = "skipped"  # nothing to judge, or not asked to
    FAILED = "failed"  # its Outcome says why


@dataclass(frozen=True, slots=True)
class ExcerptPlan:
    """Which parts of a track a model hears: `count` excerpts of `duration_s`, spread over the track."""

    count: int
    duration_s: float


@dataclass(frozen=True, slots=True)
class Sound:
    """The excerpts of one track: mono float32 arrays (sample,) at `rate_hz`.

    `duration_s` is the whole track's, None where the file does not say. `damage` tells what could not be decoded.
    An empty `excerpts` means silence.
    """

    excerpts: "tuple[NDArray[np.float32], ...]"
    rate_hz: int
    duration_s: float | None
    damage: str | None = None


@dataclass(frozen=True, slots=True)
class MoodScore:
    """A mood of the vocabulary and its probability 0..1."""

    name: str
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What a track feels like. Valence, arousal and their standard deviations on 0..1, 0.5 neutral.

    `moods` are those that passed their threshold, best first; `scores` holds every mood of the model.
    `confidence` is the probability that valence and arousal both lie within 0.15 of the truth.
    `embedding` is float32 (200,); tracks that sound alike have a small cosine distance.
    """

    valence: float
    arousal: float
    valence_std: float
    arousal_std: float
    confidence: float
    moods: tuple[MoodScore, ...]
    scores: tuple[MoodScore, ...]
    embedding: "NDArray[np.float32]"
    modality: Modality = "audio"
    lyrics_source: str | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """By what a file is known to be unchanged."""

    size_bytes: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One tag field before and after; an empty tuple means absent."""

    field: str
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file. `note` is worth telling although nothing failed; `remedy` belongs to `error`."""

    path: Path
    status: Status
    model: str | None = None
    verdict: Verdict | None = None
    written: bool = False
    changes: tuple[FieldChange, ...] = field(default=())
    note: str | None = None
    error: str | None = None
    remedy: str | None = None
