"""What `moodtag playlist` does: composes, prints or writes a list, keeps it, makes it again."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import typer
from rich.table import Column, Table
from rich.text import Text

from moodtag.cli.console import print_json, print_table, printable, short_path, stderr
from moodtag.compose import Composed, Request, compose, load_meanings, request_of, standing_of, write_atomically
from moodtag.core.catalogue import Catalogue
from moodtag.core.errors import UsageError
from moodtag.core.moods import VOCABULARY
from moodtag.core.records import Place
from moodtag.core.settings import played_folder
from moodtag.index.file import open_index, own_index
from moodtag.index.playlists import Saved
from moodtag.playlist.fit import asked_place
from moodtag.playlist.formats import NAVIDROME, Entry, Format, Layout, format_of, standing_rule, unwritable, write
from moodtag.playlist.query import Query, Reading
from moodtag.playlist.select import Pick

if TYPE_CHECKING:
    from moodtag.playlist.meaning import Meanings

_WAIT_S = 10.0  # for another moodtag to let go of the index


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Where a playlist goes and how. `file` None: to stdout."""

    file: Path | None
    form: Format | None
    layout: Layout
    name: str | None
    numbers: bool
    play: bool
    explain: bool
    json: bool


def run_playlist(request: Request, output: Output, index: Path, *, save: str | None) -> int:
    """Composes, tells how the request was read, and puts the playlist where it is wanted; 1 where no track is in it."""
    form = _form(output)
    if save is not None and output.file is None:
        raise UsageError("a saved playlist needs a file to be refreshed", remedy=f'moodtag playlist save {save} "..." -o {save}.m3u8')
    with open_index(index) as opened:
        catalogue = opened.catalogue()
    composed = compose(request, catalogue, load_meanings())
    _tell(composed)
    if not composed.entries:
        return 1
    raw = _rendered(composed, form, output) if output.file is not None or output.play or not _is_list_wanted(output) else b""
    if output.file is not None:
        write_atomically(output.file, raw)
        stderr().print(Text(f"{_length(composed)} -> {short_path(output.file)}"))
    if save is not None:
        _keep(save, request, output, form, composed, index)
    if output.json:
        _print_objects(composed, catalogue)
    elif _is_list_wanted(output):
        _print_list(composed, catalogue, explain=output.explain)
    elif output.file is None and not output.play:
        sys.stdout.flush()
        sys.stdout.buffer.write(raw)
        sys.stdout.buffer.flush()
    if output.play:
        _play(output.file, raw)
    return 0


def run_list(index: Path, *, json: bool) -> int:
    """Prints the saved playlists."""
    with open_index(index) as opened:
        saved = list(opened.playlists)
    if json:
        for one in saved:
            print_json(asdict(one))
        return 0
    if not saved:
        stderr().print("No playlist is saved: moodtag playlist save NAME WORDS... -o FILE")
        return 0
    table = Table("name", "what", "tracks", "made", "file", box=None)
    for one in saved:
        table.add_row(*(Text(printable(text)) for text in (one.name, _asked(one.request), str(one.tracks), one.made_at or "", one.output)))
    print_table(table)
    return 0


def run_refresh(names: Sequence[str], index: Path) -> int:
    """Makes the saved playlists again, all or those named; 1 where one could not be made."""
    failed = False
    with own_index(index, create=False, patience_s=_WAIT_S) as opened:
        saved = list(opened.playlists)
        unknown = sorted(set(names) - {one.name for one in saved})
        if unknown:
            raise UsageError(f"no saved playlist {', '.join(unknown)}", remedy="moodtag playlist list")
        catalogue, meanings = opened.catalogue(), load_meanings()
        for one in saved:
            if not names or one.name in names:
                tracks = _refresh(one, catalogue, meanings)
                failed |= tracks is None
                if tracks is not None:
                    opened.playlists.put(Saved(one.name, one.request, one.output, one.format, one.layout, tracks))
    return int(failed)


def run_forget(names: Sequence[str], index: Path) -> int:
    """Forgets saved playlists; their files stay."""
    with own_index(index, create=False, patience_s=_WAIT_S) as opened:
        for name in names:
            if opened.playlists.get(name) is None:
                raise UsageError(f"no saved playlist {name}", remedy="moodtag playlist list")
            opened.playlists.remove(name)
    return 0


def places(text: str) -> tuple[Place, ...]:
    """The places in "V,A V,A ...", 0..1. Raises UsageError where one is none."""
    try:
        pairs = [tuple(map(float, part.split(","))) for part in text.split()]
        found = tuple(Place(valence, arousal) for valence, arousal in pairs)
    except ValueError:
        raise UsageError(f"{text} is no place", remedy="valence and arousal, 0..1: 0.7,0.2") from None
    if not found or not all(0 <= value <= 1 for place in found for value in (place.valence, place.arousal)):
        raise UsageError(f"{text} does not lie on the plane", remedy="valence and arousal go from 0 to 1: 0.7,0.2")
    return found


