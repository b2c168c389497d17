"""The text of a playlist's file: extended M3U in UTF-8, XSPF, JSPF, Navidrome's .nsp, or the paths alone.

Sources: the XSPF 1 specification (xspf.org), its JSON form JSPF, Navidrome's documentation of smart playlists.
"""

import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote_from_bytes
from xml.etree import ElementTree

from moodtag.core.moods import VOCABULARY
from moodtag.core.records import Place

Format = Literal["m3u8", "xspf", "jspf", "nsp", "paths"]
Slash = Literal["/", "\\"]

_NAMESPACE = "http://xspf.org/ns/0/"
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BAND = 0.08  # so far on each side of the place reaches a standing rule
_NEAR_MOODS = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """One track of a playlist; None where its file does not say."""

    path: Path
    title: str | None = None
    artist: str | None = None
    album: str | None = None
    duration_s: float | None = None

    @property
    def label(self) -> str:
        """As players show it: artist and title, or the file's name."""
        return " - ".join(part for part in (self.artist, self.title) if part) if self.title else self.path.stem


@dataclass(frozen=True, slots=True)
class Layout:
    """How paths are written: from `relative_to`, or whole; behind `prefix`; with which slash."""

    relative_to: Path | None = None
    prefix: str = ""
    slash: Slash = "/"

    def text(self, path: Path) -> str:
        """The path as the playlist has it."""
        shown = str(path) if self.relative_to is None else os.path.relpath(path, self.relative_to)
        return (self.prefix + shown).replace("/", self.slash)


def format_of(path: Path) -> Format | None:
    """The format that a file's suffix asks for."""
    return _SUFFIXES.get(path.suffix.lower())


def write(form: Format, entries: Sequence[Entry], *, name: str, layout: Layout) -> bytes:
    """The file's bytes; names that are not UTF-8 keep theirs. For `nsp` see `standing_rule`."""
    return _WRITERS[form](entries, name, layout)


def unwritable(form: Format, entries: Sequence[Entry]) -> list[Entry]:
    """Tracks that the format has no way of naming: a line break in a path ends a line of a list."""
    return [entry for entry in entries if form in ("m3u8", "paths") and re.search(r"[\r\n]", str(entry.path))]


def _m3u8(entries: Sequence[Entry], name: str, layout: Layout) -> bytes:
    lines = ["#EXTM3U", f"#PLAYLIST:{_one_line(name)}"]
    for entry in entries:
        seconds = -1 if entry.duration_s is None else round(entry.duration_s)
        lines += [f"#EXTINF:{seconds},{_one_line(entry.label)}", layout.text(entry.path)]
    return _encoded("\n".join(lines) + "\n")


def _paths(entries: Sequence[Entry], name: str, layout: Layout) -> bytes:
    return _encoded("".join(layout.text(entry.path) + "\n" for entry in entries))


