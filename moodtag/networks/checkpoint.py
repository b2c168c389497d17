"""Model folders: finding, reading, verifying and writing them. Reading a model's description imports no torch."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from moodtag.core.errors import ModelError
from moodtag.core.moods import BY_NAME
from moodtag.core.records import ExcerptPlan
from moodtag.networks.fields import Bounds, check_name, parsed

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

FORMAT = 2
Kind = Literal["audio", "lyrics", "phrases", "retrieval"]
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
class LyricsConfig:
    """All that belongs to a lyrics model's weights.

    It judges words in `languages` only. `valence_weight` and `arousal_weight` are how much its word counts beside the
    sound's, 0..1, as found with the audio model `fused_with`; None: as certain as each is.
    """

    name: str
    summary: str
    licence: str
    weights_sha256: str
    languages: tuple[str, ...]
    vector_size: int
    word_scores: int
    description_scores: int
    valence_weight: float | None
    arousal_weight: float | None
    fused_with: str
    kind: Literal["lyrics"] = "lyrics"
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class LyricsModel:
    """The folder of a lyrics model; `id` as a Model's."""

    folder: Path
    config: LyricsConfig
    id: str


@dataclass(frozen=True, slots=True)
class PhrasesConfig:
    """All that is said of a phrases model: it reads requests, and judges no music."""

    name: str
    summary: str
    licence: str
    weights_sha256: str
    kind: Literal["phrases"] = "phrases"
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class PhrasesModel:
    """The folder of a phrases model; `id` as a Model's."""

    folder: Path
    config: PhrasesConfig
    id: str


@dataclass(frozen=True, slots=True)
class Emotion:
    """What a voice may express, and where that lies on the plane of words, 0..1."""

    name: str
    valence: float
    arousal: float


@dataclass(frozen=True, slots=True)
class RetrievalConfig:
    """All that belongs to a retrieval model's weights. It knows the music of tracks that the audio model `heard_with` judged.

    `layers` are those of the speech encoder, `music_size` is the length of a track's embedding.
    """

    name: str
    summary: str
    licence: str
    weights_sha256: str
    layers: int
    music_size: int
    hidden_size: int
    emotions: tuple[Emotion, ...]
    heard_with: str
    kind: Literal["retrieval"] = "retrieval"
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class RetrievalModel:
    """The folder of a retrieval model; `id` as a Model's."""

    folder: Path
    config: RetrievalConfig
    id: str


@dataclass(frozen=True, slots=True)
class Model:
    """A model folder. `id` is `name@` and the first 8 digits of the config's sha256, which covers the weights' own."""

    folder: Path
    config: ModelConfig
    id: str


AnyModel = Model | LyricsModel | PhrasesModel | RetrievalModel


def model_names(kind: Kind = "audio") -> list[str]:
    """The names of the models that came with moodtag."""
    folders = {config.parent.name: config.parent for root in _FOLDERS for config in root.glob(f"*/{_CONFIG}")}
    return sorted(name for name, folder in folders.items() if _kind(folder) == kind)


def find_model(name: str) -> Model:
    """The audio model of that name, or in that folder. Raises ModelError where there is none."""
    return read_model(_find(name, "audio"))


def find_lyrics_model(name: str) -> LyricsModel:
    """The lyrics model of that name, or in that folder. Raises ModelError where there is none."""
    return read_lyrics_model(_find(name, "lyrics"))


def find_phrases_model(name: str) -> PhrasesModel:
    """The phrases model of that name, or in that folder. Raises ModelError where there is none."""
    return read_phrases_model(_find(name, "phrases"))


def find_retrieval_model(name: str) -> RetrievalModel:
    """The retrieval model of that name, or in that folder. Raises ModelError where there is none."""
    return read_retrieval_model(_find(name, "retrieval"))


def _find(name: str, kind: Kind) -> Path:
    for folder in (*(root / name for root in _FOLDERS), Path(name)):
        if (folder / _CONFIG).is_file() and _kind(folder) == kind:
            return folder
    raise ModelError(f"no model {name}", remedy=f"choose from {', '.join(model_names(kind)) or 'none: the installation is damaged'}")


