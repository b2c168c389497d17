"""Recipes: everything that decides a model's weights, but the data. A TOML file whose `kind` says which sort it is."""

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from moodtag.core.errors import UsageError

RECIPES = Path(__file__).parent / "recipes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What every recipe says. `kind` says which sort it is (`_KINDS`); `ships` makes a model folder of it."""

    name: str
    summary: str
    kind: str
    datasets: tuple[str, ...]
    seed: int
    folds: int
    extra_cut_weight: float
    ships: bool = False

    @property
    def digest(self) -> str:
        """Names what was computed by this recipe: another number in it is another training."""
        return _digest(asdict(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadsRecipe(Recipe):
    """An ensemble of small heads and a ridge regression over what frozen backbones hear.

    Where `quiet_weight` is above 0, every clip trains once more at `quiet_db`, counting so much.
    """

    backbones: tuple[str, ...]
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
    quiet_db: float
    quiet_weight: float
    affect_weight: float
    quadrant_weight: float
    mood_weight: float
    excerpt_count: int
    excerpt_duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentRecipe(HeadsRecipe):
    """Heads over a student that was first distilled from `teachers`, on the recipe's data sets and on `unlabelled` ones."""

    teachers: tuple[str, ...]
    unlabelled: tuple[str, ...]
    distil_epochs: int
    distil_batch_size: int
    distil_learning_rate: float
    distil_weight_decay: float
    distil_quietest_db: float

    @property
    def distillation(self) -> str:
        """Names the student itself: heads may change without another distillation."""
        fields = asdict(self)
        return _digest({name: fields[name] for name in fields if name in _DISTILLATION or name.startswith("distil_")})


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRecipe(Recipe):
    """An encoder of the zoo, trained from sound."""

    architecture: str
    augment: bool
    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    affect_weight: float
    quadrant_weight: float
    mood_weight: float
    cell_weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassicalRecipe(Recipe):
    """Descriptors counted by hand; `model` is svm or forest."""

    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LyricsRecipe(Recipe):
    """The lyrics model that ships: stacked linear models over a bag of words (see `words.stack`).

    It judges words in `languages`; fusion is tried with the audio model `audio`, on clips and lyrics whose labels differ by
    no more than `pair_tolerance`.
    """

    languages: tuple[str, ...]
    audio: str
    pair_tolerance: float
    min_songs: int
    topics: int
    words_alpha: float
    described_alpha: float
    both_alpha: float
    words_mood_c: float
    both_mood_c: float
    out_alpha: float
    out_mood_c: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsRecipe(Recipe):
    """Another system that judges words: `architecture` is deezer-lyrics, gru-attention, lexicon-ridge, lexicon-forest or minilm."""

    architecture: str
    epochs: int = 0
    batch_size: int = 32
    learning_rate: float = 0.0
    weight_decay: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PhrasesRecipe(Recipe):
    """The phrases model: `words` frequent words, `sentence_size` directions of MiniLM, GloVe's share of a cosine."""

    words: int
    sentence_size: int
    glove_share: float
    hidden_size: int
    penalty: float


_DISTILLATION = frozenset({"datasets", "seed", "teachers", "unlabelled"})


def _digest(fields: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:12]


_KINDS: dict[str, type[Recipe]] = {
    "heads": HeadsRecipe,
    "student": StudentRecipe,
    "network": NetworkRecipe,
    "classical": ClassicalRecipe,
    "lyrics": LyricsRecipe,
    "words": WordsRecipe,
    "phrases": PhrasesRecipe,
}


def read_recipe(path: Path) -> Recipe:
    """The recipe in a TOML file. Raises UsageError where it is not one."""
    try:
        fields: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
        return _KINDS[fields["kind"]](**fields | lists)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"recipe {path} cannot be used: {error}", remedy=f"see {RECIPES.name}/ in moodtag/training") from error


def find_recipe(name: Path) -> Path:
    """The recipe file of that name: one that came with moodtag, or else a path."""
    own = RECIPES / f"{name}.toml"
    return own if not name.suffix and own.is_file() else name
