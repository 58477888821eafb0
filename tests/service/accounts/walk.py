"""Walks every route of an application as every role: a page that is added is walked of itself."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import Connection
from starlette.responses import Response
from starlette.testclient import TestClient

from service.accounts.browser import SAFE_METHODS, SESSION
from service.accounts.entrance import LEFT, LOGIN
from service.accounts.roles import ROLES
from service.accounts.rules import checked
from service.accounts.sessions import Spans, begin
from service.accounts.store import account_of_row, add_account
from service.accounts.tokens import hash_of, new_token
from service.accounts.visitor import Visitor
from service.database import Database, now
from service.people.addresses import OPEN, Addresses
from service.rendering import PageRoute

NOBODY = "nobody"
MAY, MAY_NOT, SIGN_IN = "may", "may not", "sign in first"


@dataclass(frozen=True)
class Step:
    """One method of one route, and the permission that the guard asks for there; "" where no page is listed."""

    method: str
    path: str
    permission: str
    for_people: bool = False  # its errors are pages

    @property
    def is_page(self) -> bool:
        return self.permission != OPEN

    @property
    def address(self) -> str:
        """With something in each parameter."""
        return re.sub(r"\{[^}]*\}", "x", self.path)

    @property
    def changes(self) -> bool:
        return self.method not in SAFE_METHODS

    def expected(self, role: str) -> str:
        """What is to become of a role here."""
        return SIGN_IN if role == NOBODY else MAY if self.permission in ROLES[role].permissions else MAY_NOT


def steps(app: FastAPI, pages: Mapping[str, str]) -> Iterator[Step]:
    """Every method of every route; `pages` as the door lists them."""
    addresses = Addresses(pages, unlisted=OPEN)
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute):
            for method in sorted(context.methods or ()):
                permission = addresses.scope(method, str(context.path))
                yield Step(method, str(context.path), permission, isinstance(route, PageRoute))


def signed_in(database: Database, login: str, *roles: str, author: str | None = None) -> Visitor:
    """A new account with a session; `token` belongs into the cookie, `csrf` into forms."""
    token, at, wish = new_token(), now(), checked(login, None, roles, author)

    def begun(connection: Connection) -> Visitor:
        row = add_account(connection, wish, password=None, who="test", at=at)
        begin(connection, row.id, hash_of(token), at, Spans())
        return Visitor(account_of_row(row), token)

    return database.write(begun)


def went(browser: TestClient, step: Step, visitor: Visitor | None = None, *, csrf: str | None = None, origin: str | None = None) -> str:
    """What became of whoever went there with a form of our own page; `csrf` and `origin` tell of another."""
    browser.cookies.clear()
    if visitor and visitor.token:
        browser.cookies.set(SESSION, visitor.token)
    form = {"csrf": visitor.csrf if visitor and csrf is None else csrf or ""}
    headers = {"Origin": str(browser.base_url) if origin is None else origin}
    answer = browser.request(
        step.method, step.address, data=form if step.changes else None, headers=headers if step.changes else None, follow_redirects=False
    )
    return became(answer)


def called(program: TestClient, step: Step, key: Mapping[str, str]) -> str:
    """What became of a program that went there with a key."""
    program.cookies.clear()
    return became(program.request(step.method, step.address, headers=key, follow_redirects=False))


def became(answer: Response) -> str:
    location = answer.headers.get("location", "")
    if answer.status_code == 401 or (answer.status_code == 303 and location.startswith(LOGIN) and location != LEFT):
        return SIGN_IN
    return MAY_NOT if answer.status_code == 403 else MAY
