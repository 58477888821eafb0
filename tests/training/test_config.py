"""The defaults are complete and bounded; unknown and wrong settings are refused by name."""

import pytest

from insight_classifier.errors import ConfigError
from training.config import parse_overrides, read_config


def test_the_defaults_are_whole():
    assert read_config().epochs >= 1


def test_any_setting_can_be_overridden():
    assert read_config(parse_overrides(["epochs=3", "learning_rate=1e-4", "head_weights={a: 2}"])).learning_rate == 1e-4


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("epoch=3", "Known settings"),
        ("epochs=0", "epochs"),
        ("epochs=many", "epochs"),
        ("device=tpu", "device"),
        ("overlap=300", "overlap"),
        ("x", "key=value"),
        ("device=[", "not valid YAML"),
    ],
)
def test_a_wrong_setting_is_named(pair: str, words: str):
    with pytest.raises(ConfigError, match=words):
        read_config(parse_overrides([pair]))


def test_a_setting_given_twice_is_refused():
    with pytest.raises(ConfigError, match="twice"):
        parse_overrides(["epochs=1", "epochs=2"])
