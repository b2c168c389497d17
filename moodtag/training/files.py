"""Files and folders that are replaced whole: a kill at any moment leaves the old one or the new one."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; at the end it takes `path`'s place, unless something was raised."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Names of their own: two trainings may compute the same clip's file at the same time.
    unfinished = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.unfinished")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Writes a text in UTF-8."""
    with replaced(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")


@contextmanager
def replaced_folder(folder: Path) -> Iterator[Path]:
    """A copy of `folder`, empty where there is none, to write to; at the end it takes `folder`'s place, unless something was raised.

    It lies one level deeper, where nobody looks for models. No system call that Python knows exchanges two folders: a kill
    between the two renames leaves none under the name, and the next call puts the old one back.
    """
    folder = folder.resolve()
    unfinished = folder.parent / ".unfinished" / folder.name
    old = unfinished.with_name(f"{folder.name}.old")
    if old.is_dir() and not folder.exists():
        old.rename(folder)
    _remove(unfinished, old)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    try:
        if folder.is_dir():
            shutil.copytree(folder, unfinished)
        else:
            unfinished.mkdir()
        yield unfinished
        if folder.is_dir():
            folder.rename(old)
        unfinished.rename(folder)
    finally:
        _remove(unfinished, old)


def _remove(*folders: Path) -> None:
    for folder in folders:
        if folder.is_dir():
            shutil.rmtree(folder)
    if folders[0].parent.is_dir() and not any(folders[0].parent.iterdir()):
        folders[0].parent.rmdir()
