"""Signing in through a provider: the whole way over HTTP, and everything that can be wrong with what it sends."""

from collections.abc import Callable, Iterator

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from sqlalchemy import select
from starlette.responses import Response
from starlette.testclient import TestClient

from service.accounts.claims import Mapped
from service.accounts.federation import Federation
from service.accounts.oidc_pages import oidc_routes
from service.accounts.provider import Provider
from service.accounts.store import by_login, disable
from service.accounts.tables import AccountRow
from service.database import Database
from tests.service.accounts.conftest import ELSEWHERE, RITA, WHO, House, sign_in
from tests.service.accounts.provider import CLIENT, SECRET, Claims, SmallProvider
from tests.service.people.conftest import HERE

ROLES = {"insight-reviewers": "reviewer", "insight-leads": "lead", "insight-admins": "admin"}


@pytest.fixture
def provider() -> Iterator[SmallProvider]:
    provider = SmallProvider()
    yield provider
    provider.close()


def browser_of(house: House, provider: SmallProvider, **mapped: object) -> TestClient:
    app = house.app()
    client = Provider(provider.issuer, CLIENT, SECRET, clock=house.clock)
    app.include_router(oidc_routes(house.entrance, Federation(house.sign_in, Mapped(ROLES, **mapped)), client, HERE))
    return TestClient(app, base_url=HERE, client=ELSEWHERE, follow_redirects=False)


@pytest.fixture
def browser(on_sqlite: House, provider: SmallProvider) -> Iterator[TestClient]:
    with browser_of(on_sqlite, provider) as browser:
        yield browser


def enter(browser: TestClient, provider: SmallProvider, going: str = "/work") -> Response:
    """To the provider and back."""
    return browser.get(provider.go(browser.get("/login/oidc", params={"next": going}).headers["location"]))


def rows(database: Database) -> list:
    with database.read() as connection:
        return list(connection.execute(select(AccountRow.__table__)).all())


def test_a_person_of_the_right_group_comes_in(house: House, provider: SmallProvider) -> None:
    house.account("somebody@else.example")
    with browser_of(house, provider) as browser:
        entered = enter(browser, provider, "/work?a=1")
        assert (entered.status_code, entered.headers["location"]) == (303, "/work?a=1")
        assert browser.get("/work").text == RITA
        assert "Change the password" not in browser.get("/account").text
        assert sign_in(browser, RITA, "").status_code == 401
    with house.database.read() as connection:
        row = by_login(connection, RITA)
    assert row
    assert (row.name, row.roles, row.password, row.subject) == ("Rita Moss", "reviewer", None, "u-17")


def test_the_second_time_it_is_the_same_account_with_the_roles_of_today(browser, provider: SmallProvider, on_sqlite: House) -> None:
    enter(browser, provider)
    provider.person |= {"groups": ["insight-leads", "insight-admins"], "email": "new@example.com", "email_verified": False}
    assert enter(browser, provider).status_code == 303
    (row,) = rows(on_sqlite.database)
    assert (row.login, row.roles) == (RITA, "lead admin")


def test_a_verified_address_finds_its_account_and_ends_its_password(browser, provider: SmallProvider, on_sqlite: House) -> None:
    account = on_sqlite.account(RITA, "viewer", first=True)
    assert enter(browser, provider).status_code == 303
    assert browser.get("/work").status_code == 200
    (row,) = rows(on_sqlite.database)
    assert (row.id, row.roles, row.password, row.must_change) == (account.id, "reviewer", None, False)


@pytest.mark.parametrize("verified", [{"email_verified": False}, {"email_verified": None}, {"email_verified": "true"}, {"email": None}])
def test_an_address_that_is_not_verified_opens_no_account(browser, provider: SmallProvider, on_sqlite: House, verified: Claims) -> None:
    on_sqlite.account(RITA, "admin")
    provider.person |= verified
    answer = enter(browser, provider)
    assert (answer.status_code, "does not stand for your e-mail address" in answer.text) == (401, True)
    assert [row.subject for row in rows(on_sqlite.database)] == [None]


@pytest.mark.parametrize(("said", "status"), [({}, 303), ({"email_verified": False}, 401)])
def test_a_provider_that_marks_no_address_can_be_trusted(on_sqlite: House, provider: SmallProvider, said: Claims, status: int) -> None:
    del provider.person["email_verified"]
    provider.person |= said
    with browser_of(on_sqlite, provider, emails_trusted=True) as browser:
        assert enter(browser, provider).status_code == status


def test_the_author_is_known_by_a_claim(on_sqlite: House, provider: SmallProvider) -> None:
    provider.person["crm_id"] = "005xx"
    with browser_of(on_sqlite, provider, author_claim="crm_id") as browser:
        enter(browser, provider)
    assert rows(on_sqlite.database)[0].author == "005xx"


def test_without_a_group_nobody_comes_in(browser, provider: SmallProvider, on_sqlite: House) -> None:
    for groups in (["staff"], [], None, "staff", [7], {"insight-admins": 1}):
        provider.person["groups"] = groups
        assert enter(browser, provider).status_code == 403
    assert rows(on_sqlite.database) == []


