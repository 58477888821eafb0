"""A base model by name or folder, and what is none."""

from pathlib import Path

import pytest

from insight_classifier.errors import ConfigError
from training.encoder import load_encoder


@pytest.mark.parametrize("config", [None, "{", '{"model_type": "bert"}'])
def test_a_folder_that_is_no_model_is_named_with_what_to_do(tmp_path: Path, config: str | None) -> None:
    if config is not None:
        (tmp_path / "config.json").write_text(config)
    with pytest.raises(ConfigError) as refused:
        load_encoder(str(tmp_path), window=64, overlap=16)
    assert str(refused.value).startswith(f"base_model {tmp_path}: cannot be loaded")
    assert str(refused.value).endswith("Give a model's name or folder.")


def test_a_window_longer_than_the_model_reads_is_refused(tiny_encoder: Path) -> None:
    with pytest.raises(ConfigError, match="--set window=128"):
        load_encoder(str(tiny_encoder), window=384, overlap=16)
