import pytest

from insight_classifier.errors import ArgumentError
from insight_classifier.measures.events import label_met
from insight_classifier.measures.observations import read_observations
from tests.insight_classifier.measures.conftest import Year


def test_model_people_and_facts_meet_by_id(year: Year):
    found = year.read(labelled=40, names=["team", "tenure_band"])
    sample = found.sample(label_met(year.definition))
    assert len(found) == len(sample.scores) == 300
    assert sample.labels[:40].tolist() == [int(year.definition.label.rule(truth)) for truth in year.truths[:40]]
    assert set(sample.labels[40:].tolist()) == {-1}
    assert sample.authors[:13].tolist() == [*range(12), 0]
    assert (found["team"].names, found["tenure_band"].names) == (("A", "B"), ("new", "old"))


def test_notes_of_unknown_author_are_as_of_one_more(year: Year):
    found = read_observations(str(year.judged), year.definition)
    assert set(found.authors.tolist()) == {0}
    assert found.author.names == ()


def test_a_month_knows_its_quarter_and_year(year: Year):
    ladder = year.read(names=["month"]).ladder("month")
    assert [len(column.names) for column in ladder] == [1, 4, 12]
    assert [len(column.names) for column in year.read(names=["team"]).ladder("team")] == [2]


def test_levels_and_options_are_kinds(year: Year):
    for dimension in year.definition.dimensions:
        if dimension.kind != "checks":
            kinds = year.read(labelled=5).kinds(dimension.name)
            assert kinds.chances.shape == (300, len(dimension.members))
            assert kinds.labels[:6].tolist() == [*(truth[dimension.name] for truth in year.truths[:5]), -1]


@pytest.mark.parametrize(
    ("name", "said"),
    [("colour", "no note has colour; known are .*team"), ("hcp", "no note has hcp or hcp_id"), ("answered", "no note has")],
)
def test_a_name_that_no_note_has_is_refused_with_those_there_are(year: Year, name: str, said: str):
    with pytest.raises(ArgumentError, match=said):
        year.read(names=[name])


def test_without_notes_it_is_said_what_would_bring_their_facts(year: Year):
    with pytest.raises(ArgumentError, match="Give --notes FILE"):
        read_observations(str(year.judged), year.definition, ["team"])


def test_dates_that_are_none_are_refused(year: Year):
    year.notes.write_text(year.notes.read_text().replace("2026-", "in 26: "))
    with pytest.raises(ArgumentError, match="month: no note's date is a date in ISO 8601"):
        year.read(names=["month"])
