import numpy as np
import pytest

from insight_classifier.agreement import kappa
from insight_classifier.measures.ticked import explaining, ticked, ticked_as_met
from tests.insight_classifier.measures.conftest import Year, lines

ALL = np.arange(300)


def test_where_all_are_labelled_kappa_is_cohens(year: Year):
    found = ticked(year.read(labelled=300), ALL)
    pairs = [
        (int(fact["field_label"] == "insight"), int(year.definition.label.rule(truth)))
        for fact, truth in zip(year.metadata, year.truths, strict=True)
    ]
    assert found is not None
    assert found.kappa == pytest.approx(kappa(pairs, 2).value, abs=0.02)
    assert found.agreement == pytest.approx(np.mean([one == other for one, other in pairs]), abs=0.01)
    assert sum(found.shares) == pytest.approx(1)


def test_ranges_hold_their_values(year: Year):
    found = ticked(year.read(labelled=100), ALL)
    assert found is not None
    assert found.kappa is not None
    assert found.kappa_range is not None
    assert found.agreement_range is not None
    assert found.kappa_range.holds(found.kappa)
    assert found.agreement_range.holds(found.agreement)


def test_without_labels_there_is_no_range(year: Year):
    found = ticked(year.read(), ALL)
    assert found is not None
    assert (found.labels, found.kappa_range, found.agreement_range) == (0, None, None)


def test_ticks_of_one_kind_have_no_kappa(year: Year):
    lines(year.notes, [fact | {"field_label": "insight"} for fact in year.metadata])
    found = ticked(year.read(labelled=60), ALL)
    assert found is not None
    assert found.kappa == pytest.approx(0, abs=1e-9)


def test_words_that_the_definition_does_not_know_are_no_ticks(year: Year):
    lines(year.notes, [fact | {"field_label": "maybe"} for fact in year.metadata])
    assert ticked(year.read(), ALL) is None


def test_what_explains_it_is_asked_of_the_notes_that_were_ticked(year: Year):
    assert ticked_as_met(year.read(), ALL).tolist() == list(range(0, 300, 2))
    assert [measure.name for measure in explaining(year.definition)] == [f"{name}.missing" for name in year.definition.label.rule.names]
