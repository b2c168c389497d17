from pathlib import Path

import pytest

from tests.conftest import MakeAudio


@pytest.fixture
def library(tmp_path: Path, make_audio: MakeAudio) -> Path:
    """Two tracks."""
    folder = tmp_path / "library"
    make_audio(".mp3", name="a.mp3", folder=folder)
    make_audio(".flac", name="b.flac", folder=folder)
    return folder
