"""Views under names over HTTP: one's own, the team's, renamed and deleted; every one is an address."""

from sqlalchemy import select

from service.reviews.saved import SAVED
from tests.service.reviews.office import Office

QUERY = "queue=uncertain&meta.country=AU"


def views(office: Office) -> list[tuple[str, bool]]:
    return [(row["name"], row["shared"]) for row in office.desk.rows(select(SAVED).order_by(SAVED.c.name))]


def test_a_view_is_saved_and_stands_beside_the_queues(office: Office) -> None:
    office.enter("rita", "reviewer")
    answer = office.post(f"/review/views?{QUERY}", name="Doubts in AU")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/review?{QUERY}")
    assert f'href="/review?{QUERY.replace("&", "&amp;")}" aria-current="page">Doubts in AU' in office.get(f"/review?{QUERY}").text
    office.enter("anna", "reviewer")
    assert "Doubts in AU" not in office.get("/review").text


def test_a_view_of_the_team_is_seen_by_all_and_kept_by_who_leads(office: Office) -> None:
    office.enter("rita", "reviewer")
    assert office.post(f"/review/views?{QUERY}", name="Ours", shared="yes").status_code == 403
    office.enter("lea", "lead")
    office.post(f"/review/views?{QUERY}", name="Ours", shared="yes")
    office.enter("vera", "viewer")
    assert "Ours" in office.get("/review").text
    assert views(office) == [("Ours", True)]


def test_a_view_is_renamed_and_deleted_by_whose_it_is(office: Office) -> None:
    rita = office.enter("rita", "reviewer")
    office.post(f"/review/views?{QUERY}", name="Old")
    [row] = office.desk.rows(select(SAVED))
    office.enter("anna", "reviewer")
    assert [office.post(f"/review/views/{row['id']}/{act}", name="New").status_code for act in ("rename", "delete")] == [404, 404]
    office.sit(rita)
    office.post(f"/review/views/{row['id']}/rename", name="New")
    assert views(office) == [("New", False)]
    assert "New" in office.get("/review/views").text
    office.post(f"/review/views/{row['id']}/delete")
    assert views(office) == []


def test_a_name_that_is_missing_or_taken_is_told(office: Office) -> None:
    office.enter("rita", "reviewer")
    assert office.post(f"/review/views?{QUERY}", name="  ").status_code == 422
    for name in ("One", "Two"):
        office.post(f"/review/views?{QUERY}", name=name)
    [first, _] = office.desk.rows(select(SAVED).order_by(SAVED.c.name))
    told = office.post(f"/review/views/{first['id']}/rename", name="Two")
    assert (told.status_code, "of that name already" in told.text) == (422, True)


def test_what_is_disputed_leads_those_who_lead_to_where_it_is_settled(office: Office) -> None:
    office.desk.double_share = 1.0
    note = office.desk.note("a")
    office.desk.decide("a", "confirm", "anna")
    choice = next(office.desk.definition.of_kind("choice"))
    office.desk.decide("a", "change", "ben", changes={choice.name: choice.names[1]})
    office.enter("lea", "lead")
    assert f'href="/review/adjudicate/{note}?queue=disagree"' in office.get("/review?queue=disagree").text
    office.enter("rita", "reviewer")
    page = office.get("/review?queue=disagree").text
    assert (f'href="/review/notes/{note}' in page, "adjudicate" in page, "/review/bulk" in page) == (True, False, False)
