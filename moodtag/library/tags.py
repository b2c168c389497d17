"""What moodtag writes into a file, what it leaves alone, and writing it so that the file is never half of anything."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from moodtag.core.errors import TagError
from moodtag.core.moods import BY_NAME
from moodtag.core.records import Existing, FieldChange, Stamp, Verdict
from moodtag.library.containers import FIELDS, open_container

Tags = dict[str, tuple[str, ...]]

_SPARE_BYTES = 1 << 20


def read_tags(path: Path) -> Tags | None:
    """The values of moodtag's fields, absent ones empty; None where the container can hold none.

    Raises TagError where the tags are damaged.
    """
    container = open_container(path)
    return None if container is None else {field: container.read(field) for field in FIELDS}


def stamp_of(path: Path) -> Stamp:
    """The file's present state. Raises OSError."""
    status = os.stat(path)
    return Stamp(status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class TagPlan:
    """What is to change in a file, and which of the MOOD values it then holds are moodtag's."""

    changes: tuple[FieldChange, ...]
    mood_values: tuple[str, ...]


def plan_changes(tags: Tags, verdict: Verdict, *, model: str, existing: Existing, ours: tuple[str, ...] | None) -> TagPlan:
    """The changes that bring `tags` to the verdict.

    `ours` are the MOOD values that the index remembers to have written, None where it remembers nothing. A mood that a
    person wrote is kept (`keep`), followed by the verdict's (`merge`) or given up (`replace`). Valence and arousal of
    another program are kept unless `replace`. MOODTAG ends in `/kept` or `/merged` where the moods are not moodtag's alone.
    """
    theirs = _by_a_person(tags, ours) if existing != "replace" else ()
    added = _without([mood.name for mood in verdict.moods], theirs) if existing == "merge" or not theirs else ()
    foreign_numbers = existing != "replace" and not tags["MOODTAG"]
    wanted: Tags = {
        "MOOD": theirs + added,
        "VALENCE": (foreign_numbers and tags["VALENCE"]) or (f"{verdict.valence:.3f}",),
        "AROUSAL": (foreign_numbers and tags["AROUSAL"]) or (f"{verdict.arousal:.3f}",),
        "MOODTAG": (f"{model}/{verdict.modality}{_provenance(theirs, existing)}",),
    }
    changes = tuple(FieldChange(field, tags[field], wanted[field]) for field in FIELDS if tags[field] != wanted[field])
    return TagPlan(changes, added)


def _by_a_person(tags: Tags, ours: tuple[str, ...] | None) -> tuple[str, ...]:
    """The MOOD values that moodtag did not write.

    Without the index's word, a MOODTAG that does not end in `/kept` or `/merged` says that words of the vocabulary are
    moodtag's; any other word is a person's.
    """
    present = tags["MOOD"]
    if ours is not None:
        return tuple(value for value in present if value not in ours)
    provenance = "".join(tags["MOODTAG"])
    if not provenance or provenance.endswith(("/kept", "/merged")):
        return present
    return tuple(value for value in present if value not in BY_NAME)


def _provenance(theirs: tuple[str, ...], existing: Existing) -> str:
    if not theirs:
        return ""
    return "/merged" if existing == "merge" else "/kept"


def _without(values: Iterable[str], known: tuple[str, ...]) -> tuple[str, ...]:
    folded = {value.casefold() for value in known}
    return tuple(value for value in values if value.casefold() not in folded)


def write_tags(path: Path, changes: tuple[FieldChange, ...]) -> Stamp:
    """Writes the changes, touches nothing else, and returns the file's new stamp.

    The file is copied within its folder, the copy is changed, synced and put in the file's place: whatever happens,
    the name holds the old file or the new one, whole. A file with several hard links, or one that belongs to someone
    else, is changed in place: replacing it would part the links or take the file over.

    Raises TagError; the file is then as it was.
    """
    status = os.stat(path)
    if not os.access(path, os.W_OK):
        raise TagError(path, "read-only: its moods are in the index only", remedy="make it writable and scan again")
    try:
        if status.st_nlink > 1 or os.geteuid() not in (0, status.st_uid):
            _write(path, changes)
        else:
            _replace(path, status, changes)
    except PermissionError as error:
        raise TagError(path, "its folder is read-only", remedy="make the folder writable and scan again") from error
    except OSError as error:
        raise _write_error(path, error) from error
    return stamp_of(path)


def _replace(path: Path, status: os.stat_result, changes: tuple[FieldChange, ...]) -> None:
    free_bytes = shutil.disk_usage(path.parent).free
    if free_bytes < status.st_size + _SPARE_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".moodtag-", suffix=path.suffix)
    os.close(handle)
    copy = Path(name)
    try:
        shutil.copyfile(path, copy)
        _write(copy, changes, shown_as=path)
        shutil.copystat(path, copy)
        if os.geteuid() == 0:
            os.chown(copy, status.st_uid, status.st_gid)
        elif status.st_gid != os.stat(copy).st_gid:
            os.chown(copy, -1, status.st_gid)
        os.utime(copy)  # its content is new: players look at the time to find that out
        _sync(copy)
        copy.replace(path)
        _sync(path.parent)
    finally:
        copy.unlink(missing_ok=True)


def _write(path: Path, changes: tuple[FieldChange, ...], *, shown_as: Path | None = None) -> None:
    try:
        container = open_container(path)
        if container is None:
            raise TagError(path, "its container can hold no tags")
        for change in changes:
            container.write(change.field, change.new)
        container.save(path)
    except OSError:
        raise
    except TagError as error:
        raise TagError(shown_as or path, error.message, remedy=error.remedy) from error
    except Exception as error:
        cause = error.__cause__ or error.__context__
        if isinstance(cause, OSError):
            raise cause from error
        raise TagError(shown_as or path, f"tags cannot be written: {error}", remedy="rewrite its tags with a tag editor") from error


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_error(path: Path, error: OSError) -> TagError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return TagError(path, f"not written: {error.strerror}", remedy="free some space and scan again: nothing is judged twice")
    if error.errno == errno.EROFS:
        return TagError(path, "on a read-only file system: its moods are in the index only", remedy="mount it writable")
    return TagError(path, f"not written: {error.strerror or error}", remedy="scan again: nothing is judged twice")
