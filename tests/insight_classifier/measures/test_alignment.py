from pathlib import Path

import numpy as np
import pytest

from insight_classifier.definition import Definition
from insight_classifier.errors import DefinitionError
from insight_classifier.measures.alignment import Plan, alignment, read_plan
from tests.insight_classifier.measures.conftest import Year


def plan_of(year: Year) -> Plan:
    dimension = next(year.definition.of_kind("choice"))
    return Plan(dimension.name, {dimension.names[0]: 0.5, dimension.names[1]: 0.5})


def test_the_distance_is_the_share_of_insights_that_serve_something_else(year: Year):
    plan = plan_of(year)
    found = alignment(year.read(labelled=300), plan, np.arange(300))
    served = [truth[plan.dimension] for truth in year.truths if year.definition.label.rule(truth)]
    shares = np.bincount(served, minlength=len(found.parts)) / len(served)
    weights = np.array([part.weight for part in found.parts])
    assert found.distance is not None
    assert found.range is not None
    assert found.distance.value == pytest.approx(np.abs(shares - weights).sum() / 2, abs=0.03)
    assert 0 <= found.range.low < found.distance.value < found.range.high <= 1


def test_parts_add_up_to_all_insights(year: Year):
    found = alignment(year.read(labelled=200), plan_of(year), np.arange(300))
    assert sum(part.estimate.value for part in found.parts if part.estimate) == pytest.approx(1)
    assert sum(part.model for part in found.parts) == pytest.approx(1)


def test_without_labels_there_is_the_models_word_only(year: Year):
    found = alignment(year.read(), plan_of(year), np.arange(300))
    assert (found.distance, found.range, found.labels) == (None, None, 0)
    assert 0 < found.model < 1


def write(folder: Path, text: str) -> Path:
    path = folder / "plan.yaml"
    path.write_text(text)
    return path


def test_a_plan_is_read(tmp_path: Path, definition: Definition):
    first, second, *_ = next(definition.of_kind("choice")).names
    name = next(definition.of_kind("choice")).name
    found = read_plan(write(tmp_path, f"dimension: {name}\nweights: {{{first}: 0.3, {second}: 0.7}}\n"), definition)
    assert found == Plan(name, {first: 0.3, second: 0.7})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("weights: {safety: 1}", "line 1: the plan lacks 'dimension'"),
        ("dimension: objective\nweights: {safety: 0.5, access: 0.4}", "line 2: the weights sum to 0.9. Make them sum to 1"),
        ("dimension: objective\nweights: {sfety: 1}", "names 'sfety'. Use "),
        ("dimension: criteria\nweights: {safety: 1}", "Use objective"),
        ("dimension: objective\nweights: {safety: 1.5}", "from 0 to 1"),
        ("dimension: objective\nweights: {safety: half}", "must be a number"),
        ("", "the file is empty"),
    ],
)
def test_a_plan_that_is_wrong_is_refused(tmp_path: Path, definition: Definition, text: str, said: str):
    with pytest.raises(DefinitionError, match=said):
        read_plan(write(tmp_path, text), definition)
