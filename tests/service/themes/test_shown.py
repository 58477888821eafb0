"""A year in bars ends with the present month, whatever month that is."""

from datetime import date

import pytest

from service.themes.shown import bars


@pytest.mark.parametrize(("until", "first", "last"), [("2026-01-31", "2025-02", "2026-01"), ("2026-12-01", "2026-01", "2026-12")])
def test_a_year_of_months(until: str, first: str, last: str) -> None:
    found = bars({}, date.fromisoformat(until))
    assert [len(found), found[0].month, found[-1].month] == [12, first, last]


def test_the_greatest_month_of_the_year_is_the_measure() -> None:
    found = bars({"2026-03": 4, "2026-05": 2, "2020-01": 90}, date(2026, 5, 9))
    assert {bar.month: (bar.notes, bar.share) for bar in found if bar.notes} == {"2026-03": (4, 1.0), "2026-05": (2, 0.5)}