def _kind(folder: Path) -> Kind:
    """Which sort of model lies there; one whose config is damaged counts as audio, and reading it tells."""
    try:
        kind = json.loads((folder / _CONFIG).read_bytes()).get("kind")
    except (OSError, ValueError, AttributeError, RecursionError):
        return "audio"
    return kind if kind in _READERS else "audio"


def find_any_model(name: str) -> AnyModel:
    """The model of that name, whatever it judges. Raises ModelError where there is none."""
    kind: Kind = next((kind for kind in _READERS if name in model_names(kind)), "audio")
    return _READERS[kind](_find(name, kind))


def read_model(folder: Path) -> Model:
    """The audio model in `folder`, its weights not yet read. Raises ModelError where its description is not moodtag's."""
    with _explained(folder):
        said, digest = _read_config(folder)
        config = parsed(ModelConfig, said, _BOUNDS)
        _check_text(config)
        _check_sound(config)
    return Model(folder, config, f"{config.name}@{digest}")


def read_lyrics_model(folder: Path) -> LyricsModel:
    """The lyrics model in `folder`, as `read_model`."""
    with _explained(folder):
        said, digest = _read_config(folder)
        config = parsed(LyricsConfig, said, _BOUNDS)
        _check_text(config)
        check_name(config.fused_with, "fused_with")
    return LyricsModel(folder, config, f"{config.name}@{digest}")


def read_phrases_model(folder: Path) -> PhrasesModel:
    """The phrases model in `folder`, as `read_model`."""
    with _explained(folder):
        said, digest = _read_config(folder)
        config = parsed(PhrasesConfig, said, _BOUNDS)
        _check_text(config)
    return PhrasesModel(folder, config, f"{config.name}@{digest}")


def read_retrieval_model(folder: Path) -> RetrievalModel:
    """The retrieval model in `folder`, as `read_model`."""
    with _explained(folder):
        said, digest = _read_config(folder)
        config = parsed(RetrievalConfig, said, _BOUNDS)
        _check_text(config)
        if not config.emotions:
            raise ValueError("emotions names none")
        for emotion in config.emotions:
            check_name(emotion.name, "emotions")
    return RetrievalModel(folder, config, f"{config.name}@{digest}")


_READERS: dict[Kind, Callable[[Path], AnyModel]] = {
    "audio": read_model,
    "lyrics": read_lyrics_model,
    "phrases": read_phrases_model,
    "retrieval": read_retrieval_model,
}


def read_any_model(folder: Path) -> AnyModel:
    """The model in `folder`, whatever it judges, as `read_model`."""
    return _READERS[_kind(folder)](folder)


def find_among(models: Path, name: str) -> AnyModel:
    """The model of that name in a folder of models, whatever it judges. Raises ModelError where there is none."""
    if (models / name / _CONFIG).is_file():
        return read_any_model(models / name)
    there = sorted(config.parent.name for config in models.glob(f"*/{_CONFIG}"))
    raise ModelError(f"no model {name}", remedy=f"choose from {', '.join(there)}" if there else f"there is none in {models}: use --models")


def _read_config(folder: Path) -> tuple[dict[str, Any], str]:
    """What the config says, and the first 8 digits of its sha256."""
    raw = (folder / _CONFIG).read_bytes()
    said: dict[str, Any] = json.loads(raw)
    if said["format"] != FORMAT:
        raise ModelError(f"model {folder.name} has format {said['format']!r}, this moodtag reads {FORMAT}", remedy="update moodtag")
    return said, hashlib.sha256(raw).hexdigest()[:8]