def _refresh(saved: Saved, catalogue: Catalogue, meanings: "Meanings") -> int | None:
    """How many tracks the playlist has now; None where it could not be made, which is told."""
    layout = saved.layout
    relative_to = layout["relative_to"]
    output = Output(
        file=Path(saved.output),
        form=cast(Format, saved.format),
        layout=Layout(None if relative_to is None else Path(relative_to), layout["prefix"], layout["slash"]),
        name=saved.name,
        numbers=layout["numbers"],
        play=False,
        explain=False,
        json=False,
    )
    try:
        composed = compose(request_of(saved.request), catalogue, meanings)
        if composed.entries:
            write_atomically(Path(saved.output), _rendered(composed, _form(output), output))
    except (UsageError, OSError) as error:
        stderr().print(Text(f"{printable(saved.name)}: {printable(str(error))}"))
        return None
    for note in composed.notes:
        stderr().print(Text(f"{printable(saved.name)}: {printable(note)}"))
    if not composed.entries:
        return None
    stderr().print(Text(f"{printable(saved.name)}: {_length(composed)} -> {short_path(Path(saved.output))}"))
    return len(composed.entries)


def _keep(name: str, request: Request, output: Output, form: Format, composed: Composed, index: Path) -> None:
    assert output.file is not None
    base = output.layout.relative_to
    layout = {
        "relative_to": None if base is None else str(base.absolute()),
        "prefix": output.layout.prefix,
        "slash": output.layout.slash,
        "numbers": output.numbers,
    }
    with own_index(index, create=False, patience_s=_WAIT_S) as opened:
        opened.playlists.put(Saved(name, request.fields(), str(output.file.absolute()), form, layout, len(composed.entries)))
    stderr().print(Text(f"saved as {printable(name)}: moodtag playlist refresh makes it again"))


def _form(output: Output) -> Format:
    """The format that is asked for, by name or by the file's suffix. Raises UsageError where there is none."""
    if output.form is not None:
        return output.form
    if output.file is None:
        return "m3u8" if output.play else "paths"
    form = format_of(output.file)
    if form is None:
        raise UsageError(f"what format is {output.file.name}?", remedy="end its name in .m3u8, .xspf, .jspf or .nsp, or say --format")
    return form


def _rendered(composed: Composed, form: Format, output: Output) -> bytes:
    name = output.name or (output.file.stem if output.file is not None else "moodtag")
    if form == "nsp":
        if output.numbers:
            stderr().print("Navidrome knows valence and arousal once navidrome.toml holds these lines and a full scan is done:")
            stderr().print(Text(NAVIDROME.rstrip()))
        return standing_rule(name, standing_of(composed), numbers=output.numbers)
    left_out = unwritable(form, composed.entries)
    for entry in left_out:
        stderr().print(Text(f"left out, its name has a line break: {printable(entry.path)}"))
    return write(form, [entry for entry in composed.entries if entry not in left_out], name=name, layout=output.layout)


def _is_list_wanted(output: Output) -> bool:
    """Whether a person reads: the list as a table in place of a file's text."""
    if output.json or (output.form is not None and output.file is None):
        return False
    return output.explain or (output.file is None and not output.play and sys.stdout.isatty())


def _tell(composed: Composed) -> None:
    """How the request was read, and what else a person should know, on stderr."""
    line = parse_text(composed)
    if line:
        stderr().print(Text(printable(line)))
    if composed.query.unknown:
        stderr().print(Text(f"not understood: {printable(', '.join(composed.query.unknown[:12]))}"))
    for note in composed.notes:
        stderr().print(Text(printable(note)))


def parse_text(composed: Composed) -> str:
    """How a request was read, on one line: `calm .8, rainy evening -> valence .52, arousal .31; 45 min`."""
    query = composed.query
    read = ", ".join(_reading_text(reading) for reading in query.readings)
    place = ", ".join(
        f"{name} {_short(value)}"
        for name, value in zip(("valence", "arousal"), asked_place(composed.wish), strict=True)
        if value is not None
    )
    parts = [" -> ".join(part for part in (read, place) if part), *_conditions(query)]
    return "; ".join(part for part in parts if part)


def _reading_text(reading: Reading) -> str:
    said = {"mood": f" {_short(reading.weight)}", "meaning": f" ({_near(reading)})"}.get(reading.source, "")
    return f"{'not ' if reading.negated else ''}{reading.words}{said}"


def _near(reading: Reading) -> str:
    moods = ", ".join(mood.name for mood in reading.moods[:2])
    return f"like {moods}" if moods else "by its words' ratings"


