"""Heads trained on cached descriptions: one final ensemble, and out-of-fold answers for honest figures."""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.linear_model import Ridge
from torch import Tensor

from moodtag.core.errors import UsageError
from moodtag.core.moods import VOCABULARY
from moodtag.networks.audio import Answers, Head, Heads
from moodtag.training.datasets import Clip
from moodtag.training.losses import affect_loss, mood_loss, quadrant_loss
from moodtag.training.prepare import load_descriptions
from moodtag.training.splits import artist_folds

MIN_STD = 0.01  # a number that hardly varies in training must not be blown up by one that differs


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the weights, but the data."""

    name: str
    summary: str
    datasets: tuple[str, ...]
    seed: int
    folds: int
    members: int
    hidden_size: int
    outlier_std: float
    dropout: float
    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    ridge_alpha: float
    patches_per_clip: int
    extra_cut_weight: float
    affect_weight: float
    quadrant_weight: float
    mood_weight: float
    excerpt_count: int
    excerpt_duration_s: float


def read_recipe(path: Path) -> Recipe:
    """The recipe in a TOML file. Raises UsageError where it is not one."""
    try:
        fields: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return Recipe(**fields | {"datasets": tuple(fields["datasets"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"recipe {path} cannot be used: {error}", remedy="see moodtag/training/recipes") from error


@dataclass(frozen=True, slots=True)
class Material:
    """Clips as arrays. `means` (clip, 1994); `patches` per clip (patch, 1994); NaN and -1 where a set has no label."""

    clips: tuple[Clip, ...]
    patches: tuple[NDArray[np.float32], ...]
    affect: NDArray[np.float32]
    quadrant: NDArray[np.int64]
    moods: NDArray[np.float32]
    weight: NDArray[np.float32]

    @property
    def means(self) -> NDArray[np.float32]:
        return np.stack([patches.mean(0) for patches in self.patches])

    def take(self, chosen: NDArray[np.bool_]) -> "Material":
        """The chosen clips only."""
        index = np.flatnonzero(chosen)
        return Material(
            tuple(self.clips[i] for i in index),
            tuple(self.patches[i] for i in index),
            self.affect[index],
            self.quadrant[index],
            self.moods[index],
            self.weight[index],
        )


def gather(clips: Sequence[Clip], root: Path, *, extra_cut_weight: float) -> Material:
    """The clips with their cached descriptions and labels as arrays; moods in the vocabulary's order."""
    nan = float("nan")
    affect = [[nan if v is None else v for v in (clip.valence, clip.arousal)] for clip in clips]
    moods = np.array([[clip.moods.get(mood.name, nan) for mood in VOCABULARY] for clip in clips], np.float32)
    return Material(
        clips=tuple(clips),
        patches=tuple(load_descriptions(clips, root)),
        affect=_level_extra_cuts(clips, np.array(affect, np.float32)),
        quadrant=np.array([-1 if clip.quadrant is None else clip.quadrant for clip in clips]),
        moods=_spread_shares(clips, moods),
        weight=np.array([1.0 if clip.primary else extra_cut_weight for clip in clips], np.float32),
    )


def _level_extra_cuts(clips: Sequence[Clip], affect: NDArray[np.float32]) -> NDArray[np.float32]:
    """Extra cuts carry means of 2 Hz traces, whose spread is smaller: brought to the mean and spread of the clip labels."""
    extra = np.array([not clip.primary for clip in clips])
    if extra.any():
        dataset = clips[int(np.flatnonzero(extra)[0])].dataset
        whole = np.array([clip.primary and clip.dataset == dataset for clip in clips])
        standard = (affect[extra] - affect[extra].mean(0)) / affect[extra].std(0)
        affect[extra] = standard * affect[whole].std(0) + affect[whole].mean(0)
    return affect


