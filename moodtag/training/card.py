"""A model's card, rendered from its recipe and its metrics; no figure in it is typed."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from moodtag.core.moods import BY_NAME
from moodtag.networks.checkpoint import Model
from moodtag.training.datasets import DATASETS
from moodtag.training.fit import Recipe
from moodtag.training.metrics import Figure

_AXES = ("valence", "arousal")


def render_card(model: Model, recipe: Recipe, metrics: dict[str, Any]) -> str:
    """The card as Markdown."""
    return "\n".join(
        [
            f"# {recipe.name}",
            "",
            f"{recipe.summary[0].upper()}{recipe.summary[1:]}. `{model.id}`, weights sha256 `{model.config.weights_sha256}`.",
            "",
            f"**Licence of the weights: {model.config.licence}.** They were trained on sets whose annotations are for",
            "non-commercial use. The backbone's weights (MSD-musicnn, Pons & Serra 2019) are under the ISC licence.",
            "",
            "## What it hears and says",
            "",
            f"{model.config.excerpts.count} excerpts of {model.config.excerpts.duration_s:g} s, spread over the track, mono "
            f"{model.config.rate_hz / 1000:g} kHz; {model.config.n_mels} mel bands.",
            "It says valence and arousal (0..1, 0.5 neutral) with standard deviations, the probability of each mood, and a",
            "200-number embedding.",
            "",
            "## How good it is",
            "",
            f"{recipe.folds}-fold cross-validation, no artist in two folds of any set; 95 % intervals from 1,000 draws of artists.",
            f"Printed by `moodtag train evaluate {recipe.name}`.",
            "",
            *_affect(metrics),
            "",
            *_quadrants(metrics),
            "",
            *_moods(metrics),
            "",
            "## Data",
            "",
            *_data(recipe),
            "",
            "### DEAM's swapped labels",
            "",
            "In DEAM's published song-level file valence and arousal are swapped for every song_id <= 1000 (744 songs): there it",
            "equals the original emoMusic file with the columns crossed, and contradicts DEAM's own 2 Hz traces. This model is",
            "trained and judged on the corrected labels. The table above also holds the same recipe trained and judged on the",
            "labels as published, because published systems were: only that row may be compared with theirs.",
            "",
            "## Limits",
            "",
            *_limits(),
            "",
            "## Recipe",
            "",
            *(
                f"- {field.name}: {_plain(getattr(recipe, field.name))}"
                for field in fields(recipe)
                if field.name not in ("name", "summary")
            ),
            "",
        ]
    )


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _shown(figure: Figure) -> str:
    return f"{figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"


def _affect(metrics: dict[str, Any]) -> Iterator[str]:
    yield "| DEAM, 10-s clips | axis | R² | RMSE (0..1) | CCC | truth within 1 / 2 std |"
    yield "|---|---|---|---|---|---|"
    for key, title in (("deam", "corrected labels"), ("deam_labels_as_published", "labels as published")):
        figures = metrics["affect"][key]
        for axis in _AXES:
            row = figures[axis]
            spread = f"{row['within_1_std']:.0%} / {row['within_2_std']:.0%}"
            figures_shown = " | ".join(_shown(row[name]) for name in ("r2", "rmse", "ccc"))
            yield f"| {title}, {figures['clips']} clips | {axis} | {figures_shown} | {spread} |"


def _quadrants(metrics: dict[str, Any]) -> Iterator[str]:
    figures = metrics["quadrant"]["panda4q"]
    per_class = ", ".join(f"{name} {value:.3f}" for name, value in figures["f1"].items())
    yield f"4Q, {figures['songs']} songs, quadrant: macro-F1 {_shown(figures['macro_f1'])} ({per_class});"
    yield f"read off valence and arousal alone, which never saw a 4Q label: {_shown(figures['macro_f1_from_valence_and_arousal'])}."


def _moods(metrics: dict[str, Any]) -> Iterator[str]:
    written = [mood for mood in metrics["moods"] if mood["written"]]
    yield f"{len(written)} moods are written, mean ROC-AUC {metrics['mean_roc_auc_written']:.3f}. A mood below 0.70 is not."
    yield ""
    yield "| mood | place (V, A) | ROC-AUC on 4Q's AllMusic tags | ROC-AUC on Emotify's GEMS | precision / recall | written from |"
    yield "|---|---|---|---|---|---|"
    for mood in sorted(metrics["moods"], key=lambda mood: -mood["roc_auc"]):
        place = BY_NAME[mood["name"]]
        cells = [_shown(mood["sources"][name]["roc_auc"]) if name in mood["sources"] else "-" for name in ("panda4q", "emotify")]
        threshold = f"{mood['threshold']:.2f}" if mood["written"] else "never"
        yield (
            f"| {mood['name']} | {place.valence:.2f}, {place.arousal:.2f} | {cells[0]} | {cells[1]} "
            f"| {mood['precision']:.2f} / {mood['recall']:.2f} | {threshold} |"
        )


def _data(recipe: Recipe) -> Iterator[str]:
    yield "| set | what | labels | licence stated | source |"
    yield "|---|---|---|---|---|"
    for name in recipe.datasets:
        dataset = DATASETS[name].DATASET
        yield f"| {dataset.title} | {dataset.what} | {dataset.labels} | {dataset.licence} | {dataset.citation} |"


def _limits() -> Iterator[str]:
    yield "- Valence is hard to hear: see its R². Trust it for playlists and averages, not for one track's second decimal."
    yield "- Mood labels are AllMusic editors' tags and felt emotions of a listening game, not one agreed truth; a mood's"
    yield "  precision above counts every untagged song as wrong."
    yield "- 4Q is balanced over the quadrants and Western commercial music; DEAM is freely licensed music, mostly rock,"
    yield "  electronic and classical. Speech, field recordings and music of other cultures were not tested."
    yield "- Only excerpts are heard: a track that changes its mood gets the average of what was heard."
    yield "- Words are not heard by this model."
