import json

import numpy as np
import pytest
import torch

from moodtag.core.errors import UsageError
from moodtag.core.records import ExcerptPlan, MoodScore, Sound, Verdict
from moodtag.library.decode import decode
from moodtag.networks.checkpoint import Model
from moodtag.networks.predict import MAX_MOODS, Predictor, chosen_moods
from tests.conftest import DATA


def heard(name: str) -> Sound:
    return decode(DATA / f"{name}.flac", ExcerptPlan(1, 10.0), rate_hz=16_000)


def numbers(verdict: Verdict) -> list[float]:
    return [verdict.valence, verdict.arousal, verdict.valence_std, verdict.arousal_std, *(mood.score for mood in verdict.scores)]


@pytest.mark.parametrize("name", ["battle", "elegy"])
def test_the_shipped_weights_judge_the_golden_clips_as_recorded(name: str, predictor: Predictor) -> None:
    golden = json.loads((DATA / "golden.json").read_text())
    assert golden["model"] == predictor.model.id, "new weights: record anew with python -m tests.record_golden"
    assert numbers(predictor.judge([heard(name)])[0]) == pytest.approx(golden[name], abs=1e-4)


def test_a_battle_is_more_aroused_than_an_elegy(predictor: Predictor) -> None:
    battle, elegy = predictor.judge([heard("battle"), heard("elegy")])
    assert battle.arousal > elegy.arousal + 0.05


def test_the_same_sound_gives_the_same_verdict_to_the_bit(predictor: Predictor) -> None:
    first, second = (predictor.judge([heard("battle")])[0] for _ in range(2))
    assert numbers(first) == numbers(second)
    assert np.array_equal(first.embedding, second.embedding)


def test_neighbours_in_a_batch_do_not_matter(predictor: Predictor) -> None:
    alone = predictor.judge([heard("elegy")])[0]
    beside = predictor.judge([heard("battle"), heard("elegy"), heard("battle")])[1]
    assert numbers(alone) == pytest.approx(numbers(beside), abs=1e-5)


def test_a_verdict_lies_on_the_plane(predictor: Predictor) -> None:
    rng = np.random.default_rng(0)
    sounds = [np.sign(rng.standard_normal(50_000)), rng.standard_normal(8_000) * 1e-3, np.ones(48_000)]
    for verdict in predictor.judge([Sound((sound.astype(np.float32),), 16_000, None) for sound in sounds]):
        assert 0 <= verdict.valence <= 1
        assert 0 <= verdict.arousal <= 1
        assert 0 <= verdict.confidence < 1
        assert verdict.embedding.shape == (256,)
        assert verdict.embedding.dtype == np.float32


def test_moods_over_their_threshold_are_chosen_by_score(model: Model) -> None:
    scores = [
        MoodScore(rule.name, 0.0 if rule.threshold is None else rule.threshold + 0.001 * i) for i, rule in enumerate(model.config.moods)
    ]
    chosen = chosen_moods(scores, model.config)
    assert len(chosen) == MAX_MOODS
    assert [mood.score for mood in chosen] == sorted((mood.score for mood in chosen), reverse=True)
    assert chosen_moods([MoodScore(rule.name, 0.0) for rule in model.config.moods], model.config) == ()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_missing_cuda_device_is_a_wrong_request(model: Model) -> None:
    with pytest.raises(UsageError, match="no CUDA device"):
        Predictor(model, device="cuda")
