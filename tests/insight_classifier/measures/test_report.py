import numpy as np

from insight_classifier.measures.alignment import Plan
from insight_classifier.measures.groups import grouped
from insight_classifier.measures.measure import measures_of
from insight_classifier.measures.report import Report, report
from tests.insight_classifier.measures.conftest import Year, lines


def of(year: Year, labelled: int = 300, by: tuple[str, ...] = ()) -> Report:
    observations = year.read(labelled, by)
    choice = next(year.definition.of_kind("choice"))
    return report(observations, measures_of(year.definition), grouped(observations, by), Plan(choice.name, {choice.names[0]: 1.0}))


def test_what_is_documented_least_is_missing_most(year: Year):
    found = of(year).missing
    shares = [np.mean([truth[figure.measure.name] for truth in year.truths]) for figure in found]
    assert {figure.measure.name for figure in found} == set(year.definition.label.rule.names)
    assert shares == sorted(shares)


def test_everything_that_is_known_is_told(year: Year):
    lines(year.notes, [fact | {"answered": "2026-12-24"} for fact in year.metadata])
    found = of(year)
    assert (found.notes, found.labels, found.authors) == (300, 300, 12)
    assert found.plan
    assert found.ticked
    assert found.loop
    assert [figure.group.title for figure in found.explaining] == ["yes"] * len(year.definition.label.rule.names)


def test_each_measure_is_told_of_each_group(year: Year):
    found = of(year, by=("team",))
    measures = measures_of(year.definition)
    assert [(figure.measure, figure.group.title) for figure in found.figures[:3]] == [
        (measures[0], title) for title in ("all notes", "A", "B")
    ]
    assert len(found.figures) == 3 * len(measures)


def test_parts_of_few_authors_are_not_told_by_themselves(year: Year):
    """Only the notes of two of twelve authors are ticked and answered."""
    few = [fact if fact["msl"] in ("m00", "m02") else fact | {"field_label": ""} for fact in year.metadata]
    lines(year.notes, [fact | ({"answered": "2026-12-24"} if fact["field_label"] else {}) for fact in few])
    found = of(year)
    assert (found.ticked, found.explaining) == (None, ())
    assert found.loop
    assert found.loop.share < 0.2
    assert found.loop.days is None


def test_of_a_hidden_total_nothing_is_told(year: Year):
    lines(year.notes, [fact | {"msl": "m0"} for fact in year.metadata])
    found = of(year)
    assert all(figure.rate is None for figure in found.figures)
    assert (found.missing, found.plan, found.ticked, found.explaining, found.loop) == ((), None, None, (), None)
