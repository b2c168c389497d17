"""Model folders: finding, reading, verifying and writing them. Reading a model's description imports no torch."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moodtag.core.errors import ModelError
from moodtag.core.records import ExcerptPlan

if TYPE_CHECKING:
    from torch import Tensor

FORMAT = 2
_CONFIG, _WEIGHTS = "config.json", "model.safetensors"
_PACKAGE = Path(__file__).resolve().parent.parent
_FOLDERS = (_PACKAGE / "models", _PACKAGE.parent / "models")  # in a wheel, and in a checkout


@dataclass(frozen=True, slots=True)
class MoodRule:
    """When a mood is written: its probability reaches `threshold`. None: too weakly learnt to be written at all.

    `roc_auc` is cross-validated, on the data that taught it.
    """

    name: str
    threshold: float | None
    roc_auc: float


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """All that belongs to the weights: what sound they expect and how their answers are read."""

    name: str
    summary: str
    licence: str
    backbones: tuple[str, ...]
    weights_sha256: str
    rate_hz: int
    n_fft: int
    hop_length: int
    n_mels: int
    compression: float
    excerpts: ExcerptPlan
    moods: tuple[MoodRule, ...]
    hidden_size: int
    members: int
    outlier_std: float
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Model:
    """A model folder. `id` is `name@` and the first 8 digits of the config's sha256, which covers the weights' own."""

    folder: Path
    config: ModelConfig
    id: str


def model_names() -> list[str]:
    """The names of the models that came with moodtag."""
    return sorted({config.parent.name for folder in _FOLDERS for config in folder.glob(f"*/{_CONFIG}")})


def find_model(name: str) -> Model:
    """The model of that name, or in that folder. Raises ModelError where there is none."""
    for folder in (*(root / name for root in _FOLDERS), Path(name)):
        if (folder / _CONFIG).is_file():
            return read_model(folder)
    raise ModelError(f"no model {name}", remedy=f"choose from {', '.join(model_names()) or 'none: the installation is damaged'}")


def read_model(folder: Path) -> Model:
    """The model in `folder`, its weights not yet read. Raises ModelError where its description is not moodtag's."""
    try:
        raw = (folder / _CONFIG).read_bytes()
        fields: dict[str, Any] = json.loads(raw)
        if fields["format"] == 1:
            fields = _renewed(fields)
        if fields["format"] != FORMAT:
            raise ModelError(f"model {folder.name} has format {fields['format']}, this moodtag reads {FORMAT}", remedy="update moodtag")
        fields["excerpts"] = ExcerptPlan(**fields["excerpts"])
        fields["moods"] = tuple(MoodRule(**rule) for rule in fields["moods"])
        fields["backbones"] = tuple(fields["backbones"])
        config = ModelConfig(**fields)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"model {folder.name}: its {_CONFIG} is damaged: {error}", remedy="install moodtag again") from error
    return Model(folder, config, f"{config.name}@{hashlib.sha256(raw).hexdigest()[:8]}")


def _renewed(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields of format 1, in which every model listened with MSD-musicnn, as format 2 has them."""
    kept = {name: value for name, value in fields.items() if name != "architecture"}
    return {**kept, "format": FORMAT, "backbones": ["msd-musicnn"]}


def read_weights(model: Model) -> "dict[str, Tensor]":
    """The model's tensors, checked against the sha256 in its config. Raises ModelError where they differ."""
    from safetensors.torch import load

    try:
        raw = (model.folder / _WEIGHTS).read_bytes()
    except OSError as error:
        raise ModelError(
            f"model {model.config.name}: its weights cannot be read: {error.strerror}", remedy="install moodtag again"
        ) from error
    if hashlib.sha256(raw).hexdigest() != model.config.weights_sha256:
        raise ModelError(f"model {model.config.name}: its weights are damaged (sha256 differs)", remedy="install moodtag again")
    return {name.replace("backbone.", "backbones.0."): tensor for name, tensor in load(raw).items()}  # as format 1 names them


def write_model(folder: Path, config: Mapping[str, Any], tensors: "Mapping[str, Tensor]") -> Model:
    """Writes weights and config (`weights_sha256` and `format` are filled in) and returns the model read back."""
    from safetensors.torch import save

    folder.mkdir(parents=True, exist_ok=True)
    raw = save({name: tensor.contiguous() for name, tensor in tensors.items()})
    (folder / _WEIGHTS).write_bytes(raw)
    whole = {"format": FORMAT, **config, "weights_sha256": hashlib.sha256(raw).hexdigest()}
    (folder / _CONFIG).write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")
    return read_model(folder)


def describe(config: ModelConfig) -> Iterator[tuple[str, str]]:
    """(name, value) lines of a config for people, moods left out."""
    for name, value in asdict(config).items():
        if name == "excerpts":
            yield name, f"{config.excerpts.count} x {config.excerpts.duration_s:g} s"
        elif name != "moods":
            yield name, str(value)