def _conditions(query: Query) -> Iterator[str]:
    filters, length = query.filters, query.length
    for kind, names in (("by", filters.artists), ("from", filters.albums), ("genre", filters.genres)):
        if names:
            yield f"{kind} {' or '.join(names)}"
    for names in (filters.not_artists, filters.not_genres):
        if names:
            yield f"no {', '.join(names)}"
    if filters.years is not None:
        since, until = filters.years.since, filters.years.until
        yield f"year {since}" if since == until else f"years {since or '..'}-{until or '..'}"
    if length.minutes is not None:
        yield f"{length.minutes:g} min"
    if length.tracks is not None:
        yield f"{length.tracks} tracks"


def _short(value: float) -> str:
    return f"{value:.2f}".removeprefix("0")


def _print_list(composed: Composed, catalogue: Catalogue, *, explain: bool) -> None:
    table = Table(Column("", justify="right"), "artist", "title", Column("time", justify="right"), *(("why",) if explain else ()), box=None)
    for number, (entry, pick) in enumerate(zip(composed.entries, composed.choice.picks, strict=True), 1):
        names = (entry.artist or "", entry.title or entry.path.stem)
        why = (why_text(composed, catalogue, pick),) if explain else ()
        table.add_row(str(number), *(Text(printable(name)) for name in names), _minutes(entry), *why)
    print_table(table)
    stderr().print(_length(composed))


def why_text(composed: Composed, catalogue: Catalogue, pick: Pick) -> str:
    """Why a track is in: where it lies and where it should, its share of the moods asked for, what else was asked."""
    row, place = pick.row, asked_place(composed.wish)
    if pick.asked is not None:
        place = pick.asked.valence, pick.asked.arousal
    parts = []
    for name, column, asked in zip(("valence", "arousal"), (catalogue.valence, catalogue.arousal), place, strict=True):
        parts.append(f"{name} {_short(float(column[row]))}" + ("" if asked is None else f" (asked {_short(asked)})"))
    wanted = [mood.name for mood in composed.wish.target.moods]
    scores = {mood.name: float(catalogue.moods[row, i]) for i, mood in enumerate(VOCABULARY)}
    best = wanted or sorted(scores, key=lambda name: -scores[name])[:2]
    parts += [f"{name} {_short(scores[name])}" for name in best[:3]]
    if composed.wish.like is not None:
        parts.append(f"alike {_short(float(catalogue.embedding[row] @ catalogue.embedding[composed.wish.like]))}")
    if composed.wish.target.bittersweet and catalogue.bittersweet[row]:
        parts.append("bittersweet")
    return ", ".join(parts)


def _print_objects(composed: Composed, catalogue: Catalogue) -> None:
    """The request as it was read, then one object per track."""
    query, wish = composed.query, composed.wish
    valence, arousal = asked_place(wish)
    print_json(
        {
            "read": parse_text(composed),
            "valence": valence,
            "arousal": arousal,
            "moods": [asdict(mood) for mood in query.target.moods],
            "avoided": list(query.target.avoided),
            "minutes": query.length.minutes,
            "tracks": len(composed.entries),
            "unknown": list(query.unknown),
            "notes": list(composed.notes),
        }
    )
    for entry, pick in zip(composed.entries, composed.choice.picks, strict=True):
        print_json(
            {
                "path": str(entry.path),
                "artist": entry.artist,
                "title": entry.title,
                "duration_s": entry.duration_s,
                "valence": float(catalogue.valence[pick.row]),
                "arousal": float(catalogue.arousal[pick.row]),
                "distance": pick.distance,
                "why": why_text(composed, catalogue, pick),
            }
        )


def _length(composed: Composed) -> str:
    """How many tracks, and how long they take together."""
    seconds = round(sum(entry.duration_s or 0.0 for entry in composed.entries))
    hours, minutes = seconds // 3600, seconds // 60 % 60
    count = len(composed.entries)
    return f"{count} track{'' if count == 1 else 's'}, {f'{hours} h {minutes:02d} min' if hours else f'{minutes}:{seconds % 60:02d}'}"


def _minutes(entry: Entry) -> str:
    seconds = round(entry.duration_s or 0.0)
    return f"{seconds // 60}:{seconds % 60:02d}" if entry.duration_s is not None else "?"


def _asked(request: dict[str, Any]) -> str:
    """A saved request for people."""
    words = request.get("words", "")
    rest = [f"{name} {value}" for name, value in request.items() if name != "words"]
    return ", ".join(part for part in (words, *rest) if part)


def _play(file: Path | None, raw: bytes) -> None:
    """Hands the playlist to the system's player."""
    if file is None:
        folder = played_folder()
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "moodtag.m3u8"
        write_atomically(file, raw)
    if typer.launch(str(file)) != 0:
        raise UsageError(f"no player opens {short_path(file)}", remedy="moodtag playlist ... | mpv --playlist=-")
