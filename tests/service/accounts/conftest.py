"""The service's pages with accounts on a database of either kind, whose clock the test moves; browsers are signed in by the form."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated

import pytest
from argon2 import PasswordHasher
from fastapi import APIRouter, Depends, FastAPI
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient

from insight_classifier.errors import InsightError
from service.accounts.browser import SESSION, Browser
from service.accounts.entrance import Entrance
from service.accounts.pages import account_routes
from service.accounts.passwords import Passwords
from service.accounts.reception import OPEN_PAGES, PAGES
from service.accounts.rules import Account, checked
from service.accounts.sessions import Spans
from service.accounts.signing_in import SignIn
from service.accounts.store import account_of_row, add_account, set_password
from service.accounts.visitor import require
from service.accounts.visits import Visits
from service.answers import answer_error
from service.database import Database
from service.edge import Edge
from service.people.addresses import OPEN, Addresses
from service.people.guard import Gate, Guard
from service.people.keyring import Keyring
from service.people.rate import Rates
from service.rendering import Rendering
from tests.service.people.conftest import HERE, Clock

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
RITA, PASSWORD, WHO = "rita@example.com", "three quiet harbours", "test"
ELSEWHERE = ("203.0.113.7", 50000)
ORIGIN = {"Origin": HERE}
TOKEN = re.compile(r'name="csrf" value="([0-9a-f]+)"')


@dataclass
class House:
    """The parts, wired as the service wires them; /work takes the permission to review."""

    database: Database
    clock: Clock = field(default_factory=Clock)
    public: str | None = None

    def __post_init__(self) -> None:
        self.spans = Spans()
        self.visits = Visits(self.database, Browser(self.public), self.spans, now=self.clock.now)
        self.sign_in = SignIn(self.database, Passwords(QUICK), self.spans, now=self.clock.now)
        self.keyring = Keyring(self.database, clock=self.clock, now=self.clock.now)
        self.entrance = Entrance(self.visits, Rendering())

    def account(self, login: str = RITA, *roles: str, password: str = PASSWORD, first: bool = False, author: str | None = None) -> Account:
        """A new account in the database, whose person has chosen a password."""
        wish, hashed, at = checked(login, None, roles or ("reviewer",), author), QUICK.hash(password), self.clock.now()
        row = self.database.write(lambda c: add_account(c, wish, password=hashed, who=WHO, at=at))
        if not first:
            row = self.database.write(lambda c: set_password(c, row.id, password=hashed, who=WHO, at=at))
        return account_of_row(row)

    def app(self) -> FastAPI:
        app = FastAPI()
        addresses = Addresses({**dict.fromkeys(OPEN_PAGES, OPEN), "/v1/keys": "admin", "/work": "review"})
        pages = Addresses({**PAGES, "/work": "review"}, unlisted=OPEN)
        gate = Gate(self.keyring, Rates(600, clock=self.clock), listening="127.0.0.1")
        app.add_middleware(Guard, gate=gate, addresses=addresses, pages=pages, entrance=self.entrance)
        app.add_middleware(Edge)
        app.add_exception_handler(InsightError, answer_error)
        app.include_router(account_routes(self.entrance, self.sign_in))
        app.include_router(self._working())
        return app

    def settle(self) -> None:
        """Whatever was queued is stored."""
        self.database.write(lambda connection: None)

    @contextmanager
    def browser(self, client: tuple[str, int] = ELSEWHERE, base_url: str = HERE) -> Iterator[TestClient]:
        """Nobody is signed in yet; redirects are shown, not followed."""
        with TestClient(self.app(), base_url=base_url, client=client, follow_redirects=False) as browser:
            yield browser

    def _working(self) -> APIRouter:
        router = APIRouter(route_class=self.entrance.rendering.route_class())

        @router.api_route("/work", methods=["GET", "POST"])
        async def work(account: Annotated[Account, Depends(require("review"))]) -> Response:
            return PlainTextResponse(account.login)

        @router.get("/v1/keys")
        async def keys() -> str:
            return "keys"

        return router


def sign_in(browser: TestClient, login: str = RITA, password: str = PASSWORD, going: str = "/work", **headers: str) -> Response:
    """Send the form of /login."""
    return browser.post("/login", data={"login": login, "password": password, "next": going}, headers={**ORIGIN, **headers})


def csrf(browser: TestClient) -> str:
    """The token that a page of a signed-in browser holds."""
    found = TOKEN.search(browser.get("/account").text)
    assert found
    return found.group(1)


def show_only(browser: TestClient, token: str) -> None:
    """From now on the browser sends this session's cookie."""
    browser.cookies.clear()
    browser.cookies.set(SESSION, token)


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


@pytest.fixture
def on_sqlite(sqlite_url: str) -> Iterator[House]:
    """For what does not depend on the kind of database."""
    with Database(sqlite_url) as database:
        yield House(database)


@pytest.fixture
def browser(house: House) -> Iterator[TestClient]:
    with house.browser() as browser:
        yield browser


@pytest.fixture
def rita(on_sqlite: House) -> Iterator[TestClient]:
    """A browser in which a reviewer is signed in."""
    on_sqlite.account()
    with on_sqlite.browser() as browser:
        assert sign_in(browser).status_code == 303
        yield browser


def change(browser: TestClient, new: str, current: str = PASSWORD, again: str | None = None) -> Response:
    form = {"csrf": csrf(browser), "current": current, "new": new, "again": new if again is None else again}
    return browser.post("/account", data=form, headers=ORIGIN)