def _spread_shares(clips: Sequence[Clip], moods: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shares of listeners -> soft labels: 0 for the lower half of a set's clips, then rising to 1 by rank.

    Shares differ in level from scale to scale; ranks give every mood of the set the same mean, near that of the tags.
    """
    shares = np.array([clip.dataset == "emotify" for clip in clips])
    for column in moods.T:
        known = shares & ~np.isnan(column)
        if known.any():
            rank = rankdata(column[known]) / known.sum()
            column[known] = np.clip(2 * rank - 1, 0, 1)
    return moods


def train_heads(material: Material, recipe: Recipe, *, seed: int) -> Heads:
    """An ensemble trained on all of `material`, in evaluation mode; the same for the same seed and thread count."""
    heads = Heads(
        len(VOCABULARY),
        hidden_size=recipe.hidden_size,
        members=recipe.members,
        outlier_std=recipe.outlier_std,
        dropout=recipe.dropout,
    )
    means = torch.from_numpy(material.means)
    heads.mean.copy_(means.mean(0))
    heads.std.copy_(means.std(0).clamp(min=MIN_STD))
    for number, member in enumerate(heads.members):
        assert isinstance(member, Head)
        _train_member(member, heads, material, recipe, torch.Generator().manual_seed(1000 * seed + number))
    _fit_ridge(heads, material, recipe)
    return heads.eval()


def _fit_ridge(heads: Heads, material: Material, recipe: Recipe) -> None:
    labelled = ~np.isnan(material.affect).any(1)
    x = heads.standardise(torch.from_numpy(material.means[labelled])).numpy()
    ridge = Ridge(recipe.ridge_alpha).fit(x, material.affect[labelled], material.weight[labelled])
    with torch.no_grad():
        heads.ridge.weight.copy_(torch.from_numpy(ridge.coef_))
        heads.ridge.bias.copy_(torch.from_numpy(ridge.intercept_))


def _train_member(head: Head, heads: Heads, material: Material, recipe: Recipe, generator: torch.Generator) -> None:
    torch.manual_seed(int(torch.randint(2**31, (), generator=generator)))
    head.train()
    for layer in (head.linear, head.hidden, head.out):
        layer.reset_parameters()
    with torch.no_grad():
        head.linear.weight.zero_()
        known = material.affect[~np.isnan(material.affect).any(1)]
        head.linear.bias.zero_()
        if known.size:
            head.linear.bias[:2] = torch.from_numpy(known.mean(0))
            head.linear.bias[2:4] = torch.from_numpy(np.log(known.var(0)))
    optimizer = torch.optim.AdamW(head.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    steps = recipe.epochs * -(-len(material.clips) // recipe.batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.learning_rate, total_steps=steps)
    targets, patches = _Targets.of(material), _Patches.of(material)
    for _ in range(recipe.epochs):
        x = heads.standardise(patches.sampled_means(recipe.patches_per_clip, generator))
        for batch in torch.split(torch.randperm(len(x), generator=generator), recipe.batch_size):
            loss = targets.loss(head(x[batch]), batch, recipe)
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()


@dataclass(frozen=True, slots=True)
class _Patches:
    """All clips' patches end to end, (patch, 1994), and where each clip's begin and how many they are."""

    rows: Tensor
    start: Tensor
    count: Tensor

    @staticmethod
    def of(material: Material) -> "_Patches":
        count = torch.tensor([len(patches) for patches in material.patches])
        return _Patches(torch.from_numpy(np.concatenate(material.patches)), count.cumsum(0) - count, count)

    def sampled_means(self, picks: int, generator: torch.Generator) -> Tensor:
        """Mean of `picks` random patches of each clip, drawn with replacement, (clip, 1994): a track is judged by as few."""
        place = (torch.rand(len(self.count), picks, generator=generator) * self.count[:, None]).long()
        chosen = self.start[:, None] + place
        means: Tensor = self.rows[chosen].mean(1)
        return means


@dataclass(frozen=True, slots=True)
class _Targets:
    affect: Tensor
    quadrant: Tensor
    moods: Tensor
    weight: Tensor

    @staticmethod
    def of(material: Material) -> "_Targets":
        return _Targets(*map(torch.from_numpy, (material.affect, material.quadrant, material.moods, material.weight)))

    def loss(self, raw: Tensor, batch: Tensor, recipe: Recipe) -> Tensor:
        affect = affect_loss(raw[:, :2], raw[:, 2:4], self.affect[batch], self.weight[batch])
        quadrant = quadrant_loss(raw[:, 4:8], self.quadrant[batch])
        moods = mood_loss(raw[:, 8:], self.moods[batch])
        return recipe.affect_weight * affect + recipe.quadrant_weight * quadrant + recipe.mood_weight * moods


@torch.inference_mode()
def answer(heads: Heads, material: Material) -> Answers:
    """The heads' answers for every clip, from the mean over all its patches."""
    answers: Answers = heads(torch.from_numpy(material.means))
    return answers


def cross_validate(material: Material, recipe: Recipe, *, jobs: int = 1, advance: Callable[[], None] = lambda: None) -> Answers:
    """Out-of-fold answers: each clip judged by heads that never heard its artist. Calls `advance` after each fold."""
    fold = artist_folds([clip.group for clip in material.clips], folds=recipe.folds, seed=recipe.seed)
    clips, moods = len(fold), len(VOCABULARY)
    gathered = Answers(torch.empty(clips, 2), torch.empty(clips, 2), torch.empty(clips, 4), torch.empty(clips, moods))
    held_out = [fold == number for number in range(recipe.folds)]
    work = (delayed(_judge_fold)(material, recipe, where, recipe.seed + number) for number, where in enumerate(held_out))
    for where, answers in zip(held_out, Parallel(n_jobs=jobs, return_as="generator")(work), strict=True):
        for name in ("affect", "affect_std", "quadrant", "moods"):
            getattr(gathered, name)[torch.from_numpy(where)] = getattr(answers, name)
        advance()
    return gathered


def _judge_fold(material: Material, recipe: Recipe, held_out: NDArray[np.bool_], seed: int) -> Answers:
    torch.set_num_threads(1)  # small matrices: a second thread only waits
    return answer(train_heads(material.take(~held_out), recipe, seed=seed), material.take(held_out))
