"""The four families of tags (ID3, Vorbis comments, MP4 atoms and ASF attributes, APEv2): the same four fields in each.

Source of the keys: MusicBrainz Picard's and mediafile's mappings, verified by reading written files back.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import mutagen
from mutagen import aiff, apev2, asf, dsdiff, dsf, id3, mp4, wave
from mutagen._vorbis import VCommentDict
from mutagen.flac import FLAC

from moodtag.core.errors import TagError

FIELDS = ("MOOD", "VALENCE", "AROUSAL", "MOODTAG")
"""The fields that moodtag reads and writes. MOOD is multi-valued."""

Values = tuple[str, ...]


class Container(Protocol):
    """An open file's tags: `read` gives a field's values (none: absent), `write` sets or, given none, removes it."""

    def read(self, field: str) -> Values: ...
    def write(self, field: str, values: Values) -> None: ...
    def save(self, path: Path) -> None: ...


def open_container(path: Path) -> Container | None:
    """The tags of `path`, or None where its container can hold none that moodtag could write without changing more.

    Raises TagError where the tags are damaged.
    """
    try:
        file = mutagen.File(path)
        if isinstance(file, FLAC) or isinstance(getattr(file, "tags", None), VCommentDict):
            return _Vorbis(file)
        if isinstance(file, mp4.MP4):
            return _Mp4(file)
        if isinstance(file, asf.ASF):
            return _Asf(file)
        if isinstance(file, apev2.APEv2File):
            return _Ape(file)
        if isinstance(file, (id3.ID3FileType, wave.WAVE, aiff.AIFF, dsf.DSF, dsdiff.DSDIFF)):
            return _open_id3(path, file)
    except TagError:
        raise
    except Exception as error:
        raise TagError(path, f"tags cannot be read: {_one_line(error)}", remedy="rewrite its tags with a tag editor") from error
    return None


def _one_line(error: BaseException) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:200]


def _same_key(keys: Iterable[str], wanted: str) -> str:
    """The key already there in another spelling of case, else `wanted`: a field never appears twice."""
    return next((key for key in keys if key.casefold() == wanted.casefold()), wanted)


def _keep_padding(info: mutagen.PaddingInfo) -> int:
    """The padding that is there, if the tags still fit: then nothing behind them moves."""
    return info.padding if info.padding >= 0 else info.get_default_padding()


class _Vorbis:
    """FLAC, Ogg Vorbis, Opus, Speex, Ogg FLAC: repeated `KEY=value`."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def read(self, field: str) -> Values:
        return tuple(self._file.tags.get(field, ())) if self._file.tags is not None else ()

    def write(self, field: str, values: Values) -> None:
        if self._file.tags is None:
            self._file.add_tags()
        if values:
            self._file.tags[field] = list(values)
        elif field in self._file.tags:
            del self._file.tags[field]

    def save(self, path: Path) -> None:
        self._file.save(path, padding=_keep_padding)


_new_mp4_value: Any = mp4.MP4FreeForm
_new_asf_value: Any = getattr(asf, "ASFUnicodeAttribute")  # noqa: B009 - not in its __all__


class _Mp4:
    """MP4: free-form atoms `----:com.apple.iTunes:KEY`."""

    _prefix = "----:com.apple.iTunes:"

    def __init__(self, file: mp4.MP4) -> None:
        self._file: Any = file

    def _key(self, field: str) -> str:
        return _same_key(self._file.tags or (), self._prefix + field)

    def read(self, field: str) -> Values:
        atoms = (self._file.tags or {}).get(self._key(field), ())
        return tuple(bytes(atom).decode("utf-8", "replace") for atom in atoms)

    def write(self, field: str, values: Values) -> None:
        if self._file.tags is None:
            self._file.add_tags()
        key = self._key(field)
        if values:
            self._file.tags[key] = [_new_mp4_value(value.encode(), mp4.AtomDataType.UTF8) for value in values]
        else:
            self._file.tags.pop(key, None)

    def save(self, path: Path) -> None:
        self._file.save(path, padding=_keep_padding)


