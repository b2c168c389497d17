"""A model's card, rendered from its recipe and its metrics; no figure in it is typed."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

from moodtag.core.moods import BY_NAME
from moodtag.networks.checkpoint import Model
from moodtag.training.datasets import DATASETS
from moodtag.training.fit import Recipe
from moodtag.training.metrics import ROUNDS, Figure

_AXES = ("valence", "arousal")


def render_card(model: Model, recipe: Recipe, metrics: dict[str, Any]) -> str:
    """The card as Markdown."""
    sections = (
        _title(model, recipe),
        _licence(model),
        _section("What it hears and says", _abilities(model)),
        _section("How good it is", _method(model, recipe, metrics)),
        _affect(metrics),
        _quadrants(metrics),
        _moods(metrics),
        _section("Data", _data(recipe)),
        _swapped_labels(),
        _section("Limits", _limits()),
        _section("Recipe", _recipe(recipe)),
    )
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield from lines


def _title(model: Model, recipe: Recipe) -> Iterator[str]:
    yield f"# {recipe.name}"
    yield ""
    yield f"{recipe.summary[0].upper()}{recipe.summary[1:]}. `{model.id}`, weights sha256 `{model.config.weights_sha256}`."


def _licence(model: Model) -> Iterator[str]:
    yield f"**Licence of the weights: {model.config.licence}.** They were trained on sets whose annotations are for"
    yield "non-commercial use. The backbone's weights (MSD-musicnn, Pons & Serra 2019) are under the ISC licence."


def _abilities(model: Model) -> Iterator[str]:
    yield f"{_excerpts(model)}, spread over the track, mono {model.config.rate_hz / 1000:g} kHz; {model.config.n_mels} mel bands."
    yield "It says valence and arousal (0..1, 0.5 neutral) with standard deviations, the probability of each mood, and a"
    yield "200-number embedding."


def _method(model: Model, recipe: Recipe, metrics: dict[str, Any]) -> Iterator[str]:
    fitted = len(_AXES) + 3 * len(metrics["moods"])
    yield f"{recipe.folds}-fold cross-validation; 95 % intervals from {ROUNDS:,} draws. Printed by `moodtag train evaluate {recipe.name}`."
    yield ""
    yield "- In DEAM and 4Q no artist is in two folds, and the draws are of artists. Emotify names no artists: each of its"
    yield "  tracks is a group of its own, so that an artist may be in two folds, and the draws are of tracks. Its figures may"
    yield "  flatter."
    yield "- A factor for each standard deviation, and for each mood two numbers that calibrate its probability and a threshold,"
    yield f"  {fitted} numbers in all, were fitted to the very out-of-fold answers that they are reported on"
    yield f"  ({_clips(metrics)}). That flatters precision, recall and how often the truth"
    yield "  lies within 1 / 2 std; R², RMSE, CCC, macro-F1 and ROC-AUC do not depend on it. The rows of labels as published"
    yield "  have no such factors."
    yield "- Every figure is reached by hearing the whole clip: DEAM's 10 s, or all of 4Q's and Emotify's. `moodtag scan` hears"
    yield f"  {_excerpts(model)} of a whole track."


def _clips(metrics: dict[str, Any]) -> str:
    """How many clips of each set the figures rest on."""
    clips = {name: source["clips"] for mood in metrics["moods"] for name, source in mood["sources"].items()}
    others = "".join(f", {DATASETS[name].DATASET.title} {count:,}" for name, count in clips.items())
    return f"DEAM {metrics['affect']['deam']['clips']:,} clips{others}"


def _excerpts(model: Model) -> str:
    return f"{model.config.excerpts.count} excerpts of {model.config.excerpts.duration_s:g} s"


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
    yield f"read off valence and arousal alone: {_shown(figures['macro_f1_from_valence_and_arousal'])}."
    yield "DEAM alone gave these two their targets, but they share a hidden layer with the quadrant and the moods, which 4Q's"
    yield "other songs taught."


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


def _swapped_labels() -> Iterator[str]:
    yield "### DEAM's swapped labels"
    yield ""
    yield "In DEAM's published song-level file valence and arousal are swapped for every song_id <= 1000 (744 songs): there it"
    yield "equals the original emoMusic file with the columns crossed, and contradicts DEAM's own 2 Hz traces. This model is"
    yield "trained and judged on the corrected labels. The table above also holds the same recipe trained and judged on the"
    yield "labels as published, because published systems were: only that row may be compared with theirs."


def _limits() -> Iterator[str]:
    yield "- Valence is hard to hear: see its R². Trust it for playlists and averages, not for one track's second decimal."
    yield "- Mood labels are AllMusic editors' tags and felt emotions of a listening game, not one agreed truth; a mood's"
    yield "  precision above counts every untagged song as wrong."
    yield "- 4Q is balanced over the quadrants and Western commercial music; DEAM is freely licensed music, mostly rock,"
    yield "  electronic and classical. Speech, field recordings and music of other cultures were not tested."
    yield "- Only excerpts are heard: a track that changes its mood gets the average of what was heard."
    yield "- Words are not heard by this model."


def _recipe(recipe: Recipe) -> Iterator[str]:
    for field in fields(recipe):
        if field.name not in ("name", "summary"):
            yield f"- {field.name}: {_plain(getattr(recipe, field.name))}"