def _xspf(entries: Sequence[Entry], name: str, layout: Layout) -> bytes:
    playlist = ElementTree.Element("playlist", {"version": "1", "xmlns": _NAMESPACE})
    ElementTree.SubElement(playlist, "title").text = _xml(name)
    tracks = ElementTree.SubElement(playlist, "trackList")
    for entry in entries:
        track = ElementTree.SubElement(tracks, "track")
        for tag, value in _fields(entry, layout).items():
            ElementTree.SubElement(track, tag).text = _xml(str(value[0] if tag == "location" else value))
    ElementTree.indent(playlist)
    text: bytes = ElementTree.tostring(playlist, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _jspf(entries: Sequence[Entry], name: str, layout: Layout) -> bytes:
    tracks = [_fields(entry, layout) for entry in entries]
    return _encoded(json.dumps({"playlist": {"title": name, "track": tracks}}, indent=1, ensure_ascii=True) + "\n")


def _fields(entry: Entry, layout: Layout) -> dict[str, Any]:
    """What XSPF says of a track, in the order its schema wants; the duration in milliseconds."""
    known = {
        "location": [_uri(entry.path, layout)],
        "title": entry.title,
        "creator": entry.artist,
        "album": entry.album,
        "duration": None if entry.duration_s is None else round(entry.duration_s * 1000),
    }
    return {name: value for name, value in known.items() if value is not None}


def _uri(path: Path, layout: Layout) -> str:
    """The path as a URI: whole, or relative to where the playlist lies."""
    text = layout.text(path).replace("\\", "/") if layout.slash == "\\" else layout.text(path)
    quoted = quote_from_bytes(os.fsencode(text), safe="/:" if layout.prefix else "/")
    if quoted.startswith("/"):
        return f"file://{quoted}"
    first = quoted.split("/", 1)[0]
    return f"./{quoted}" if ":" in first and not layout.prefix else quoted


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _xml(text: str) -> str:
    return _NO_XML.sub("", text)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _no_tracks(entries: Sequence[Entry], name: str, layout: Layout) -> bytes:
    raise AssertionError("a standing rule has no tracks")


_WRITERS: dict[Format, Callable[[Sequence[Entry], str, Layout], bytes]] = {
    "m3u8": _m3u8,
    "xspf": _xspf,
    "jspf": _jspf,
    "nsp": _no_tracks,
    "paths": _paths,
}
_SUFFIXES: dict[str, Format] = {".m3u8": "m3u8", ".m3u": "m3u8", ".xspf": "xspf", ".jspf": "jspf", ".nsp": "nsp", ".txt": "paths"}


@dataclass(frozen=True, slots=True)
class Standing:
    """What a standing rule asks for; Navidrome finds the tracks, and finds them anew after each of its scans."""

    place: tuple[float | None, float | None]
    moods: tuple[str, ...]
    avoided: tuple[str, ...]
    artists: tuple[str, ...]
    genres: tuple[str, ...]
    not_genres: tuple[str, ...]
    since: int | None
    until: int | None
    limit: int


def standing_rule(name: str, rule: Standing, *, numbers: bool) -> bytes:
    """Navidrome's .nsp. `numbers`: by valence and arousal, which its configuration must name (`NAVIDROME`); else by moods alone."""
    conditions: list[dict[str, Any]] = []
    moods = rule.moods or (() if numbers else _moods_near(rule.place))
    if moods:
        conditions.append({"any": [{"is": {"mood": mood}} for mood in moods]})
    if numbers:
        for field, value in zip(("valence", "arousal"), rule.place, strict=True):
            if value is not None:
                conditions.append({"inTheRange": {field: [round(max(value - _BAND, 0), 3), round(min(value + _BAND, 1), 3)]}})
    conditions += [{"isNot": {"mood": mood}} for mood in rule.avoided]
    conditions += [{"any": [{"contains": {field: value}} for value in values]} for field, values in _named(rule) if values]
    conditions += [{"notContains": {"genre": genre}} for genre in rule.not_genres]
    if rule.since is not None or rule.until is not None:
        conditions.append({"inTheRange": {"year": [rule.since or 0, rule.until or 9999]}})
    body = {"name": name, "comment": "made by moodtag", "all": conditions, "sort": "random", "limit": rule.limit}
    return _encoded(json.dumps(body, indent=1, ensure_ascii=False) + "\n")


def _named(rule: Standing) -> Sequence[tuple[str, tuple[str, ...]]]:
    return (("artist", rule.artists), ("genre", rule.genres))


def _moods_near(place: tuple[float | None, float | None]) -> tuple[str, ...]:
    """The moods nearest to a place, where only moods can be asked for."""
    asked = Place(*(0.5 if value is None else value for value in place))
    ordered = sorted(VOCABULARY, key=lambda mood: (mood.valence - asked.valence) ** 2 + (mood.arousal - asked.arousal) ** 2)
    return tuple(mood.name for mood in ordered[:_NEAR_MOODS])


NAVIDROME = """\
[Tags.valence]
Aliases = ["valence", "----:com.apple.itunes:valence", "wm/valence"]
Type = "float"

[Tags.arousal]
Aliases = ["arousal", "----:com.apple.itunes:arousal", "wm/arousal"]
Type = "float"
"""
"""What navidrome.toml must hold, so that rules may speak of valence and arousal; a full scan must follow."""
