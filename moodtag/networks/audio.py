"""The audio network: log-mel, a music-tagging backbone, and heads for valence, arousal, quadrant and moods."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from moodtag.features.logmel import LogMel, LogMelSpec, patches

ARCHITECTURE = "musicnn-heads"
PATCH_FRAMES = 187
EMBEDDING_SIZE = 200
POOL_SIZE = 2 * 753
_BATCH_NORM_EPS = 1e-3  # the eps of the network the weights come from


class FrontEnd(nn.Module):
    """Filters over time and frequency, each one's strongest response over frequency kept.

    (patch, 1, frame, mel) -> (patch, filter, frame).
    """

    def __init__(self, filters: int, *, frames: int, mels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, filters, (frames, mels))
        self.norm = nn.BatchNorm2d(filters, eps=_BATCH_NORM_EPS)
        left = (frames - 1) // 2
        self.padding = (0, 0, left, frames - 1 - left)  # TensorFlow's SAME, over time only

    def forward(self, x: Tensor) -> Tensor:
        response: Tensor = self.norm(F.relu(self.conv(F.pad(x, self.padding))))  # (patch, filter, frame, position)
        return response.amax(3)


class MidLayer(nn.Module):
    """Convolution over 7 frames, ReLU, batch norm: (batch, channel, frame) -> (batch, out, frame)."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(channels, out, 7, padding=3)
        self.norm = nn.BatchNorm1d(out, eps=_BATCH_NORM_EPS)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.norm(F.relu(self.conv(x)))
        return y


class MusiCNN(nn.Module):
    """Musically motivated CNN: patches (patch, 187, 96) -> embeddings (patch, 200) and pools (patch, 1506).

    The embedding is the penultimate layer, the pools are the maxima and means over time that it reads. `tags` gives the
    logits of the 50 tags the network was first trained for.
    Source: Pons & Serra 2019, https://arxiv.org/abs/1909.06654 (weights: PyPI musicnn, ISC licence).
    """

    def __init__(self, tags: int = 50) -> None:
        super().__init__()
        self.norm_in = nn.BatchNorm2d(1, eps=_BATCH_NORM_EPS)
        self.front = nn.ModuleList(
            [
                FrontEnd(204, frames=7, mels=38),
                FrontEnd(204, frames=7, mels=67),
                FrontEnd(51, frames=128, mels=1),
                FrontEnd(51, frames=64, mels=1),
                FrontEnd(51, frames=32, mels=1),
            ]
        )
        self.mid = nn.ModuleList([MidLayer(561, 64), MidLayer(64, 64), MidLayer(64, 64)])
        self.norm_pool = nn.BatchNorm1d(POOL_SIZE, eps=_BATCH_NORM_EPS)
        self.dense = nn.Linear(POOL_SIZE, EMBEDDING_SIZE)
        self.norm_dense = nn.BatchNorm1d(EMBEDDING_SIZE, eps=_BATCH_NORM_EPS)
        self.tags = nn.Linear(EMBEDDING_SIZE, tags)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.norm_in(x[:, None])  # (patch, 1, frame, mel)
        front = torch.cat([branch(x) for branch in self.front], dim=1)  # (patch, 561, frame)
        mid1 = self.mid[0](front)  # (patch, 64, frame)
        mid2 = self.mid[1](mid1) + mid1
        mid3 = self.mid[2](mid2) + mid2
        stack = torch.cat([front, mid1, mid2, mid3], dim=1)  # (patch, 753, frame)
        pooled = torch.stack([stack.amax(2), stack.mean(2)], dim=2).flatten(1)  # (patch, 1506), max and mean interleaved
        return self.norm_dense(F.relu(self.dense(self.norm_pool(pooled)))), pooled


def describe(backbone: MusiCNN, patches: Tensor) -> Tensor:
    """What the heads read of each patch, (patch, 1994): embedding, pools, and per mel band the mean, spread and mean step.

    On DEAM a ridge regression explains 0.48 of valence and 0.70 of arousal from the embedding alone, 0.50 and 0.72 from
    all three: the pools keep what 200 numbers drop, the bands keep loudness, which batch norm hides.
    """
    embedding, pooled = backbone(patches)
    steps = (patches[:, 1:] - patches[:, :-1]).abs().mean(1)
    return torch.cat([embedding, pooled, patches.mean(1), patches.std(1), steps], dim=1)


DESCRIPTION_SIZE = EMBEDDING_SIZE + POOL_SIZE + 3 * LogMelSpec().n_mels


