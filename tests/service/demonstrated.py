"""The demonstration behind a real server, for pictures that tell something: hundreds of notes, judged by the shipped model."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection, Row, select

from insight_classifier.command import default_model
from insight_classifier.predictor import load_predictor
from service.accounts.roles import ROLES
from service.app import create_app
from service.database import Database, now
from service.demonstration.corpus import choose
from service.demonstration.filling import fill
from service.notes.store import NOTES
from service.reviews.cards import CARDS
from service.reviews.insights import INSIGHTS
from service.safety.tables import Item
from service.settings import Settings
from tests.conftest import DATA
from tests.service.accounts.walk import signed_in
from tests.service.conftest import running
from tests.service.workbench import Workbench, skip_all


@contextmanager
def demonstrated(settings: Settings, url: str) -> Iterator[Workbench]:
    """On an empty, migrated database. Takes half a minute."""
    predictor = load_predictor(default_model(), threads=1)
    with Database(url) as database:
        fill(database, predictor, choose(DATA / "notes", predictor.definition), timedelta(hours=24), now(), lambda done, of: None)
        with database.read() as connection:
            note, examples = told(connection), {"fingerprint": predictor.definition.fingerprint, **examples_of(connection)}
        app = create_app(settings, predictor, database=database)
        with running(app) as address:
            visitor = signed_in(database, "rita", *ROLES, author=note.author)
            yield Workbench(app, address, visitor, {**examples, "note_id": note.id, "bulk_id": skip_all(address, visitor)})


def told(connection: Connection) -> "Row[tuple[str, str]]":
    """A note of whose insight its author was told, the latest."""
    heard = select(NOTES.c.id, NOTES.c.author).join(INSIGHTS, INSIGHTS.c.note_id == NOTES.c.id).where(INSIGHTS.c.answered_at.is_not(None))
    return connection.execute(heard.order_by(NOTES.c.id.desc())).first()


def examples_of(connection: Connection) -> dict[str, str]:
    """A note on which people differ much, and the next item of safety."""
    disputed = connection.scalar(select(CARDS.c.note_id).where(CARDS.c.dispute > 0).order_by(CARDS.c.dispute.desc()))
    item = connection.scalar(select(Item.id).where(Item.acknowledged_at.is_(None)).order_by(Item.due_at))
    setup = "/review/export/setup/{name}"
    return {
        "disputed": str(disputed),
        "/review/adjudicate/{note_id}": f"/review/adjudicate/{disputed}",
        "item_id": str(item),
        setup: "/review/export/setup/label-studio",
    }
