"""Out-of-fold answers: what each clip is told by models that never heard its artist."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from moodtag.core.moods import VOCABULARY
from moodtag.networks.heads import Answers
from moodtag.training.cells import PARTITIONS

OUTPUTS = 8 + len(VOCABULARY)
"""Valence, arousal, their standard deviations, four quadrants' and the moods' log-odds: columns of a raw answer."""


@dataclass(frozen=True, slots=True)
class Held:
    """The answers, and per partition whether the right cell was named, (clip, partition); False where unlabelled."""

    answers: Answers
    cell_right: NDArray[np.bool_]


def answers_of(raw: Tensor) -> Answers:
    """Raw answers (clip, `OUTPUTS`) by name, valence and arousal cut to 0..1."""
    return Answers(raw[:, :2].clamp(0, 1), raw[:, 2:4], raw[:, 4:8], raw[:, 8:], torch.zeros(len(raw)))


def join_folds(
    fold: NDArray[np.int64], judged: Iterable[tuple[Tensor, NDArray[np.bool_]]], advance: Callable[[], None] = lambda: None
) -> Held:
    """The folds' (raw answers, right cells), in the folds' order, put back in the clips' order; `advance` after each."""
    raw, right = torch.empty(len(fold), OUTPUTS), np.zeros((len(fold), len(PARTITIONS)), bool)
    for number, (said, named) in enumerate(judged):
        where = fold == number
        raw[torch.from_numpy(where)], right[where] = said, named
        advance()
    return Held(answers_of(raw), right)
