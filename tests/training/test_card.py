"""The card tells what was done, and the shipped one is the rendered one."""

import json
import re

import pytest

from moodtag.networks.checkpoint import Model
from moodtag.training.card import render_card
from moodtag.training.recipe import HeadsRecipe, read_recipe


@pytest.fixture
def card(model: Model) -> str:
    """Rendered anew from the shipped recipe and metrics."""
    metrics = json.loads((model.folder / "metrics.json").read_text(encoding="utf-8"))
    recipe = read_recipe(model.folder / "recipe.toml")
    assert isinstance(recipe, HeadsRecipe)
    return render_card(model, recipe, metrics)


def words(text: str) -> str:
    """The text without its line breaks."""
    return re.sub(r"\s+", " ", text)


def test_the_shipped_card_is_the_rendered_one(card: str, model: Model) -> None:
    assert (model.folder / "README.md").read_text(encoding="utf-8") == card


def test_emotify_is_said_to_name_no_artists(card: str) -> None:
    assert "no artist in two folds of any set" not in words(card)
    assert "Emotify names no artists: each of its tracks is a group of its own" in words(card)


def test_valence_and_arousal_are_said_to_share_a_layer_with_what_4q_taught(card: str) -> None:
    assert "never saw" not in words(card)
    assert "they share a hidden layer with the quadrant and the moods, which 4Q's other songs taught" in words(card)


def test_calibrations_are_said_to_come_from_the_other_folds(card: str) -> None:
    said = "calibrated on the other folds' held-out answers (DEAM 1,802 clips, 4Q 900, Emotify 397)"
    assert said in words(card)


def test_the_student_is_said_to_have_heard_the_held_out_clips_without_their_labels(card: str) -> None:
    assert "it has heard the sound of the held-out clips, but not what anybody said of them" in words(card)


def test_the_figures_are_said_to_hear_more_than_a_scan(card: str) -> None:
    assert "`moodtag scan` hears 8 excerpts of 3 s" in words(card)


def test_every_section_stands_once(card: str) -> None:
    sections = [line for line in card.splitlines() if line.startswith("## ")]
    assert sections == [
        "## What it hears and says",
        "## How good it is",
        "## What it costs, and what more would bring",
        "## How robust it is",
        "## What is not music",
        "## Data",
        "## Limits",
        "## Recipe",
        "## Train it again",
    ]