class _Asf:
    """ASF: `WM/Mood` and plain names."""

    def __init__(self, file: asf.ASF) -> None:
        self._file: Any = file

    def _key(self, field: str) -> str:
        return _same_key(self._file.tags.keys(), "WM/Mood" if field == "MOOD" else field)

    def read(self, field: str) -> Values:
        return tuple(str(value) for value in self._file.tags.get(self._key(field), ()))

    def write(self, field: str, values: Values) -> None:
        key = self._key(field)
        if values:
            self._file.tags[key] = [_new_asf_value(value) for value in values]
        elif key in self._file.tags:
            del self._file.tags[key]

    def save(self, path: Path) -> None:
        self._file.save(path, padding=_keep_padding)


class _Ape:
    """APEv2 (WavPack, Monkey's Audio, Musepack): one item, values parted by NUL; keys ignore case."""

    def __init__(self, file: apev2.APEv2File) -> None:
        self._file: Any = file

    def _key(self, field: str) -> str:
        return "Mood" if field == "MOOD" else field

    def read(self, field: str) -> Values:
        value = (self._file.tags or {}).get(self._key(field))
        return tuple(value) if isinstance(value, apev2.APETextValue) else ()

    def write(self, field: str, values: Values) -> None:
        if self._file.tags is None:
            self._file.add_tags()
        key = self._key(field)
        if values:
            self._file.tags[key] = list(values)
        elif key in self._file.tags:
            del self._file.tags[key]

    def save(self, path: Path) -> None:
        self._file.save(path)


class _Id3:
    """ID3v2.4 (`TMOO` with several values, mirrored in `TXXX:MOOD`) and ID3v2.3 (`TXXX:MOOD`, values joined by "; ").

    Frames are loaded untranslated and saved in the version they came in: no other frame is upgraded or rewritten.
    """

    def __init__(self, tags: Any) -> None:
        self._tags: Any = tags
        self._v23 = tags.version[:2] == (2, 3)

    def _text_frames(self, field: str) -> list[Any]:
        return [frame for frame in self._tags.getall("TXXX") if frame.desc.casefold() == field.casefold()]

    def read(self, field: str) -> Values:
        frames = self._tags.getall("TMOO") if field == "MOOD" else []
        frames = frames or self._text_frames(field)
        values = tuple(str(value) for frame in frames for value in frame.text if str(value))
        if field == "MOOD" and self._v23:
            return tuple(part for value in values for part in value.split("; ") if part)
        return values

    def write(self, field: str, values: Values) -> None:
        if field == "MOOD":
            self._tags.delall("TMOO")
        for frame in self._text_frames(field):
            self._tags.pop(frame.HashKey, None)
        if not values:
            return
        if self._v23:
            text, encoding = ["; ".join(values)], id3.Encoding.UTF16
        else:
            text, encoding = list(values), id3.Encoding.UTF8
            if field == "MOOD":
                self._tags.add(id3.Frames["TMOO"](encoding=encoding, text=text))
        self._tags.add(id3.Frames["TXXX"](encoding=encoding, desc=field, text=text))

    def save(self, path: Path) -> None:
        old_v1 = _read_id3v1(path)
        # v23_sep=None: other frames keep their several values as they are
        self._tags.save(path, v2_version=3 if self._v23 else 4, v23_sep=None, padding=_keep_padding)
        if old_v1 is not None:
            with path.open("r+b") as file:  # mutagen rewrites it from the new frames
                file.seek(-128, 2)
                file.write(old_v1)


def _read_id3v1(path: Path) -> bytes | None:
    with path.open("rb") as file:
        if file.seek(0, 2) < 128:
            return None
        file.seek(-128, 2)
        block = file.read(128)
    return block if block.startswith(b"TAG") else None


def _open_id3(path: Path, file: Any) -> Container | None:
    """None for ID3v2.2, which mutagen can only write as a later version: every other frame would change its form."""
    if file.tags is None:
        file.add_tags()
        return _Id3(file.tags)
    if file.tags.version[:2] == (2, 2):
        return None
    return _Id3(type(file.tags)(path, translate=False))
