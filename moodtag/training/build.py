"""A recipe becomes a model folder: cross-validated, calibrated, trained on everything, described."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from moodtag.core.moods import VOCABULARY
from moodtag.features.logmel import LogMelSpec, new_logmel
from moodtag.networks.audio import ARCHITECTURE, Answers, AudioNetwork, Heads
from moodtag.networks.checkpoint import Model, write_model
from moodtag.training.card import render_card
from moodtag.training.datasets import Clip, deam, read_clips
from moodtag.training.evaluate import Calibration, affect_figures, calibrate, calibrated, evaluate
from moodtag.training.fit import Recipe, cross_validate, gather, train_heads
from moodtag.training.pretrained import load_msd_musicnn

LICENCE = "CC BY-NC-SA 4.0"


@dataclass(frozen=True, slots=True)
class Assessment:
    """A recipe's figures, and the calibration that they were reached with."""

    metrics: dict[str, Any]
    calibration: Calibration


def read_all(recipe: Recipe, root: Path) -> list[Clip]:
    """The clips of every data set of the recipe."""
    return [clip for name in recipe.datasets for clip in read_clips(name, root)]


def assess(recipe: Recipe, root: Path, *, jobs: int, advance: Callable[[], None] = lambda: None) -> Assessment:
    """Cross-validates the recipe, and once more with DEAM's labels as published; `advance` after each of 2 x folds."""
    clips = read_all(recipe, root)
    material = gather(clips, root, extra_cut_weight=recipe.extra_cut_weight)
    raw = cross_validate(material, recipe, jobs=jobs, advance=advance)
    calibration = calibrate(material, raw)
    metrics = evaluate(material, calibrated(raw, calibration))
    metrics["affect"]["deam_labels_as_published"] = _as_published(clips, root, recipe, jobs=jobs, advance=advance)
    return Assessment(metrics, calibration)


def _as_published(clips: list[Clip], root: Path, recipe: Recipe, *, jobs: int, advance: Callable[[], None]) -> dict[str, Any]:
    """Trained and judged on the swapped labels: comparable with systems that did the same."""
    swapped = [clip for clip in clips if clip.dataset != deam.DATASET.name]
    swapped += deam.published([clip for clip in clips if clip.dataset == deam.DATASET.name and clip.primary])
    material = gather(swapped, root, extra_cut_weight=recipe.extra_cut_weight)
    answers: Answers = cross_validate(material, recipe, jobs=jobs, advance=advance)
    return affect_figures(material, answers)


def build(recipe_file: Path, recipe: Recipe, root: Path, models: Path, *, jobs: int, advance: Callable[[], None] = lambda: None) -> Model:
    """Trains the model and writes its folder: weights, config, metrics, recipe and card."""
    assessment = assess(recipe, root, jobs=jobs, advance=advance)
    material = gather(read_all(recipe, root), root, extra_cut_weight=recipe.extra_cut_weight)
    torch.set_num_threads(1)  # as in the folds
    heads = train_heads(material, recipe, seed=recipe.seed)
    network = _assemble(heads, assessment.calibration, recipe, root)
    folder = models / recipe.name
    model = write_model(folder, _config(recipe, assessment.metrics), network.state_dict())
    if recipe_file.resolve() != (folder / "recipe.toml").resolve():
        shutil.copyfile(recipe_file, folder / "recipe.toml")
    write_reports(folder, model, recipe, assessment.metrics)
    return model


def write_reports(folder: Path, model: Model, recipe: Recipe, metrics: dict[str, Any]) -> None:
    """Writes metrics.json and the card."""
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(render_card(model, recipe, metrics), encoding="utf-8")


def _assemble(heads: Heads, calibration: Calibration, recipe: Recipe, root: Path) -> AudioNetwork:
    spec = LogMelSpec()
    network = AudioNetwork(
        spec,
        moods=len(VOCABULARY),
        hidden_size=recipe.hidden_size,
        members=recipe.members,
        outlier_std=recipe.outlier_std,
    )
    network.logmel = new_logmel(spec)
    network.backbone = load_msd_musicnn(root)
    heads.affect_scale.copy_(torch.from_numpy(calibration.affect_scale))
    heads.mood_scale.copy_(torch.from_numpy(calibration.mood_scale))
    heads.mood_shift.copy_(torch.from_numpy(calibration.mood_shift))
    network.heads = heads
    return network


def _config(recipe: Recipe, metrics: dict[str, Any]) -> dict[str, Any]:
    spec = LogMelSpec()
    return {
        "name": recipe.name,
        "summary": recipe.summary,
        "licence": LICENCE,
        "architecture": ARCHITECTURE,
        "rate_hz": spec.rate_hz,
        "n_fft": spec.n_fft,
        "hop_length": spec.hop_length,
        "n_mels": spec.n_mels,
        "compression": spec.compression,
        "excerpts": {"count": recipe.excerpt_count, "duration_s": recipe.excerpt_duration_s},
        "hidden_size": recipe.hidden_size,
        "members": recipe.members,
        "outlier_std": recipe.outlier_std,
        "moods": [
            {"name": mood["name"], "threshold": mood["threshold"] if mood["written"] else None, "roc_auc": mood["roc_auc"]}
            for mood in metrics["moods"]
        ],
    }
