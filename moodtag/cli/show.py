"""`moodtag show`: a track's verdict beside its file's tags."""

from pathlib import Path
from typing import Any

from rich.text import Text

from moodtag.cli.console import print_json, printable, short_path, stderr, stdout
from moodtag.cli.report import verdict_record
from moodtag.cli.scan import check_paths
from moodtag.core.errors import TagError
from moodtag.index.store import Index, Track, open_index
from moodtag.library.files import find_tracks
from moodtag.library.tags import Tags, read_tags


def run_show(paths: list[Path], index: Path, *, json: bool) -> int:
    """Prints every track under `paths`; 1 where one is unknown or cannot be read."""
    check_paths(paths)
    troubled = False
    with open_index(index, create=False) as opened:
        for found in find_tracks(paths):
            if found.note is not None:
                continue
            troubled |= not _show(found.path, found.error, opened, json=json)
    return int(troubled)


def _show(path: Path, error: str | None, index: Index, *, json: bool) -> bool:
    track, tags = index.get(path), None
    if error is None:
        try:
            tags = read_tags(path)
        except (TagError, OSError) as problem:
            error = str(problem)
    if json:
        print_json(_record(path, track, tags, error))
    elif error is not None:
        stderr().print(Text(f"{short_path(path)}: {printable(error)}"))
    else:
        _print_track(path, track, tags)
    return error is None and track is not None


def _record(path: Path, track: Track | None, tags: Tags | None, error: str | None) -> dict[str, Any]:
    return {
        "path": str(path),
        **verdict_record(track.verdict if track is not None else None),
        "model": track and track.model,
        "judged_at": track and track.judged_at,
        "tag_state": track and track.tag_state,
        "note": track and track.note,
        "tags": tags,
        "error": error,
    }


def _print_track(path: Path, track: Track | None, tags: Tags | None) -> None:
    out = stdout()
    out.print(Text(short_path(path), style="bold"))
    if track is None:
        out.print("  not judged yet: moodtag scan")
    elif track.verdict is None:
        out.print(Text(f"  {printable(track.note or '')}"))
    else:
        verdict = track.verdict
        moods = ", ".join(f"{mood.name} {mood.score:.2f}" for mood in verdict.moods)
        out.print(
            f"  valence {verdict.valence:.2f} ± {verdict.valence_std:.2f}   arousal {verdict.arousal:.2f} ± {verdict.arousal_std:.2f}"
        )
        out.print(f"  moods   {moods or 'none certain enough'}   (confidence {verdict.confidence:.2f}, from {verdict.modality})")
        out.print(f"  judged  {track.judged_at} by {track.model}, {track.tag_state}")
    if tags is None:
        out.print("  file    its container can hold no tags")
    elif any(tags.values()):
        out.print(Text("  file    " + "   ".join(f"{field}={printable('; '.join(values))}" for field, values in tags.items() if values)))
    else:
        out.print("  file    no moods in it")
