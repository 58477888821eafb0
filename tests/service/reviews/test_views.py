"""Views as URLs, saved views, the choices of filters."""

import pytest

from insight_classifier.definition import Definition
from service.errors import RequestError
from service.reviews.queues import QUEUES
from service.reviews.saved import choices, delete_view, save_view, saved_views
from service.reviews.views import View, read_view
from tests.service.reviews.desk import Desk


@pytest.mark.parametrize(
    "query",
    [
        "",
        "queue=audit&seed=may+2026",
        "q=a+%22phrase+here%22+-not&since=2026-01-01&until=2026-02-01",
        "min_probability=0.25&open=any&flagged=yes",
        "criteria=implication&criteria=rationale&criteria%21=external_perspective&meta.country=AU&meta.country=NZ",
        "reviewer=p1&assigned=p2&life=in_plan",
    ],
)
def test_a_view_is_its_url(query: str, definition: Definition):
    view = read_view(query, definition)
    assert read_view(view.to_query(), definition) == view
    assert sorted(view.to_query().split("&")) == sorted(query.split("&"))


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("queue=none", "uncertain"),
        ("colour=red", "no filter"),
        ("criteria=beauty", "rationale"),
        ("since=yesterday", "2026-03-01"),
        ("min_probability=2", "0 to 1"),
        ("max_probability=nan", "0 to 1"),
        ("open=perhaps", "any"),
        ("author=" + "x" * 201, "200"),
        ("&".join(f"meta.m{n}=1" for n in range(31)), "30"),
    ],
)
def test_what_is_no_view_is_told(query: str, told: str, definition: Definition):
    with pytest.raises(RequestError, match=told):
        read_view(query, definition)


def test_checks_are_all_wanted_and_values_of_one_name_are_alternatives(definition: Definition):
    view = read_view("criteria=rationale&criteria=implication&objective=access&objective=safety", definition)
    assert [one.values for one in view.filters] == [("implication",), ("rationale",), ("access", "safety")]


def test_every_queue_says_what_it_is():
    assert all(queue.title and queue.what.endswith(".") and name == queue.name for name, queue in QUEUES.items())
    assert View().described is QUEUES["newest"]


def test_views_are_saved_for_oneself_and_for_the_team(desk: Desk):
    def save(name: str, who: str, query: str = "queue=audit", **more: bool) -> str:
        return desk.database.write(lambda c: save_view(c, name, query, who, desk.definition, desk.later(), **more)).id

    mine, ours = save("mine", "anna"), save(" ours ", "lea", shared=True)
    assert save("mine", "anna", "q=renal&queue=newest") == mine
    with desk.database.read() as connection:
        assert [(view.name, view.query) for view in saved_views(connection, "anna")] == [("mine", "q=renal"), ("ours", "queue=audit")]
        assert [view.name for view in saved_views(connection, "ben")] == ["ours"]
    for view_id, who in ((mine, "ben"), (ours, "anna")):
        with pytest.raises(RequestError, match="no such saved view"):
            desk.database.write(lambda c, v=view_id, w=who: delete_view(c, v, w, desk.later()))
    desk.database.write(lambda c: delete_view(c, ours, "admin", desk.later(), anyones=True))
    with pytest.raises(RequestError, match="no queue"):
        save("wrong", "anna", "queue=none")


def test_filters_offer_the_values_that_notes_have(desk: Desk):
    for name, country in (("a", "NZ"), ("b", "AU"), ("c", "NZ")):
        desk.note(name, metadata={"country": country, "channel": "remote"})
    with desk.database.read() as connection:
        found = choices(connection)
    assert (found["country"], found["channel"], found["team"]) == (["AU", "NZ"], ["remote"], [])
