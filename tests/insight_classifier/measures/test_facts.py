import pytest

from insight_classifier.measures.facts import UNKNOWN, Column, Facts, day_of, in_order, mapped, period, tenure_band


def column(*values: str | None, name: str = "team") -> Column:
    facts = Facts(frozenset({name}))
    for row, value in enumerate(values):
        facts.add(row, {name: value})
    return facts.column(name, len(values))


def test_values_become_numbers_in_the_order_of_their_names():
    found = column("B", None, "A", "B")
    assert found.names == ("A", "B")
    assert found.codes.tolist() == [1, UNKNOWN, 0, 1]


def test_the_first_name_that_holds_something_counts():
    facts = Facts(frozenset({"author"}))
    facts.add(0, {"msl": "m1"})
    facts.add(1, {"author": "", "msl": "m2"})
    facts.add(2, {"author": "m3", "msl": "m1"})
    assert facts.column("author", 3).names == ("m1", "m2", "m3")


def test_facts_may_stand_under_metadata():
    facts = Facts(frozenset({"team"}))
    facts.add(0, {"id": 1, "metadata": {"team": "A"}})
    assert facts.column("team", 1).names == ("A",)
    assert {"team", "id"} <= facts.seen


def test_of_a_note_that_was_told_twice_the_later_word_counts():
    facts = Facts(frozenset({"team"}))
    facts.add(0, {"team": "A"})
    facts.add(0, {"team": "B"})
    assert facts.column("team", 1).names == ("B",)


@pytest.mark.parametrize(
    ("unit", "names"), [("month", ("2025-12", "2026-03")), ("quarter", ("2025-Q4", "2026-Q1")), ("year", ("2025", "2026"))]
)
def test_dates_fall_into_periods(unit: str, names: tuple[str, ...]):
    found = period(column("2026-03-31T23:00:00Z", "2025-12-01", "soon", "2026-03-02", name="date"), unit)
    assert found.names == names
    assert found.codes.tolist() == [1, 0, UNKNOWN, 1]


def test_months_in_role_fall_into_bands():
    found = tenure_band(column("3", "12", "many", "-1", "90"), ((12, "new"), (60, "middle"), (1200, "old")))
    assert found.names == ("new", "middle", "old")
    assert found.codes.tolist() == [0, 1, UNKNOWN, UNKNOWN, 2]


def test_whole_numbers_read_the_same_however_they_are_written():
    facts = Facts(frozenset({"tenure_months"}))
    for row, value in enumerate((18, 18.0, "18")):
        facts.add(row, {"tenure_months": value})
    assert facts.column("tenure_months", 3).names == ("18",)


def test_names_may_be_put_into_another_order_and_onto_each_other():
    found = mapped(Column(column("a", "b", "c").codes, ("a", "b", "c")), {"a": "late", "b": "early", "c": "late"}, ["early", "late"])
    assert (found.names, found.codes.tolist()) == (("early", "late"), [1, 0, 1])


def test_a_column_of_nothing_has_no_names():
    assert in_order(column(None, None).codes, []).names == ()


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "03/01/2026"])
def test_what_is_no_date_is_none(text: str):
    assert day_of(text) is None
