import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from moodtag.core.errors import ModelError
from moodtag.core.moods import VOCABULARY
from moodtag.networks.checkpoint import Model, find_model, model_names, read_model, read_weights


def copied(model: Model, folder: Path) -> Path:
    return Path(shutil.copytree(model.folder, folder / "copy"))


def test_the_default_model_is_there(model: Model) -> None:
    assert model.config.name in model_names()
    assert [rule.name for rule in model.config.moods] == [mood.name for mood in VOCABULARY]


def test_weights_fit_the_repository() -> None:
    for name in model_names():
        assert (find_model(name).folder / "model.safetensors").stat().st_size < 20_000_000


def test_only_moods_that_were_learnt_are_written(model: Model) -> None:
    for rule in model.config.moods:
        assert (rule.threshold is not None) == (rule.roc_auc >= 0.70), rule


def test_an_unknown_model_is_a_wrong_request_that_names_the_known_ones() -> None:
    with pytest.raises(ModelError, match="no model nope") as caught:
        find_model("nope")
    assert "student" in (caught.value.remedy or "")


def test_one_changed_byte_in_the_weights_is_found(model: Model, tmp_path: Path) -> None:
    folder = copied(model, tmp_path)
    weights = bytearray((folder / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (folder / "model.safetensors").write_bytes(weights)
    with pytest.raises(ModelError, match="sha256 differs"):
        read_weights(read_model(folder))


def test_another_threshold_is_another_model(model: Model, tmp_path: Path) -> None:
    folder = copied(model, tmp_path)
    config = json.loads((folder / "config.json").read_text())
    config["moods"][0]["threshold"] = 0.99
    (folder / "config.json").write_text(json.dumps(config))
    assert read_model(folder).id != model.id


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 99}', '{"format": 1}'])
def test_a_damaged_config_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(ModelError):
        read_model(tmp_path)


def test_reading_a_config_loads_no_torch() -> None:
    code = "import sys; from moodtag.networks.checkpoint import find_model; find_model('student'); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
