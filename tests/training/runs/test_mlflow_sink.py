"""MLflow as an optional sink."""

import sys

import pytest

from insight_classifier.errors import ConfigError
from training.runs.mlflow_sink import flat, mlflow_sink


def test_without_mlflow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(ConfigError, match=r"insight-classifier\[mlflow\]"):
        mlflow_sink("sqlite://")


def test_an_address_that_is_none_is_refused_before_training() -> None:
    with pytest.raises(ConfigError, match="sqlite:///runs.db"):
        mlflow_sink("nonsense:nowhere")


def test_nested_values_get_dotted_names() -> None:
    assert dict(flat({"a": {"b": 1, "c": None}, "d": 2})) == {"a.b": 1, "d": 2}
