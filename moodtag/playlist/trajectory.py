"""Journeys over the plane: from one mood to another in equal steps, named curves, and any polyline."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from moodtag.core.records import Place


@dataclass(frozen=True, slots=True)
class Course:
    """A polyline over the plane, walked at even speed. `exact`: its places are those of music, not of words."""

    corners: tuple[Place, ...]
    exact: bool = False

    def at(self, share: float) -> Place:
        """Where one is after that share 0..1 of the way."""
        lengths = [math.dist(_pair(a), _pair(b)) for a, b in zip(self.corners, self.corners[1:], strict=False)]
        left = min(max(share, 0.0), 1.0) * sum(lengths)
        for (a, b), length in zip(zip(self.corners, self.corners[1:], strict=False), lengths, strict=True):
            if left <= length and length > 0:
                return _between(a, b, left / length)
            left -= length
        return self.corners[-1]


CURVES: dict[str, Course] = {
    "wind-down": Course((Place(0.72, 0.60), Place(0.72, 0.10))),
    "wake-up": Course((Place(0.66, 0.12), Place(0.82, 0.74))),
    "workout": Course((Place(0.68, 0.60), Place(0.66, 0.95), Place(0.70, 0.90), Place(0.72, 0.25))),
    "focus": Course((Place(0.62, 0.32), Place(0.62, 0.24))),
    "party": Course((Place(0.74, 0.55), Place(0.84, 0.90), Place(0.80, 0.70))),
    "lift": Course((Place(0.22, 0.28), Place(0.55, 0.45), Place(0.85, 0.70))),
}
"""Named journeys, on the plane of words."""


def journey(start: Place, end: Place) -> Course:
    """Straight from one place to another."""
    return Course((start, end))


def lift(start: Place) -> Course:
    """From where one is to where it is brighter; from a bright place nowhere else."""
    end = CURVES["lift"].corners[-1]
    return Course((start, start if start.valence >= end.valence else end))


def steps(course: Course, count: int) -> Sequence[Place]:
    """`count` places in equal steps, the first and the last corner included."""
    return [course.at(i / max(count - 1, 1)) for i in range(count)]


def _pair(place: Place) -> tuple[float, float]:
    return place.valence, place.arousal


def _between(a: Place, b: Place, share: float) -> Place:
    return Place(a.valence + share * (b.valence - a.valence), a.arousal + share * (b.arousal - a.arousal))
