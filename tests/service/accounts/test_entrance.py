"""Who comes to a page, with what cookie, from which page; and how whoever may not is told."""

import pytest
from starlette.testclient import TestClient

from service.database import Database
from tests.service.accounts.conftest import ELSEWHERE, ORIGIN, House, csrf, sign_in
from tests.service.people.conftest import HERE
from tests.service.people.conftest import House as Keys

LOCAL = ("127.0.0.1", 50000)
PUBLIC = "https://insight.example.com"


def test_this_machine_needs_no_account_until_there_is_one(house: House) -> None:
    with house.browser(LOCAL) as here, house.browser() as elsewhere:
        assert (here.get("/work").text, elsewhere.get("/work").status_code) == ("local", 303)
        assert "No account is needed yet" in here.get("/account").text
        house.account()
        house.clock.move(seconds=6)
        assert here.get("/work").status_code == 303


def test_a_key_ends_that_too(house: House) -> None:
    Keys(house.database, house.clock).key("score")
    with house.browser(LOCAL) as here:
        assert here.get("/work").headers["location"].startswith("/login")


def test_an_account_ends_what_programs_may_without_a_key(house: House) -> None:
    with house.browser(LOCAL) as here:
        assert here.get("/v1/keys").status_code == 200
        house.account()
        house.clock.move(seconds=6)
        assert here.get("/v1/keys").status_code == 401


def test_whose_roles_do_not_allow_it_is_told_which_do(on_sqlite: House) -> None:
    on_sqlite.account("vera@example.com", "viewer")
    with on_sqlite.browser() as browser:
        sign_in(browser, "vera@example.com")
        answer = browser.get("/work")
    assert (answer.status_code, "takes one of the roles reviewer, lead" in answer.text) == (403, True)
    assert answer.headers["content-type"].startswith("text/html")
    assert "Sign out" in answer.text


@pytest.mark.parametrize("header", ["X-Fragment", "HX-Request"])
def test_a_script_is_told_in_json_that_the_session_has_ended(on_sqlite: House, header: str) -> None:
    with on_sqlite.browser() as browser:
        for answer in (browser.get("/work", headers={header: "1"}), browser.post("/work", headers={header: "1", **ORIGIN})):
            assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")


def test_a_form_after_the_session_has_ended_is_told_that_nothing_was_stored(on_sqlite: House) -> None:
    with on_sqlite.browser() as browser:
        answer = browser.post("/work", data={"x": "typed"}, headers=ORIGIN)
    assert (answer.status_code, "Nothing of it was stored" in answer.text) == (401, True)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": HERE}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 200),
        ({}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": HERE, "Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_a_request_comes_from_a_page_of_ours(rita: TestClient, headers: dict[str, str], status: int) -> None:
    assert rita.post("/work", headers=headers).status_code == status
    assert rita.post("/login", data={"login": "x", "password": "y"}, headers=headers).status_code == (401 if status == 200 else 403)


def test_a_foreign_page_does_not_use_the_open_door_of_this_machine(on_sqlite: House) -> None:
    with on_sqlite.browser(LOCAL) as here:
        assert here.post("/work").status_code == 200
        assert here.post("/work", headers={"Origin": "https://evil.example"}).status_code == 403


def test_over_tls_the_cookie_is_bound_to_this_host(sqlite_url: str) -> None:
    with Database(sqlite_url) as database:
        house = House(database, public=PUBLIC)
        house.account()
        with house.browser() as browser:  # a proxy has taken the TLS away
            given = sign_in(browser, Origin=PUBLIC).headers["set-cookie"]
    assert given.startswith("__Host-insight_session=")
    assert {part.strip() for part in given.split(";")[1:]} == {"HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=604800"}


def test_over_tls_a_cookie_that_others_can_plant_is_not_looked_at(sqlite_url: str) -> None:
    with Database(sqlite_url) as database:
        house = House(database)
        house.account()
        with house.browser(ELSEWHERE) as browser:
            token = sign_in(browser).cookies["insight_session"]
        with House(database, house.clock, public=PUBLIC).browser(ELSEWHERE) as browser:
            assert browser.get("/work", headers={"Cookie": f"insight_session={token}"}).status_code == 303
            assert browser.get("/work", headers={"Cookie": f"__Host-insight_session={token}"}).status_code == 200


def test_a_browser_may_not_be_kept_from_signing_out_by_its_password(on_sqlite: House) -> None:
    on_sqlite.account(first=True)
    with on_sqlite.browser() as browser:
        sign_in(browser)
        assert browser.post("/logout", data={"csrf": csrf(browser)}, headers=ORIGIN).headers["location"] == "/login?left"


def test_a_page_asks_as_often_as_a_key_may(on_sqlite: House) -> None:
    on_sqlite.account()
    with on_sqlite.browser() as browser:
        sign_in(browser)
        assert {browser.get("/work").status_code for _ in range(101)} == {200, 429}
