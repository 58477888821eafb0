"""Logits become probabilities whose levels cannot cross, and the heads cover a row without gap or overlap."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from insight_classifier.definition import Definition
from insight_classifier.outputs import label_probability, level, logit, outputs, probabilities, sigmoid

LOGITS = st.floats(-1e4, 1e4)
ROWS = st.integers(1, 6).flatmap(lambda width: arrays(np.float64, (3, width), elements=LOGITS))


@given(ROWS)
def test_levels_never_cross(logits):
    distribution = probabilities("scale", logits)
    reached = 1 - np.cumsum(distribution, axis=1)
    assert distribution.shape == (3, logits.shape[1] + 1)
    assert (distribution >= 0).all()
    assert distribution.sum(axis=1) == pytest.approx(np.ones(3))
    assert (np.diff(reached, axis=1) <= 1e-12).all()


@given(ROWS, st.floats(0, 50))
def test_a_higher_logit_never_lowers_the_level(logits, more):
    raised = logits.copy()
    raised[:, 0] += more
    assert (level(probabilities("scale", raised)) >= level(probabilities("scale", logits))).all()


@given(ROWS)
def test_the_level_is_the_median(logits):
    distribution = probabilities("scale", logits)
    for row, found in zip(distribution, level(distribution), strict=True):
        assert row[found:].sum() >= 0.5 - 1e-9
        assert row[found + 1 :].sum() <= 0.5 + 1e-9


@given(ROWS)
def test_options_share_one_probability(logits):
    distribution = probabilities("choice", logits)
    assert distribution.sum(axis=1) == pytest.approx(np.ones(3))
    rows = np.arange(3)
    assert (logits[rows, distribution.argmax(axis=1)] >= logits.max(axis=1) - 1e-9).all()  # logits nearer than that share one probability


@given(st.floats(-14, 14))
def test_logit_undoes_sigmoid(value):
    assert logit(sigmoid(np.array([value])))[0] == pytest.approx(value, abs=1e-4)


@given(LOGITS)
def test_sigmoid_neither_overflows_nor_leaves_its_range(value):
    with np.errstate(all="raise"):
        assert 0 <= sigmoid(np.array([value]))[0] <= 1


@pytest.mark.parametrize("name", ["definition", "support_call"])
def test_heads_cover_the_row_in_order(name, request: pytest.FixtureRequest):
    heads = outputs(request.getfixturevalue(name))
    assert [head.start for head in heads] == [0, *(head.stop for head in heads[:-1])]
    assert len({head.name for head in heads}) == len(heads)


def test_a_check_has_one_logit_a_scale_one_less_than_levels_a_choice_one_an_option(support_call: Definition):
    widths = {head.name: head.stop - head.start for head in outputs(support_call)}
    assert widths == {"cause_named": 1, "fix_confirmed": 1, "promise_dated": 1, "patience": 4, "topic": 3}


def test_a_check_that_rules_alone_judge_has_no_head(definition: Definition):
    assert "patient_identifier" not in {head.name for head in outputs(definition)}


@given(chances=st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_the_label_is_as_probable_as_all_its_criteria_together(definition: Definition, chances):
    checks = {name: np.array([p]) for name, p in zip(definition.label.rule.names, chances, strict=True)}
    assert label_probability(definition, checks)[0] == pytest.approx(np.prod(chances))


def label_of(definition: Definition, said: dict[str, bool]) -> bool:
    """The label that the decoder gives: a check counts only with what it requires."""
    met = {name: value and all(said[need] for need in definition.checks[name].requires) for name, value in said.items()}
    return definition.label.rule(met)


def test_the_label_s_probability_honours_requires(support_call: Definition):
    names, chances = support_call.label.rule.names, (0.2, 0.9, 0.9)
    rows = [dict(zip(names, values, strict=True)) for values in itertools.product((False, True), repeat=3)]
    weight = [np.prod([p if row[name] else 1 - p for name, p in zip(names, chances, strict=True)]) for row in rows]
    expected = sum(w for w, row in zip(weight, rows, strict=True) if label_of(support_call, row))
    found = label_probability(support_call, {name: np.array([p]) for name, p in zip(names, chances, strict=True)})
    assert found[0] == pytest.approx(expected)
