"""Descriptions of every clip by the frozen backbone, computed once and kept in the data root."""

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from moodtag.core.errors import DataError
from moodtag.core.records import ExcerptPlan
from moodtag.features.logmel import LogMelSpec, new_logmel, patches
from moodtag.library.decode import decode
from moodtag.networks.audio import PATCH_FRAMES, describe
from moodtag.training.datasets import Clip
from moodtag.training.pretrained import load_msd_musicnn

WHOLE_CLIP = ExcerptPlan(count=1, duration_s=120.0)


def data_root() -> Path:
    """Where the data sets lie: MOODTAG_DATA, or `~/.cache/moodtag-data`."""
    return Path(os.environ.get("MOODTAG_DATA") or Path.home() / ".cache" / "moodtag-data")


def description_file(clip: Clip, root: Path) -> Path:
    """Where a clip's descriptions are kept."""
    name = hashlib.sha256(f"{clip.dataset}/{clip.id}".encode()).hexdigest()[:20]
    return root / "features" / "msd-musicnn-1994" / clip.dataset / f"{name}.npy"


def load_descriptions(clips: Sequence[Clip], root: Path) -> list[NDArray[np.float32]]:
    """Each clip's descriptions (patch, 1994), as `prepare` left them. Raises DataError where it has not run."""
    try:
        return [np.load(description_file(clip, root)) for clip in clips]
    except FileNotFoundError as error:
        raise DataError(f"{error.filename} is missing", remedy="run moodtag train prepare") from error


def prepare(clips: Sequence[Clip], root: Path, *, jobs: int, advance: Callable[[], None] = lambda: None) -> int:
    """Describes what is not described yet and returns how many clips that were; can be stopped and run again.

    Calls `advance` once per clip. Raises DecodeError where a clip's audio is damaged.
    """
    torch.set_num_threads(1)  # clips run side by side instead: see networks/predict
    backbone, logmel = load_msd_musicnn(root), new_logmel(LogMelSpec())

    @torch.inference_mode()
    def describe_clip(clip: Clip) -> None:
        excerpts = decode(clip.path, WHOLE_CLIP, rate_hz=logmel.spec.rate_hz).excerpts
        sound = torch.from_numpy(np.concatenate(excerpts))
        description = describe(backbone, patches(logmel(sound[None])[0], PATCH_FRAMES))
        _save(description_file(clip, root), description.numpy())

    todo = [clip for clip in clips if not description_file(clip, root).exists()]
    for _ in range(len(clips) - len(todo)):
        advance()
    with ThreadPoolExecutor(jobs) as pool:
        for _ in pool.map(describe_clip, todo):
            advance()
    return len(todo)


def _save(path: Path, descriptions: NDArray[np.float32]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        np.save(file, descriptions)
    unfinished.replace(path)
