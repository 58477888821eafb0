"""What is asked of measures, as an address has it."""

import pytest

from service.errors import RequestError
from service.measures.asked import read_asked


def test_an_address_says_all_and_nothing_else_is_needed() -> None:
    asked = read_asked("team=A&country=&by=country&period=month&measure=x")
    assert (asked.filters, asked.by, asked.unit, asked.measure) == ({"team": "A"}, "country", "month", "x")
    assert read_asked(asked.query()) == asked
    assert read_asked("") == read_asked("period=quarter")


def test_who_looks_is_never_in_the_address() -> None:
    asked = read_asked("team=A", author="msl-7")
    assert asked.author == "msl-7"
    assert "msl-7" not in asked.query()


@pytest.mark.parametrize("query", ["author=msl-7", "by=author", "by=msl", "period=day", "team=A&by=team", "wrong=1"])
def test_what_cannot_be_asked_is_said(query: str) -> None:
    with pytest.raises(RequestError):
        read_asked(query)


def test_few_conditions_at_a_time() -> None:
    with pytest.raises(RequestError, match="leave one out"):
        read_asked("team=A&country=B&channel=C&by=tenure_band")
