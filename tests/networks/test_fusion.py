"""Sound and words together."""

import numpy as np
import pytest

from moodtag.core.records import Estimate, MoodScore, Verdict
from moodtag.networks.fusion import audio_estimate, fuse, unfused

SOUND = Verdict(0.7, 0.6, 0.1, 0.12, 0.75, (MoodScore("happy", 0.8),), (MoodScore("happy", 0.8),), np.zeros(4, np.float32))
WORDS = Estimate(0.3, 0.4, 0.13, 0.15)


def fused(**weights: float | None) -> Verdict:
    return fuse(SOUND, WORDS, source="sidecar", **({"valence_weight": None, "arousal_weight": None} | weights))


def test_by_certainty_each_tower_counts_by_the_inverse_of_its_variance() -> None:
    verdict = fused()
    weight = 0.1**2 / (0.1**2 + 0.13**2)
    assert verdict.valence == pytest.approx(0.7 * (1 - weight) + 0.3 * weight)
    assert verdict.valence_std == pytest.approx((0.1**-2 + 0.13**-2) ** -0.5)
    assert verdict.valence_std < SOUND.valence_std


def test_given_weights_are_taken() -> None:
    verdict = fused(valence_weight=0.25, arousal_weight=0.0)
    assert (verdict.valence, verdict.arousal) == pytest.approx((0.6, 0.6))
    assert verdict.towers is not None
    assert (verdict.towers.valence_weight, verdict.towers.arousal_weight) == (0.25, 0.0)


def test_a_fused_verdict_says_so_and_keeps_what_is_the_sounds() -> None:
    verdict = fused()
    assert (verdict.modality, verdict.lyrics_source, verdict.moods) == ("audio+lyrics", "sidecar", SOUND.moods)
    assert SOUND.confidence < verdict.confidence <= 1


def test_the_sounds_own_verdict_comes_back_whole() -> None:
    again = unfused(fused())
    assert audio_estimate(again) == audio_estimate(fused()) == Estimate(0.7, 0.6, 0.1, 0.12)
    assert again.confidence == pytest.approx(SOUND.confidence)
    assert (again.modality, again.lyrics_source, again.towers) == ("audio", None, None)
    assert unfused(SOUND) is SOUND


@pytest.mark.parametrize(("valence", "is_bittersweet"), [(0.34, True), (0.36, False), (0.9, False)])
def test_words_and_sound_that_lie_far_apart_in_valence_are_bittersweet(valence: float, is_bittersweet: bool) -> None:
    verdict = fuse(SOUND, Estimate(valence, 0.4, 0.13, 0.15), source="embedded", valence_weight=None, arousal_weight=None)
    assert verdict.towers is not None and verdict.towers.is_bittersweet is is_bittersweet
