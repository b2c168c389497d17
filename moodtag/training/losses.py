"""Losses of the heads; each ignores what a clip's data set does not label (NaN, or quadrant -1)."""

import torch
import torch.nn.functional as F
from torch import Tensor


def affect_loss(prediction: Tensor, log_variance: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Weighted Gaussian negative log-likelihood of valence and arousal, all (clip, 2); weight (clip,).

    Source: Nix & Weigend 1994. The gradient of the mean is scaled by the detached variance, which keeps hard clips
    from being given up (Seitzer et al. 2022, "On the pitfalls of heteroscedastic uncertainty estimation", beta = 1/2).
    """
    known = ~target.isnan()
    error = (prediction - target.nan_to_num()).square()
    likelihood = 0.5 * (log_variance + error / log_variance.exp())
    weighted = likelihood * log_variance.detach().exp().sqrt() * weight[:, None]
    return weighted[known].sum() / known.sum().clamp(min=1)


def quadrant_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy over the quadrants, logits (clip, 4), target (clip,) with -1 for none."""
    known = target >= 0
    return F.cross_entropy(logits[known], target[known], label_smoothing=0.1) if known.any() else logits.sum() * 0.0


def mood_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Binary cross-entropy per labelled mood, both (clip, mood)."""
    known = ~target.isnan()
    loss = F.binary_cross_entropy_with_logits(logits, target.nan_to_num(), reduction="none")
    return torch.where(known, loss, 0.0).sum() / known.sum().clamp(min=1)
