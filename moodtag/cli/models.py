"""`moodtag models`: list, show, verify."""

import json as jsonlib
from typing import Any

from rich.table import Table

from moodtag.cli.console import print_json, stderr, stdout
from moodtag.core.errors import ModelError
from moodtag.networks.checkpoint import Model, find_model, model_names, read_weights


def run_list(*, json: bool) -> None:
    """Prints a line per model."""
    models = [find_model(name) for name in model_names()]
    if json:
        for model in models:
            print_json(_record(model))
        return
    table = Table("model", "what it is", "R² valence", "R² arousal", "moods", "licence of the weights", box=None)
    for model in models:
        record = _record(model)
        r2 = record["r2"]
        table.add_row(
            model.id, model.config.summary, f"{r2['valence']:.2f}", f"{r2['arousal']:.2f}", str(record["moods"]), model.config.licence
        )
    stdout().print(table)


def _record(model: Model) -> dict[str, Any]:
    metrics = jsonlib.loads((model.folder / "metrics.json").read_text(encoding="utf-8"))
    return {
        "model": model.id,
        "summary": model.config.summary,
        "r2": {axis: metrics["affect"]["deam"][axis]["r2"]["value"] for axis in ("valence", "arousal")},
        "moods": sum(rule.threshold is not None for rule in model.config.moods),
        "licence": model.config.licence,
        "weights_sha256": model.config.weights_sha256,
    }


def run_show_model(name: str) -> None:
    """Prints the model's card."""
    from rich.markdown import Markdown

    card = find_model(name).folder / "README.md"
    stdout().print(Markdown(card.read_text(encoding="utf-8")), soft_wrap=False)


def run_verify(name: str | None) -> int:
    """Checks one model or all; 1 where one is damaged."""
    damaged = False
    for each in [name] if name is not None else model_names():
        model = find_model(each)
        try:
            tensors = read_weights(model)
        except ModelError as error:
            damaged = True
            stderr().print(f"{error.message} ({error.remedy})")
        else:
            stdout().print(f"{model.id}: sha256 ok, {sum(tensor.numel() for tensor in tensors.values()):,} numbers")
    return int(damaged)
