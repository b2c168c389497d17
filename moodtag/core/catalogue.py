"""A whole library as columns: what a playlist is chosen from."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Every judged track, one entry in each column.

    `keys` are paths as the index has them; names are None and numbers NaN where the file does not say. `valence`,
    `arousal` and `confidence` 0..1 (track,), a person's own values in the place of the model's; `moods` probabilities
    (track, mood) in the vocabulary's order and `tagged` (track, mood) whether the mood counts as the track's.
    `embedding` float32 (track, size), rows of length 1, comparable where `model` is the same number: the place of the model's id
    in `models`.
    """

    keys: "list[str | bytes]"
    titles: list[str | None]
    artists: list[str | None]
    albums: list[str | None]
    genres: list[str | None]
    audio_keys: list[str | None]
    year: "NDArray[np.float32]"
    duration_s: "NDArray[np.float32]"
    valence: "NDArray[np.float32]"
    arousal: "NDArray[np.float32]"
    confidence: "NDArray[np.float32]"
    moods: "NDArray[np.float32]"
    tagged: "NDArray[np.bool_]"
    bittersweet: "NDArray[np.bool_]"
    model: "NDArray[np.int32]"
    models: tuple[str, ...]
    embedding: "NDArray[np.float32]"

    def __len__(self) -> int:
        return len(self.keys)

    def only(self, tracks: Sequence[int]) -> "Catalogue":
        """These tracks alone, in their order; nothing of the whole is shared."""
        picked: dict[str, Any] = {}
        for name in COLUMNS:
            column = getattr(self, name)
            picked[name] = [column[i] for i in tracks] if isinstance(column, list) else column[list(tracks)]
        return Catalogue(**picked, models=self.models)

    def path(self, track: int) -> Path:
        """Where the track's file is."""
        return Path(os.fsdecode(self.keys[track]))


COLUMNS = tuple(field.name for field in fields(Catalogue) if field.name != "models")
