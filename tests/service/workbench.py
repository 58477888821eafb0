"""A filled workbench behind a real server, for the tests that span pages: whatever page the application serves is among `pages`."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from fastapi import FastAPI
from playwright.sync_api import APIResponse, Browser, BrowserContext
from sqlalchemy import select

from insight_classifier.definition import Definition
from insight_classifier.measures.emergence import Emergence
from insight_classifier.measures.theme import ThemeNote
from insight_classifier.measures.themes import themes
from insight_classifier.predictor import Predictor
from service.accounts.browser import SESSION
from service.accounts.roles import ROLES
from service.accounts.visitor import Visitor
from service.app import create_app
from service.database import Database, now
from service.people.door import PAGES
from service.safety.tables import Item
from service.settings import Settings
from service.themes.store import begin, keep
from tests.service.accounts.walk import signed_in, steps
from tests.service.conftest import HARM, running
from tests.service.reviews.desk import Desk, every_check
from tests.service.reviews.test_store import answer

AUTHOR = "msl-7"
HOSTILE = "<script>document.title='broken'</script><b>not bold</b> 🧪 & \"quoted\" " + "unbreakable" * 40

BESIDES = ("/review?q=nothingislikethis", "/review?author=nobody&q=clinic", "/review/notes/unknown", "/?try=unknown")


@dataclass(frozen=True)
class Workbench:
    """`examples`: what to put into a page's address, by the name of the parameter, or by the whole address."""

    app: FastAPI
    address: str
    visitor: Visitor
    examples: Mapping[str, str]

    def pages(self, context: BrowserContext) -> list[str]:
        """The address of each whole page, as its route tells of it, and of what pages say where nothing is found."""
        routes = sorted({step.path for step in steps(self.app, PAGES) if step.method == "GET" and step.is_page})
        return [address for address in (*map(self._example, routes), *BESIDES) if _is_page(context.request.get(address))]

    def _example(self, path: str) -> str:
        """With an example in each parameter. Raises KeyError where there is none: `fill` gives them."""
        return self.examples.get(path) or re.sub(r"\{(\w+)[^}]*\}", lambda found: self.examples[found[1]], path)

    def context(self, chromium: Browser, *, width: int = 1440, height: int = 900, **options: Any) -> BrowserContext:
        """A browser in which somebody with every role is signed in."""
        context = chromium.new_context(base_url=self.address, viewport={"width": width, "height": height}, **options)
        context.add_cookies([{"name": SESSION, "value": self.visitor.token or "", "url": self.address}])
        return context


def _is_page(answer: APIResponse) -> bool:
    """Rather than a part of one, or a file."""
    return answer.headers["content-type"].startswith("text/html") and "<html" in answer.text()


@contextmanager
def workbench(settings: Settings, predictor: Predictor, url: str) -> Iterator[Workbench]:
    """On an empty, migrated database."""
    with Database(url) as database:
        app = create_app(settings, predictor, database=database)
        with running(app) as address:
            examples = fill(database, predictor.definition, address)
            visitor = signed_in(database, "rita", *ROLES, author=AUTHOR)
            yield Workbench(app, address, visitor, {**examples, "bulk_id": skip_all(address, visitor)})


def fill(database: Database, definition: Definition, address: str) -> dict[str, str]:
    """Notes of two authors, one that is markup, one with a safety item, two decisions that differ; examples for the pages' addresses."""
    desk = Desk(database, definition)
    other = desk.note("a", *every_check(definition)[:1], metadata={"author": "msl-8", "hcp": "dr-1"})
    note = desk.note("b", *every_check(definition), level=1, metadata={"author": AUTHOR, "hcp": "dr-1"})
    desk.note("c", text=HOSTILE)
    desk.decide("b", "confirm")
    desk.decide("b", "change", "bert", answer=answer(desk))
    httpx2.post(f"{address}/v1/score", json={"text": HARM, "metadata": {"author": AUTHOR}}).raise_for_status()
    with database.read() as connection:
        item = connection.execute(select(Item.id)).scalars().first()
    return {
        "note_id": note,
        "other": other,
        "item_id": str(item),
        "theme_id": grouped(database, note, other),
        "fingerprint": definition.fingerprint,
        "/review/export/setup/{name}": "/review/export/setup/label-studio",
    }


def grouped(database: Database, *note_ids: str) -> str:
    """A theme that is emerging, of these notes and one that is gone; its id."""
    words = (
        "Renal clearance slows titration in Lyon clinics.",
        "Renal clearance slows titration, insurers object.",
        "Renal clearance, Ghent.",
    )
    found = themes([ThemeNote(name, text, author=name) for name, text in zip((*note_ids, "gone"), words, strict=True)])
    told = {theme.id: Emergence(3, 1, 0.5, 0.0001, emerging=True) for theme in found.themes}
    database.write(lambda connection: keep(connection, str(begin(connection, now())), found, told, now()))
    return found.themes[0].id


def skip_all(address: str, visitor: Visitor) -> str:
    """Does one thing to all notes; its id."""
    form = {"csrf": visitor.csrf, "act": "skip", "expected": "0"}
    headers = {"Origin": address, "Cookie": f"{SESSION}={visitor.token}"}
    answer = httpx2.post(f"{address}/review/bulk?q=nothingislikethis", data=form, headers=headers)
    return answer.headers["location"].rpartition("/")[2]
