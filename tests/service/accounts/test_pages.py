"""Signing in and out and changing a password, over HTTP as a browser does it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from service.accounts.store import disable, reset, set_roles
from service.accounts.tables import SessionRow
from service.audit.tables import AuditRow
from tests.service.accounts.conftest import ORIGIN, PASSWORD, QUICK, WHO, House, change, csrf, show_only, sign_in

NEW = "seven lanterns at dusk"


def acts(house: House) -> list[str]:
    with house.database.read() as connection:
        return list(connection.scalars(select(AuditRow.action).order_by(AuditRow.sequence)))


def test_a_page_leads_to_signing_in_and_on_to_itself(browser: TestClient, house: House) -> None:
    house.account()
    asked = browser.get("/work?view=mine&x=%C3%A9")
    assert (asked.status_code, asked.headers["location"]) == (303, "/login?next=/work%3Fview%3Dmine%26x%3D%25C3%25A9")
    form = browser.get(asked.headers["location"])
    assert 'value="/work?view=mine&amp;x=%C3%A9"' in form.text
    entered = sign_in(browser, going="/work?view=mine&x=%C3%A9")
    assert (entered.status_code, entered.headers["location"]) == (303, "/work?view=mine&x=%C3%A9")
    assert browser.get("/work").text == "rita@example.com"
    assert browser.get("/login").status_code == 303


def test_the_login_is_found_however_it_is_written(browser: TestClient, house: House) -> None:
    house.account("rené.straße@example.com")
    assert sign_in(browser, " Rene\u0301.STRASSE@Example.COM ").status_code == 303


def test_whatever_is_wrong_the_answer_is_the_same(browser: TestClient, house: House) -> None:
    house.account("right@example.com")
    gone, late = house.account("gone@example.com"), house.account("late@example.com", first=True)
    house.database.write(lambda c: disable(c, gone.id, who=WHO, at=house.clock.now()))
    house.clock.move(days=3)
    attempts = [("right@example.com", "wrong"), ("nobody@example.com", PASSWORD), (gone.login, PASSWORD), (late.login, PASSWORD)]
    attempts += [("", PASSWORD), ("right@example.com", ""), ("nul\0@example.com", "nul\0"), ("x" * 300, "x" * 5000)]
    answers = [sign_in(browser, *attempt, **{"X-Request-Id": "r"}) for attempt in attempts]
    said = {(a.status_code, a.text.replace(f'value="{login[:200]}"', "").replace(" autofocus", ""), "set-cookie" in a.headers)
            for a, (login, _) in zip(answers[:4], attempts, strict=False)}  # fmt: skip
    assert [(status, cookie) for status, _, cookie in said] == [(401, False)]
    assert {a.status_code for a in answers} == {401}
    assert acts(house).count("session.refuse") == len(attempts)


def test_the_same_work_is_done_whatever_is_wrong(browser: TestClient, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.account()
    compared: list[str] = []
    verify = house.sign_in.passwords._verify
    monkeypatch.setattr(house.sign_in.passwords, "_verify", lambda known, password: compared.append(known) or verify(known, password))
    for login in ("rita@example.com", "nobody@example.com"):
        sign_in(browser, login, "wrong")
    assert len(compared) == 2
    assert {known.split("$")[3] for known in compared} == {"m=8,t=1,p=1"}


def test_an_account_is_tried_ten_times_a_quarter_of_an_hour(house: House) -> None:
    house.account()
    with house.browser() as one, house.browser(("198.51.100.1", 1)) as other:
        assert {sign_in(one, password="wrong").status_code for _ in range(10)} == {401}
        refused = sign_in(other)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "900")
        assert "Try again in 15 min" in refused.text
        house.clock.move(minutes=15)
        assert sign_in(other).status_code == 303


def test_unknown_logins_are_counted_alike(browser: TestClient) -> None:
    assert [sign_in(browser, "nobody@example.com").status_code for _ in range(11)] == [401] * 10 + [429]


def test_an_address_is_tried_a_hundred_times(on_sqlite: House) -> None:
    on_sqlite.account()
    with on_sqlite.browser(("2001:db8::1", 1)) as one, on_sqlite.browser(("2001:db8::ffff", 1)) as neighbour, on_sqlite.browser() as other:
        assert {sign_in(one, f"nobody{n}@example.com").status_code for n in range(100)} == {401}
        assert [sign_in(browser).status_code for browser in (one, neighbour, other)] == [429, 429, 303]


def test_the_right_password_gives_the_attempts_back(browser: TestClient, house: House) -> None:
    house.account()
    for _ in range(3):
        assert [sign_in(browser, password="wrong").status_code for _ in range(9)] == [401] * 9
        assert sign_in(browser).status_code == 303


def test_a_session_ends_when_it_is_not_used(browser: TestClient, house: House) -> None:
    house.account()
    sign_in(browser)
    for _ in range(3):
        house.clock.move(hours=7)
        assert browser.get("/work").status_code == 200
        house.settle()
    house.clock.move(hours=8)
    assert browser.get("/work").status_code == 303


def test_a_session_ends_after_a_week_in_any_case(browser: TestClient, house: House) -> None:
    house.account()
    sign_in(browser)
    for _ in range(27):
        house.clock.move(hours=6)
        assert browser.get("/work").status_code == 200
        house.settle()
    house.clock.move(hours=6)
    assert browser.get("/work").status_code == 303


def test_signing_in_makes_a_new_session_and_ends_the_one_before(browser: TestClient, house: House) -> None:
    house.account()
    sign_in(browser)
    before = browser.cookies["insight_session"]
    sign_in(browser)
    assert browser.cookies["insight_session"] != before
    show_only(browser, before)
    assert browser.get("/work").status_code == 303


def test_a_planted_session_is_not_taken_over(browser: TestClient, house: House) -> None:
    house.account()
    show_only(browser, "planted")
    assert "planted" not in sign_in(browser).headers["set-cookie"]
    show_only(browser, "planted")
    assert browser.get("/work").status_code == 303


def test_signing_out_ends_the_session_for_good(browser: TestClient, house: House) -> None:
    house.account()
    sign_in(browser)
    kept = browser.cookies["insight_session"]
    left = browser.post("/logout", data={"csrf": csrf(browser)}, headers=ORIGIN)
    assert (left.status_code, left.headers["location"]) == (303, "/login?left")
    show_only(browser, kept)
    assert browser.get("/work").status_code == 303
    assert browser.post("/logout", headers=ORIGIN).headers["location"] == "/login"


@pytest.mark.parametrize(
    "act",
    [
        lambda c, who, at: disable(c, who, who=WHO, at=at),
        lambda c, who, at: set_roles(c, who, ("lead",), who=WHO, at=at),
        lambda c, who, at: reset(c, who, password=QUICK.hash("x"), who=WHO, at=at),
    ],
    ids=["disabled", "other roles", "reset"],
)
def test_whose_account_is_changed_is_signed_out_at_once(browser: TestClient, house: House, act) -> None:
    account = house.account()
    sign_in(browser)
    house.database.write(lambda connection: act(connection, account.id, house.clock.now()))
    assert browser.get("/work").status_code == 303


def test_another_password_signs_out_all_other_browsers(house: House) -> None:
    house.account()
    with house.browser() as one, house.browser() as other:
        sign_in(one), sign_in(other)
        before = one.cookies["insight_session"]
        assert change(one, NEW).headers["location"] == "/account?changed"
        assert (one.get("/work").status_code, other.get("/work").status_code) == (200, 303)
        assert one.cookies["insight_session"] != before
        assert (sign_in(other).status_code, sign_in(other, password=NEW).status_code) == (401, 303)


@pytest.mark.parametrize(
    ("new", "said"),
    [("short", "12 to 256"), ("aaaaaaaaaaaaaaa", "repeats"), ("Rita likes walking", "holds your name"), ("my Password is", "tried first"),
     (PASSWORD, "is the present one"), ("x" * 300, "12 to 256")],
)  # fmt: skip
def test_a_weak_password_is_told_why(rita: TestClient, new: str, said: str) -> None:
    answer = change(rita, new)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert rita.get("/work").status_code == 200


def test_a_new_password_takes_the_present_one_and_the_same_twice(rita: TestClient) -> None:
    assert change(rita, NEW, current="wrong").status_code == 401
    assert change(rita, NEW, again="another one").status_code == 422
    assert {change(rita, NEW, current="wrong").status_code for _ in range(10)} == {401, 429}


def test_a_first_password_opens_nothing_but_its_change(browser: TestClient, house: House) -> None:
    house.account(first=True)
    assert sign_in(browser).headers["location"] == "/account"
    assert browser.get("/work").headers["location"] == "/account"
    assert browser.post("/work", headers=ORIGIN).status_code == 403
    assert "Choose a password of your own" in browser.get("/account").text
    assert change(browser, NEW).headers["location"] == "/"
    assert browser.get("/work").status_code == 200


def test_what_a_form_holds_is_shown_as_typed(browser: TestClient) -> None:
    answer = sign_in(browser, '"><script>alert(1)</script>')
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("going", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:0", "/\t/evil", "", "/é"])
def test_signing_in_never_leads_elsewhere(on_sqlite: House, going: str) -> None:
    on_sqlite.account()
    with on_sqlite.browser() as browser:
        assert sign_in(browser, going=going).headers["location"] == "/"


def test_each_act_is_in_the_audit_without_who_it_is(browser: TestClient, house: House) -> None:
    house.account()
    sign_in(browser, password="wrong"), sign_in(browser), change(browser, NEW)
    browser.post("/logout", data={"csrf": csrf(browser)}, headers=ORIGIN)
    expected = ["account.create", "account.password", "session.refuse", "session.begin", "account.password", "session.begin", "session.end"]
    assert acts(house) == expected
    with house.database.read() as connection:
        told = " ".join(str(row) for row in connection.execute(select(AuditRow.__table__)))
    assert not any(word in told for word in ("rita", "argon2", PASSWORD, NEW))


def test_only_hashes_of_sessions_are_stored_and_old_ones_go(browser: TestClient, house: House) -> None:
    house.account()
    sign_in(browser)
    token = browser.cookies["insight_session"]
    house.clock.move(days=8)
    sign_in(browser)
    with house.database.read() as connection:
        rows = connection.execute(select(SessionRow.__table__)).all()
    assert len(rows) == 1
    assert token not in str(rows)
    assert rows[0].expires_at - rows[0].created_at == timedelta(days=7)
