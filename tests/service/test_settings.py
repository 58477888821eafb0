"""Settings come from INSIGHT_* variables; every mistake is named."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from insight_classifier.errors import ConfigError
from service.settings import Settings, read_settings, settings_table, variable


def test_defaults_need_no_environment() -> None:
    settings = read_settings()
    assert (settings.host, settings.port, settings.body_limit) == ("127.0.0.1", 8000, 1024 * 1024)


def test_the_environment_sets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIGHT_QUEUE_NOTES", "700")
    assert read_settings().queue_notes == 700


def test_an_empty_variable_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIGHT_PORT", "")
    assert read_settings().port == 8000


def test_what_is_given_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIGHT_PORT", "9000")
    assert read_settings(port=9001, host=None).port == 9001


def test_an_unknown_variable_is_refused_with_the_likely_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIGHT_DEADLINE_SECOND", "5")
    with pytest.raises(ConfigError, match="did you mean INSIGHT_DEADLINE_SECONDS?"):
        read_settings()


def test_a_wrong_value_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIGHT_PORT", "eighty")
    with pytest.raises(ConfigError, match="INSIGHT_PORT: .*integer.*'eighty'"):
        read_settings()


def test_a_batch_must_fit_into_the_queue() -> None:
    with pytest.raises(ConfigError, match="queue_notes"):
        read_settings(queue_notes=10, batch_notes=20)


def test_they_are_frozen() -> None:
    with pytest.raises(ValidationError):
        read_settings().port = 1  # type: ignore[misc]


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ConfigError, match="INSIGHT_PROT"):
        read_settings(prot=1)


def test_the_table_tells_of_every_setting() -> None:
    table = settings_table()
    assert [name for name, _, _ in table] == [variable(name) for name in Settings.model_fields]
    assert all(help_text.endswith(".") for _, _, help_text in table)


def test_paths_are_paths() -> None:
    assert read_settings(model="models/x").model == Path("models/x")
