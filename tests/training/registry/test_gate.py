"""The gate, on figures made by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from insight_classifier.errors import ConfigError
from training.parity import Parity
from training.registry.gate import Limits, examine, read_limits
from training.registry.measured import Measured, Part

NOTES = 400


def figures(value: float, spread: float = 0.0) -> np.ndarray:
    """The value of the notes as they are, then of resamples around it."""
    return value + np.concatenate([[0.0], spread * np.random.default_rng(1).standard_normal(1000)])


LIVE = Measured(
    notes=NOTES,
    label=figures(0.9),
    dimensions={"one": figures(0.8), "two": figures(0.7)},
    recall={"event": 0.95},
    slices={"area a": Part(40, 0.9), "area b": Part(12, 0.9)},
    calibration=0.04,
    parity=Parity(NOTES, 0.0, 0.0),
    seconds=1.0,
)


def refused(candidate: Measured, live: Measured | None = LIVE) -> list[str]:
    return [finding.name for finding in examine(candidate, live, read_limits()) if not finding.passed]


def test_a_model_passes_beside_itself() -> None:
    assert refused(LIVE) == []


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"label": figures(0.87)}, "label"),
        ({"dimensions": {"one": figures(0.8), "two": figures(0.66)}}, "two"),
        ({"dimensions": {"one": figures(0.79, spread=0.05), "two": figures(0.7)}}, "one"),
        ({"recall": {"event": 0.94}}, "recall of event"),
        ({"recall": {"event": float("nan")}}, "recall of event"),
        ({"slices": {"area a": Part(40, 0.79), "area b": Part(12, 0.9)}}, "slice area a"),
        ({"calibration": 0.09}, "calibration beside live"),
        ({"parity": Parity(NOTES, 0.02, 0.0)}, "runtime parity"),
        ({"seconds": 1.3}, "latency"),
        ({"notes": 60}, "notes"),
    ],
)
def test_each_thing_that_is_worse_is_refused_by_its_name(change: dict[str, object], name: str) -> None:
    assert refused(replace(LIVE, **change)) == [name]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"dimensions": {"one": figures(0.79), "two": figures(0.71)}},
        {"slices": {"area a": Part(40, 0.85), "area b": Part(12, 0.2)}},
        {"dimensions": {"one": figures(float("nan")), "two": figures(0.7)}},
    ],
)
def test_within_the_margin_in_small_slices_or_undefined_nothing_is_refused(change: dict[str, object]) -> None:
    assert refused(replace(LIVE, **change)) == []  # type: ignore[arg-type]


def test_without_a_live_model_only_what_it_shows_alone_counts() -> None:
    assert refused(replace(LIVE, calibration=0.2, label=figures(0.1)), None) == ["calibration"]


def test_limits_that_are_unknown_or_missing_are_named(tmp_path: Path) -> None:
    (tmp_path / "gate.yaml").write_text("margin: 1\n")
    with pytest.raises(ConfigError, match=r"gate.yaml: .*Compare it with training/gate.yaml"):
        read_limits(tmp_path / "gate.yaml")


def test_the_shipped_limits_let_recall_never_fall() -> None:
    assert isinstance(read_limits(), Limits)
    assert read_limits().safety_recall_margin == 0
