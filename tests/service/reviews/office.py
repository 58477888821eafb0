"""A service on a database that a desk has filled, and a browser without script at which anybody may sit."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from starlette.testclient import TestClient

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.accounts.browser import SESSION
from service.accounts.visitor import Visitor
from service.app import create_app
from service.database import Database
from service.reviews.store import REVIEWS
from service.settings import Settings
from tests.service.accounts.walk import signed_in
from tests.service.people.conftest import HERE
from tests.service.reviews.desk import Desk

HIDDEN = re.compile(r'<input type="hidden" name="(version_id|judgement_id|revision|opened_at|act)" value="([^"]*)"')
CHECKED = re.compile(r'<input id="[^"]*" type="(?:checkbox|radio)" name="([^"]*)" value="([^"]*)" checked')


@dataclass
class Office:
    """A service on a database that a desk has filled, and a browser that anybody may sit at."""

    desk: Desk
    browser: TestClient
    visitor: Visitor | None = None

    def enter(self, login: str, *roles: str, **more: Any) -> Visitor:
        self.visitor = signed_in(self.desk.database, login, *roles, **more)
        return self.sit(self.visitor)

    def sit(self, visitor: Visitor) -> Visitor:
        self.visitor = visitor
        self.browser.cookies.clear()
        self.browser.cookies.set(SESSION, visitor.token or "")
        return visitor

    def get(self, path: str) -> Any:
        return self.browser.get(path)

    def post(self, path: str, **form: str) -> Any:
        token = self.visitor.csrf if self.visitor else ""
        return self.browser.post(path, data={"csrf": token, **form}, headers={"Origin": HERE})

    def form(self, path: str) -> dict[str, str]:
        """What the form of a note's page holds as it comes."""
        page = self.get(path)
        assert page.status_code == 200
        body = page.text.partition('id="decide"')[2]
        return {**dict(HIDDEN.findall(body)), **dict(CHECKED.findall(body))}

    def reviews(self) -> list[Any]:
        return list(self.desk.rows(select(REVIEWS).order_by(REVIEWS.c.id)))


@contextmanager
def opened(settings: Settings, predictor: Predictor, database: Database, definition: Definition) -> Iterator[Office]:
    app = create_app(settings, predictor, database=database)
    with TestClient(app, base_url=HERE, client=("203.0.113.7", 50000), follow_redirects=False) as browser:
        yield Office(Desk(database, definition), browser)


def path_of(note_id: str, query: str = "queue=newest") -> str:
    return f"/review/notes/{note_id}" + (f"?{query}" if query else "")