@dataclass(frozen=True, slots=True)
class Answers:
    """What the heads say of a batch of tracks; every tensor's first axis is the track.

    `affect` (track, 2): valence and arousal 0..1; `affect_std` (track, 2): their standard deviations;
    `quadrant` (track, 4): log-odds of Q1..Q4; `moods` (track, mood): log-odds.
    """

    affect: Tensor
    affect_std: Tensor
    quadrant: Tensor
    moods: Tensor


class Head(nn.Module):
    """One member of the ensemble: a linear map of the embedding beside a small hidden layer, (track, 1994) -> (track, 8 + moods)."""

    def __init__(self, moods: int, *, hidden_size: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(DESCRIPTION_SIZE, 8 + moods)
        self.hidden = nn.Linear(DESCRIPTION_SIZE, hidden_size)
        self.out = nn.Linear(hidden_size, 8 + moods, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = self.dropout(x)
        y: Tensor = self.linear(x) + self.out(self.dropout(F.relu(self.hidden(x))))
        return y


class Heads(nn.Module):
    """An ensemble of heads over the standardised track description, (track, 1994) -> `Answers`.

    The members' mean; for valence and arousal, halfway between it and a ridge regression, which errs in other places.

    The variance of valence and arousal is the members' mean variance plus the variance of their means
    (Lakshminarayanan et al. 2017, "Simple and scalable predictive uncertainty estimation using deep ensembles").
    `affect_scale` and `mood_scale`, `mood_shift` are calibrations found on held-out folds.
    """

    mean: Tensor
    std: Tensor
    affect_scale: Tensor
    mood_scale: Tensor
    mood_shift: Tensor

    def __init__(self, moods: int, *, hidden_size: int, members: int, outlier_std: float, dropout: float = 0.0) -> None:
        super().__init__()
        self.outlier_std = outlier_std
        self.register_buffer("mean", torch.zeros(DESCRIPTION_SIZE))
        self.register_buffer("std", torch.ones(DESCRIPTION_SIZE))
        self.register_buffer("affect_scale", torch.ones(2))
        self.register_buffer("mood_scale", torch.ones(moods))
        self.register_buffer("mood_shift", torch.zeros(moods))
        self.ridge = nn.Linear(DESCRIPTION_SIZE, 2)
        self.members = nn.ModuleList([Head(moods, hidden_size=hidden_size, dropout=dropout) for _ in range(members)])

    def standardise(self, description: Tensor) -> Tensor:
        """The description in standard deviations, cut at `outlier_std`: no single number of a strange sound outvotes the others."""
        return ((description - self.mean) / self.std).clamp(-self.outlier_std, self.outlier_std)

    def forward(self, description: Tensor) -> Answers:
        x = self.standardise(description)
        raw = torch.stack([member(x) for member in self.members])  # (member, track, 8 + moods)
        ensemble, ridge = raw[..., :2].mean(0), self.ridge(x)
        spread = raw[..., :2].var(0, correction=0) + (ensemble - ridge).square() / 4
        variance = raw[..., 2:4].exp().mean(0) + spread
        return Answers(
            affect=((ensemble + ridge) / 2).clamp(0.0, 1.0),
            affect_std=variance.sqrt() * self.affect_scale,
            quadrant=raw[..., 4:8].mean(0),
            moods=raw[..., 8:].mean(0) * self.mood_scale + self.mood_shift,
        )


class AudioNetwork(nn.Module):
    """The whole way from sound to answers: log-mel, backbone per patch, mean over a track's patches, heads."""

    def __init__(self, spec: LogMelSpec, *, moods: int, hidden_size: int, members: int, outlier_std: float) -> None:
        super().__init__()
        self.logmel = LogMel(spec)
        self.backbone = MusiCNN()
        self.heads = Heads(moods, hidden_size=hidden_size, members=members, outlier_std=outlier_std)

    def patches(self, sound: Tensor) -> Tensor:
        """Patches (patch, 187, 96) of one excerpt (sample,)."""
        return patches(self.logmel(sound[None])[0], PATCH_FRAMES)

    def describe(self, patches: Tensor, counts: list[int]) -> Tensor:
        """Track descriptions (track, 1994): the mean over each track's `counts` of consecutive patches.

        The first 200 numbers are the track's embedding.
        """
        parts = torch.split(describe(self.backbone, patches), counts)
        return torch.stack([part.mean(0) for part in parts])
