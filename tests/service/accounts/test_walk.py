"""Every route of the real application, walked as every role, as nobody, and as a foreign page would make a browser walk it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from insight_classifier.predictor import Predictor
from service.accounts.entrance import LOGIN, LOGOUT
from service.accounts.reception import OPEN_PAGES
from service.accounts.roles import ROLES
from service.app import create_app
from service.database import Database
from service.people.addresses import OPEN, Addresses
from service.people.door import BY_SCOPE, PAGES, make_door
from service.settings import Settings
from tests.service.accounts.walk import MAY, MAY_NOT, NOBODY, SIGN_IN, Step, called, signed_in, steps, went
from tests.service.people.conftest import HERE
from tests.service.people.test_door import make_key


@dataclass
class Walk:
    database: Database
    app: FastAPI
    browser: TestClient
    steps: list[Step]

    @property
    def pages(self) -> list[Step]:
        return [step for step in self.steps if step.is_page]


@pytest.fixture
def walk(settings: Settings, predictor: Predictor, sqlite_url: str) -> Iterator[Walk]:
    with Database(sqlite_url) as database:
        app = create_app(settings, predictor, database=database)
        with TestClient(app, base_url=HERE, client=("127.0.0.1", 50000)) as browser:
            yield Walk(database, app, browser, list(steps(app, PAGES)))


def test_every_role_gets_where_it_may_and_nowhere_else(walk: Walk) -> None:
    wrong = {}
    for role in ROLES:
        for number, step in enumerate(walk.pages):
            visitor = signed_in(walk.database, f"{role}{number}", role)
            if (found := went(walk.browser, step, visitor)) != step.expected(role):
                wrong[role, step.method, step.path] = found
    assert walk.pages
    assert wrong == {}


def test_nobody_gets_anywhere_once_there_is_an_account(walk: Walk) -> None:
    signed_in(walk.database, "rita", "viewer")
    assert {(step.path, step.expected(NOBODY) == went(walk.browser, step)) for step in walk.pages} == {(s.path, True) for s in walk.pages}


def test_without_any_account_this_machine_goes_everywhere(walk: Walk) -> None:
    assert {went(walk.browser, step) for step in walk.pages} == {"may"}


def test_a_form_without_the_sessions_token_changes_nothing(walk: Walk) -> None:
    visitors = [signed_in(walk.database, f"all{number}", *ROLES) for number in (1, 2)]
    changing = [step for step in walk.pages if step.changes]
    assert {went(walk.browser, step, visitors[0], csrf=token) for step in changing for token in ("", visitors[1].csrf)} == {MAY_NOT}
    assert changing


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:9", f"{HERE}.evil.example"])
def test_a_form_of_a_foreign_page_changes_nothing(walk: Walk, origin: str) -> None:
    visitor = signed_in(walk.database, "all", *ROLES)
    assert {went(walk.browser, step, visitor, origin=origin) for step in walk.pages if step.changes} == {MAY_NOT}


def test_a_session_opens_no_address_of_programs(walk: Walk, settings: Settings) -> None:
    visitor, scopes = signed_in(walk.database, "all", *ROLES), make_door(walk.database, settings).addresses
    programs = [step for step in walk.steps if not step.is_page and scopes.scope(step.method, step.path) != OPEN]
    assert {(step.method, step.path): went(walk.browser, step, visitor) for step in programs} == {
        (step.method, step.path): SIGN_IN for step in programs
    }


def test_a_page_that_the_door_does_not_list_is_found(walk: Walk) -> None:
    is_open = Addresses(dict.fromkeys(OPEN_PAGES, "open"), unlisted=OPEN)
    missing = [step for step in walk.steps if step.for_people and not step.is_page and not is_open.scope(step.method, step.path)]
    assert missing == []
    assert any(step.for_people for step in walk.steps)


@pytest.mark.parametrize("scope", BY_SCOPE)
def test_a_key_opens_the_addresses_of_its_scope_and_no_other(walk: Walk, settings: Settings, scope: str) -> None:
    scopes, key = make_door(walk.database, settings).addresses, make_key(walk.database, scope)
    wrong = {}
    for step in (step for step in walk.steps if step.path not in (LOGIN, LOGOUT)):  # where a key is not looked at
        needed = scopes.scope(step.method, step.path)
        through = MAY if needed in (OPEN, scope) else MAY_NOT
        expected = SIGN_IN if through == MAY and step.for_people and step.is_page else through  # a key is no person
        if (found := called(walk.browser, step, key)) != expected:
            wrong[step.method, step.path] = found
    assert wrong == {}
