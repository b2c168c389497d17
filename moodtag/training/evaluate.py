"""Figures of a recipe on held-out answers, and the calibrations and thresholds fitted on those same answers: the card says so."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, precision_recall_curve

from moodtag.core.moods import VOCABULARY
from moodtag.networks.audio import Answers
from moodtag.training.fit import Material
from moodtag.training.metrics import ccc, macro_f1, r2, rmse, roc_auc, with_interval

MIN_ROC_AUC = 0.70
"""A mood that the held-out answers tell apart less well is never written."""

_AXES = ("valence", "arousal")


@dataclass(frozen=True, slots=True)
class Calibration:
    """What fits raw answers to the labels: factors for the standard deviations (2,), Platt's scale and shift per mood."""

    affect_scale: NDArray[np.float32]
    mood_scale: NDArray[np.float32]
    mood_shift: NDArray[np.float32]


def calibrate(material: Material, answers: Answers) -> Calibration:
    """Calibrations from out-of-fold answers. Source of the scaling of moods: Platt 1999."""
    where = clip_labelled(material)
    error = (material.affect[where] - answers.affect.numpy()[where]) / answers.affect_std.numpy()[where]
    scale, shift = np.ones(len(VOCABULARY), np.float32), np.zeros(len(VOCABULARY), np.float32)
    for i in range(len(VOCABULARY)):
        known = ~np.isnan(material.moods[:, i])
        platt = LogisticRegression(C=1e6).fit(answers.moods.numpy()[known, i : i + 1], material.moods[known, i] >= 0.5)
        scale[i], shift[i] = platt.coef_[0, 0], platt.intercept_[0]
    return Calibration(error.std(0).astype(np.float32), scale, shift)


def calibrated(answers: Answers, calibration: Calibration) -> Answers:
    """The answers with the calibration applied."""
    scale, shift = torch.from_numpy(calibration.mood_scale), torch.from_numpy(calibration.mood_shift)
    std = answers.affect_std * torch.from_numpy(calibration.affect_scale)
    return Answers(answers.affect, std, answers.quadrant, answers.moods * scale + shift)


def clip_labelled(material: Material) -> NDArray[np.bool_]:
    """Clips whose valence and arousal may test: labelled, and no extra cuts."""
    return np.array([clip.primary and clip.valence is not None for clip in material.clips])


def evaluate(material: Material, answers: Answers) -> dict[str, Any]:
    """All figures of calibrated out-of-fold answers, ready for metrics.json."""
    moods = [_mood_figures(material, answers, i) for i in range(len(VOCABULARY))]
    return {
        "affect": {"deam": affect_figures(material, answers)},
        "quadrant": {"panda4q": _quadrant_figures(material, answers)},
        "moods": moods,
        "mean_roc_auc_written": round(float(np.mean([mood["roc_auc"] for mood in moods if mood["written"]])), 4),
    }


def affect_figures(material: Material, answers: Answers) -> dict[str, Any]:
    """R2, RMSE, CCC per axis with intervals, and how often the truth lies within one and two standard deviations."""
    where = clip_labelled(material)
    groups = _groups(material, where)
    figures: dict[str, Any] = {"clips": int(where.sum()), "artists": len(set(groups))}
    for axis, name in enumerate(_AXES):
        truth, said = material.affect[where, axis], answers.affect.numpy()[where, axis]
        deviation = np.abs(truth - said) / answers.affect_std.numpy()[where, axis]
        figures[name] = {
            **{figure.__name__: with_interval(figure, truth, said, groups) for figure in (r2, rmse, ccc)},
            "within_1_std": round(float((deviation <= 1).mean()), 3),
            "within_2_std": round(float((deviation <= 2).mean()), 3),
        }
    return figures


def _quadrant_figures(material: Material, answers: Answers) -> dict[str, Any]:
    where = material.quadrant >= 0
    truth, said = material.quadrant[where], answers.quadrant.numpy()[where].argmax(1)
    valence, arousal = (answers.affect.numpy()[where] >= 0.5).T
    on_plane = np.select([valence & arousal, ~valence & arousal, ~valence & ~arousal], [0, 1, 2], 3)
    groups = _groups(material, where)
    per_class = f1_score(truth, said, average=None)
    return {
        "songs": int(where.sum()),
        "macro_f1": with_interval(macro_f1, truth, said, groups),
        "f1": {f"Q{i + 1}": round(float(f1), 4) for i, f1 in enumerate(per_class)},
        "macro_f1_from_valence_and_arousal": with_interval(macro_f1, truth, on_plane, groups),
    }


def _mood_figures(material: Material, answers: Answers, i: int) -> dict[str, Any]:
    """ROC-AUC per data set, and the threshold of the best F0.5 over them with its precision and recall.

    F0.5: a wrong word in a file is worse than a missing one.
    """
    probability = torch.sigmoid(answers.moods[:, i]).numpy()
    known = ~np.isnan(material.moods[:, i])
    labels = material.moods[:, i] >= 0.5
    dataset = np.array([clip.dataset for clip in material.clips])
    sources: dict[str, Any] = {}
    for name in dict.fromkeys(dataset[known]):
        where = known & (dataset == name)
        figure = with_interval(roc_auc, labels[where].astype(int), probability[where], _groups(material, where))
        sources[str(name)] = {"clips": int(where.sum()), "positive": int(labels[where].sum()), "roc_auc": figure}
    precision, recall, thresholds = precision_recall_curve(labels[known], probability[known])
    best = int(np.argmax(1.25 * precision * recall / np.maximum(0.25 * precision + recall, 1e-9)))
    mean_auc = float(np.mean([source["roc_auc"]["value"] for source in sources.values()]))
    return {
        "name": VOCABULARY[i].name,
        "sources": sources,
        "roc_auc": round(mean_auc, 4),
        "written": mean_auc >= MIN_ROC_AUC,
        "threshold": round(float(thresholds[min(best, len(thresholds) - 1)]), 4),
        "precision": round(float(precision[best]), 3),
        "recall": round(float(recall[best]), 3),
    }


def _groups(material: Material, where: NDArray[np.bool_]) -> list[str]:
    return [clip.group for clip, taken in zip(material.clips, where, strict=True) if taken]
