"""MP4 tags: four free-form atoms changed, every other atom kept bit by bit."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mutagen import mp4
from mutagen.mp4._atom import AtomError, Atoms

from moodtag.library.values import FIELDS, Values, same_key, unique

_PREFIX = "----:com.apple.iTunes:"
_new_value: Any = mp4.MP4FreeForm
_atoms: Any = Atoms


class Mp4:
    """Free-form atoms `----:com.apple.iTunes:KEY`, each with one value or several."""

    def __init__(self, file: Any) -> None:
        self._file, self._tags = file, file.tags

    def _keys(self, field: str) -> list[str]:
        return sorted(key for key in self._tags if same_key(key, _PREFIX + field))

    def read(self, field: str) -> Values:
        return unique(bytes(atom).decode("utf-8", "replace") for key in self._keys(field) for atom in self._tags[key])

    def write(self, field: str, values: Values) -> None:
        keys = self._keys(field)
        for key in keys:
            del self._tags[key]
        if values:
            self._tags[keys[0] if keys else _PREFIX + field] = [_new_value(value.encode(), mp4.AtomDataType.UTF8) for value in values]

    def raw(self, field: str) -> str:
        return json.dumps(
            [
                [key, [[atom.dataformat, atom.version, base64.b64encode(bytes(atom)).decode()] for atom in self._tags[key]]]
                for key in self._keys(field)
            ]
        )

    def restore(self, field: str, raw: str) -> None:
        self.write(field, ())
        for key, atoms in json.loads(raw):
            self._tags[key] = [_new_value(base64.b64decode(value), kind, version) for kind, version, value in atoms]

    def save(self, path: Path, padding: Any) -> None:
        ours = {key: self._tags[key] for field in FIELDS for key in self._keys(field)}
        self._tags.clear()
        self._tags.update(ours)
        # mutagen writes back as it is what it failed to parse: so nothing foreign is to be parsed (it would turn gnre into ©gen)
        self._tags._failed_atoms = {}
        for name, data in _foreign_atoms(path):
            self._tags._failed_atoms.setdefault(name.decode("latin-1"), []).append(data)
        self._file.save(path, padding=padding)


def is_fragmented(path: Path) -> bool:
    """Whether the sound lies in fragments, whose places mutagen does not correct when tags before them grow."""
    with path.open("rb") as file:
        return any(atom.name == b"moof" for atom in _atoms(file).atoms)


def _foreign_atoms(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of every atom of the tag list that is not moodtag's."""
    with path.open("rb") as file:
        try:
            atoms = _atoms(file).path(b"moov", b"udta", b"meta", b"ilst")[-1].children
        except (AtomError, KeyError):
            return
        for atom in atoms or ():
            whole, data = atom.read(file)
            if whole and not (atom.name == b"----" and _is_ours(data)):
                yield atom.name, data


def _is_ours(data: bytes) -> bool:
    """Whether a free-form atom's mean and name are those of a field."""
    parts: list[str] = []
    at = 0
    while at + 12 <= len(data) and len(parts) < 2:
        size = int.from_bytes(data[at : at + 4], "big")
        parts.append(data[at + 12 : at + size].decode("utf-8", "replace"))
        at += max(size, 8)
    return any(same_key("----:" + ":".join(parts), _PREFIX + field) for field in FIELDS)
