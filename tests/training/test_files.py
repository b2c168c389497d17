"""A kill leaves whole files and whole folders."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from moodtag.training.files import replaced, replaced_folder, write_text


def killed(code: str, *arguments: Path) -> None:
    """Runs code that kills itself."""
    head = "import os, signal, sys\nfrom pathlib import Path\nfrom moodtag.training.files import replaced, replaced_folder\n"
    done = subprocess.run([sys.executable, "-c", head + code, *map(str, arguments)], check=False)
    assert done.returncode == -signal.SIGKILL


def test_a_kill_in_the_middle_of_a_file_leaves_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    write_text(file, "old")
    killed("with replaced(Path(sys.argv[1])) as new: new.write_text('ha'); os.kill(os.getpid(), signal.SIGKILL)", file)
    assert file.read_text() == "old"
    write_text(file, "new")
    assert file.read_text() == "new"


def test_what_is_raised_in_the_middle_of_a_file_leaves_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    write_text(file, "old")
    with pytest.raises(KeyboardInterrupt), replaced(file) as unfinished:
        unfinished.write_text("ha")
        raise KeyboardInterrupt
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("figures.json", "old")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model's folder, which has been there for long."""
    (tmp_path / "student").mkdir()
    for name in ("config.json", "notes.txt"):
        (tmp_path / "student" / name).write_text("old")
    return tmp_path / "student"


def test_a_kill_in_the_middle_of_a_folder_leaves_the_old_one_alone(folder: Path) -> None:
    code = "with replaced_folder(Path(sys.argv[1])) as new: (new / 'config.json').write_text('ha'); os.kill(os.getpid(), signal.SIGKILL)"
    killed(code, folder)
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"config.json": "old", "notes.txt": "old"}
    assert list(folder.parent.glob("*/config.json")) == [folder / "config.json"]  # nobody takes the half one for a model
    with replaced_folder(folder) as new:
        assert (new / "config.json").read_text() == "old"
    assert list(folder.parent.iterdir()) == [folder]


def test_a_folder_is_replaced_whole_and_keeps_what_else_lies_there(folder: Path) -> None:
    with replaced_folder(folder) as new:
        (new / "config.json").write_text("new")
        assert (folder / "config.json").read_text() == "old"
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"config.json": "new", "notes.txt": "old"}
    assert list(folder.parent.iterdir()) == [folder]


def test_a_kill_between_the_renames_of_two_folders_is_made_good(folder: Path) -> None:
    aside = folder.parent / ".unfinished" / "student.old"
    aside.parent.mkdir()
    folder.rename(aside)
    with pytest.raises(ValueError, match="no"), replaced_folder(folder):
        raise ValueError("no")
    assert (folder / "config.json").read_text() == "old"


def test_a_folder_that_was_not_there_comes_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no"), replaced_folder(tmp_path / "models" / "new"):
        raise ValueError("no")
    assert not (tmp_path / "models" / "new").exists()
    with replaced_folder(tmp_path / "models" / "new") as new:
        (new / "config.json").write_text("new")
    assert (tmp_path / "models" / "new" / "config.json").read_text() == "new"
    assert os.listdir(tmp_path / "models") == ["new"]
