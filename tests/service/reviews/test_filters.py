"""The address of a page: what it says is kept, and each thing can be taken away."""

import pytest

from insight_classifier.definition import Definition
from service.errors import RequestError
from service.reviews.filters import chips, others, read_asked, selects, tabs
from service.reviews.queues import QUEUES


def test_the_address_always_names_its_queue(definition: Definition) -> None:
    assert read_asked("", definition).query == "queue=newest"
    assert read_asked("queue=mine&q=renal", definition).query == "queue=mine&q=renal"
    assert [read_asked(query, definition).working for query in ("", "queue=newest")] == [False, True]


def test_every_chip_takes_away_what_it_says(definition: Definition) -> None:
    query = "queue=mine&q=renal&min_probability=0.0&author=msl-7&author%21=msl-8&meta.country=DE&seed=s"
    view = read_asked(query, definition).view
    found = chips(view, definition)
    assert len(found) == 6
    for chip in found:
        assert len(chips(read_asked(chip.query, definition).view, definition)) == 5


def test_tabs_keep_the_filters(definition: Definition) -> None:
    found = tabs(read_asked("queue=mine&author=msl-7", definition).view)
    assert len(found) == len(QUEUES)
    assert all("author=msl-7" in query for _, _, query, _ in found)
    assert [title for title, _, _, current in found if current] == [QUEUES["mine"].title]


def test_a_form_loses_nothing_that_it_has_no_control_for(definition: Definition) -> None:
    label = definition.label.met
    view = read_asked(f"author=msl-7&label%21={label}&meta.team=a&meta.team=b", definition).view
    offered = [one.name for one in selects(view, definition, {"team": ["a", "b"]})]
    assert sorted(others(view, offered)) == [("author", "msl-7"), ("label!", label), ("meta.team", "a"), ("meta.team", "b")]


def test_too_much_at_once_is_refused(definition: Definition) -> None:
    with pytest.raises(RequestError, match="too much"):
        read_asked("&".join(["q=a"] * 201), definition)
