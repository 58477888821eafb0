"""Whether a database holds the demonstration, and what every page says then."""

from contextlib import suppress

from sqlalchemy import Connection, exists, select
from starlette.requests import Request

from service.accounts.store import DEMONSTRATION
from service.database import Database
from service.errors import StorageUnavailable
from service.notes.store import NOTES


def is_there(connection: Connection) -> bool:
    """Whether there are invented notes."""
    return bool(connection.scalar(select(exists().where(NOTES.c.source == DEMONSTRATION, NOTES.c.erased_at.is_(None)))))


async def looked(database: Database) -> bool:
    """As `is_there`, once, when the service starts; the demonstration comes and goes while it is stopped."""
    with suppress(StorageUnavailable):
        return await database.read_async(is_there)
    return False


def is_shown(request: Request) -> bool:
    """For templates: whether the pages of this application are to say so."""
    return bool(getattr(request.app.state, "demonstration", False))