_BOUNDS: Bounds = {
    "rate_hz": (1_000, 48_000),
    "n_fft": (16, 65_536),
    "hop_length": (1, 65_536),
    "n_mels": (1, 1_024),
    "compression": (1e-6, 1e9),
    "count": (1, 100),
    "duration_s": (0.25, 600),  # the decoder refuses less
    "threshold": (0, 1),
    "roc_auc": (0, 1),
    "hidden_size": (1, 4_096),  # with the members: no more memory than a scan may take
    "members": (1, 32),
    "outlier_std": (1e-6, 1e6),
    "vector_size": (1, 4_096),
    "word_scores": (1, 4_096),
    "description_scores": (1, 4_096),
    "valence_weight": (0, 1),
    "arousal_weight": (0, 1),
    "layers": (0, 4),
    "music_size": (1, 4_096),
    "valence": (0, 1),
    "arousal": (0, 1),
}
"""What a network can be built from and a track be heard with: a wrong number must not be blamed on the music."""
_MAX_HEARD_S = 1_200  # a worker's memory is bounded


def _check_text(config: ModelConfig | LyricsConfig | PhrasesConfig | RetrievalConfig) -> None:
    """Raises ValueError where the name is none, or the sum cannot be one."""
    check_name(config.name, "name")
    if not re.fullmatch("[0-9a-f]{64}", config.weights_sha256):
        raise ValueError("weights_sha256 is no sum of 64 digits")


def _check_sound(config: ModelConfig) -> None:
    """Raises ValueError for moods that are not of the vocabulary, for endless excerpts, and for steps that skip sound."""
    names = [rule.name for rule in config.moods]
    unknown = [name for name in names if name not in BY_NAME]
    if unknown or not names or len(set(names)) < len(names):
        raise ValueError(f"moods must be words of the vocabulary, each once, not {unknown[0] if unknown else names!r}")
    if config.excerpts.count * config.excerpts.duration_s > _MAX_HEARD_S:
        raise ValueError(f"excerpts take more than {_MAX_HEARD_S} s of a track")
    if config.hop_length > config.n_fft:
        raise ValueError(f"hop_length {config.hop_length} is greater than n_fft {config.n_fft}")


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"model {folder.name}: its {_CONFIG} is damaged: {error}", remedy="install moodtag again") from error


def read_weights(model: AnyModel) -> "dict[str, Tensor]":
    """The model's tensors, checked against the sha256 in its config. Raises ModelError where they differ."""
    from safetensors.torch import load

    return load(_read_raw(model))


def read_arrays(model: AnyModel) -> "dict[str, NDArray[Any]]":
    """The model's tensors as `read_weights` gives them, but as numpy's arrays: torch is not imported."""
    from safetensors.numpy import load

    return load(_read_raw(model))


def _read_raw(model: AnyModel) -> bytes:
    try:
        raw = (model.folder / _WEIGHTS).read_bytes()
    except OSError as error:
        raise ModelError(
            f"model {model.config.name}: its weights cannot be read: {error.strerror}", remedy="install moodtag again"
        ) from error
    if hashlib.sha256(raw).hexdigest() != model.config.weights_sha256:
        raise ModelError(f"model {model.config.name}: its weights are damaged (sha256 differs)", remedy="install moodtag again")
    return raw


def write_model(folder: Path, config: Mapping[str, Any], tensors: "Mapping[str, Tensor]") -> None:
    """Writes weights and config; `weights_sha256` and `format` are filled in."""
    from safetensors.torch import save

    folder.mkdir(parents=True, exist_ok=True)
    raw = save({name: tensor.contiguous() for name, tensor in tensors.items()})
    (folder / _WEIGHTS).write_bytes(raw)
    whole = {"format": FORMAT, **config, "weights_sha256": hashlib.sha256(raw).hexdigest()}
    (folder / _CONFIG).write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")


def describe(config: ModelConfig) -> Iterator[tuple[str, str]]:
    """(name, value) lines of a config for people, moods left out."""
    for name, value in asdict(config).items():
        if name == "excerpts":
            yield name, f"{config.excerpts.count} x {config.excerpts.duration_s:g} s"
        elif name != "moods":
            yield name, str(value)
