"""Out-of-fold answers: what each clip is told by models that never heard its artist."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from joblib import Parallel, delayed
from numpy.typing import NDArray
from torch import Tensor

from moodtag.core.moods import VOCABULARY
from moodtag.networks.heads import Answers
from moodtag.training.cells import PARTITIONS
from moodtag.training.labels import Labels
from moodtag.training.recipe import Recipe
from moodtag.training.splits import artist_folds

OUTPUTS = 8 + len(VOCABULARY)
"""Valence, arousal, their standard deviations, four quadrants' and the moods' log-odds: columns of a raw answer."""

JudgeFold = Callable[[NDArray[np.bool_], int], tuple[Tensor, NDArray[np.bool_]]]
"""(held-out clips, number of the fold) -> their raw answers (clip, `OUTPUTS`), and whether each cell was named rightly."""


@dataclass(frozen=True, slots=True)
class Held:
    """The answers, and per partition whether the right cell was named, (clip, partition); False where unlabelled."""

    answers: Answers
    cell_right: NDArray[np.bool_]


def answers_of(raw: Tensor) -> Answers:
    """Raw answers (clip, `OUTPUTS`) by name, valence and arousal cut to 0..1."""
    return Answers(raw[:, :2].clamp(0, 1), raw[:, 2:4], raw[:, 4:8], raw[:, 8:], torch.zeros(len(raw)))


def folds_of(labels: Labels, recipe: Recipe) -> NDArray[np.int64]:
    """The fold of each clip, (clip,)."""
    return artist_folds(labels.groups, folds=recipe.folds, seed=recipe.seed)


def judge_folds(labels: Labels, recipe: Recipe, judge: JudgeFold, *, jobs: int, advance: Callable[[], None] = lambda: None) -> Held:
    """Each clip judged by what never heard its artist, folds side by side; `advance` after each fold."""
    fold = folds_of(labels, recipe)
    work = (delayed(judge)(fold == number, number) for number in range(recipe.folds))
    raw, right = torch.empty(len(fold), OUTPUTS), np.zeros((len(fold), len(PARTITIONS)), bool)
    for number, (said, named) in enumerate(Parallel(n_jobs=jobs, return_as="generator")(work)):
        where = fold == number
        raw[torch.from_numpy(where)], right[where] = said, named
        advance()
    return Held(answers_of(raw), right)
