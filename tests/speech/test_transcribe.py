"""What was said, by a real Whisper."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from moodtag.core.errors import ModelError, UsageError
from moodtag.speech.transcribe import MIN_CONFIDENCE, Transcriber, download_whisper, find_whisper, without_repeats
from tests.speech.voices import SENTENCES, silence, spoken, whisper_folder


@pytest.fixture(scope="module")
def transcriber() -> Transcriber:
    return Transcriber(whisper_folder())


@pytest.mark.parametrize("name", SENTENCES)
def test_spoken_sentences_are_written_down(transcriber: Transcriber, name: str) -> None:
    said = transcriber.transcribe(spoken(name))
    assert re.sub(r"[^a-z0-9 ]", "", said.text.lower()) == SENTENCES[name]
    assert said.language == "en"
    assert MIN_CONFIDENCE < said.confidence <= 1


def test_the_same_speech_is_written_down_the_same(transcriber: Transcriber) -> None:
    assert transcriber.transcribe(spoken("sad")) == transcriber.transcribe(spoken("sad"))


@pytest.mark.parametrize("samples", [silence(0.3), silence(5), np.random.default_rng(0).standard_normal(48_000).astype(np.float32) * 0.1])
def test_what_is_no_speech_is_hardly_believed(transcriber: Transcriber, samples: np.ndarray) -> None:
    said = transcriber.transcribe(samples)
    assert said.text == "" or said.confidence < 0.5
    assert len(said.text.split()) < 20


def test_half_a_minute_is_written_down_in_bounds(transcriber: Transcriber) -> None:
    said = transcriber.transcribe(np.tile(np.concatenate([spoken("sad"), silence(0.5)]), 12)[: 30 * 16_000])
    assert "sad" in said.text.lower()
    assert len(said.text.split()) < 130


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Play happy music. Play happy music. Play", "Play happy music."),
        ("Play happy music for a party. Play happy music for a part", "Play happy music for a party."),
        ("la la la la la la", "la"),
        ("something very very sad", "something very very sad"),
        ("no no, not sad", "no no, not sad"),
        ("music to run to, music to dance to", "music to run to, music to dance to"),
        ("calm and dark, then calm and bright", "calm and dark, then calm and bright"),
        ("", ""),
    ],
)
def test_what_whisper_repeats_is_cut_and_what_people_repeat_stays(said: str, kept: str) -> None:
    assert without_repeats(said) == kept


def test_a_model_is_found_by_its_folder_and_a_wrong_one_is_told(tmp_path: Path) -> None:
    assert find_whisper(str(whisper_folder())) == whisper_folder()
    with pytest.raises(ModelError, match="holds no Whisper model"):
        find_whisper(str(tmp_path))
    (tmp_path / "model.bin").touch()
    with pytest.raises(ModelError, match="holds no Whisper model"):
        find_whisper(str(tmp_path))
    for name in ("tiny.xx", "~nobody-of-that-name/tiny", "tiny" * 100, "../tiny", "https://example.org/model"):
        with pytest.raises(UsageError, match="no Whisper model"):
            find_whisper(name)


def test_a_damaged_model_is_told(tmp_path: Path) -> None:
    shutil.copytree(whisper_folder(), tmp_path / "model")
    (tmp_path / "model" / "model.bin").write_bytes(b"\x06\x00\x00\x00")
    with pytest.raises(ModelError, match="cannot be loaded"):
        Transcriber(tmp_path / "model")


def test_a_download_that_fails_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(UsageError, match=r"Whisper tiny\.en cannot be downloaded"):
        download_whisper("tiny.en")