def test_a_disabled_account_stays_shut(browser, provider: SmallProvider, on_sqlite: House) -> None:
    enter(browser, provider)
    (row,) = rows(on_sqlite.database)
    on_sqlite.database.write(lambda c: disable(c, row.id, who=WHO, at=on_sqlite.clock.now()))
    assert enter(browser, provider).status_code == 401
    assert browser.get("/work").status_code == 303


def test_another_person_with_the_same_address_does_not_take_the_account(browser, provider: SmallProvider) -> None:
    enter(browser, provider)
    provider.person["sub"] = "u-18"
    assert enter(browser, provider).status_code == 401


MISTAKES: dict[str, Callable[[Claims], object]] = {
    "wrong nonce": lambda claims: claims.update(nonce="another"),
    "no nonce": lambda claims: claims.pop("nonce"),
    "expired": lambda claims: claims.update(exp=claims["iat"] - 61),
    "no end": lambda claims: claims.pop("exp"),
    "of tomorrow": lambda claims: claims.update(iat=claims["iat"] + 86_400, exp=claims["exp"] + 86_400),
    "wrong audience": lambda claims: claims.update(aud="another"),
    "for several": lambda claims: claims.update(aud=[CLIENT, "another"]),
    "given to another": lambda claims: claims.update(aud=[CLIENT, "another"], azp="another"),
    "wrong issuer": lambda claims: claims.update(iss="https://evil.example"),
    "nobody": lambda claims: claims.pop("sub"),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_token_that_is_wrong_opens_nothing(browser, provider: SmallProvider, on_sqlite: House, mistake) -> None:
    provider.mistake = mistake
    assert enter(browser, provider).status_code == 401
    assert rows(on_sqlite.database) == []
    assert browser.get("/work").status_code == 303


@pytest.mark.parametrize("kind", ["another key", "none", "shared secret", "no token"])
def test_a_token_that_the_provider_did_not_sign_opens_nothing(browser, provider: SmallProvider, on_sqlite: House, kind: str) -> None:
    forger = SmallProvider()
    signs = {
        "another key": forger.sign,
        "none": lambda claims: jwt.encode({"alg": "none"}, claims, provider.key, algorithms=["none"]),
        "shared secret": lambda claims: jwt.encode({"alg": "HS256", "kid": provider.key.kid}, claims, OctKey.import_key("k" * 32)),
        "no token": lambda claims: "not.a.token",
    }
    provider.sign = signs[kind]  # type: ignore[method-assign]
    assert enter(browser, provider).status_code == 401
    assert rows(on_sqlite.database) == []
    forger.close()


def test_a_new_key_of_the_provider_is_learnt(browser, provider: SmallProvider, on_sqlite: House) -> None:
    assert enter(browser, provider).status_code == 303
    provider.rotate()
    on_sqlite.clock.move(seconds=11)
    assert enter(browser, provider).status_code == 303


def test_tokens_of_unknown_keys_do_not_make_us_flood_the_provider(browser, provider: SmallProvider) -> None:
    provider.mistake = lambda claims: claims.update(nonce="another")
    for _ in range(5):
        enter(browser, provider)
    assert provider.asked.count("/keys") == 1


def test_what_did_not_begin_in_this_browser_goes_no_further(on_sqlite: House, provider: SmallProvider) -> None:
    with browser_of(on_sqlite, provider) as victim, browser_of(on_sqlite, provider) as attacker:
        back = provider.go(attacker.get("/login/oidc").headers["location"])
        assert victim.get(back).status_code == 401
        victim.get("/login/oidc")
        assert victim.get(back).status_code == 401
        assert attacker.get(back).status_code == 303
        assert attacker.get(back).status_code == 401  # nor twice


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x&code=x", "?error=access_denied"])
def test_a_way_back_from_nowhere_is_told(browser: TestClient, query: str) -> None:
    assert browser.get(f"/login/oidc/callback{query}").status_code == 401


def test_a_code_that_the_provider_does_not_know_opens_nothing(browser, provider: SmallProvider) -> None:
    back = provider.go(browser.get("/login/oidc").headers["location"])
    provider.codes.clear()
    assert browser.get(back).status_code == 401


def test_a_provider_that_is_gone_is_told_and_passwords_go_on(browser, provider: SmallProvider, on_sqlite: House) -> None:
    on_sqlite.account()
    provider.close()
    answer = browser.get("/login/oidc")
    assert (answer.status_code, "cannot be reached" in answer.text, "retry-after" in answer.headers) == (503, True, True)
    assert sign_in(browser).status_code == 303


@pytest.mark.parametrize("described", [{"issuer": "https://evil.example"}, {"token_endpoint": None}, {"jwks_uri": "ftp://x/keys"}])
def test_a_description_that_does_not_fit_is_told(browser, provider: SmallProvider, described: Claims) -> None:
    provider.described = described
    assert browser.get("/login/oidc").status_code == 503


def test_it_never_leads_elsewhere(browser, provider: SmallProvider) -> None:
    assert enter(browser, provider, "https://evil.example").headers["location"] == "/"
