"""Which account a browser is signed in to: a query for each page, so that signing out counts at once and in every process."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

from starlette.requests import HTTPConnection

from service.accounts.browser import Browser
from service.accounts.sessions import SEEN_EVERY, Spans, find, mark_seen
from service.accounts.store import account_of_row
from service.accounts.tokens import hash_of
from service.accounts.visitor import Visitor
from service.database import Database, now
from service.errors import StorageUnavailable


class Visits:
    """Looks up sessions; begins and ends none."""

    def __init__(self, database: Database, browser: Browser, spans: Spans, *, now: Callable[[], datetime] = now) -> None:
        self.database, self.browser, self.spans, self.now = database, browser, spans, now

    async def visitor(self, connection: HTTPConnection) -> Visitor | None:
        """Who is signed in, None for nobody. Raises StorageUnavailable."""
        token = self.browser.cookie(connection)
        if token is None:
            return None
        digest, at = hash_of(token), self.now()
        row = await self.database.read_async(lambda connection: find(connection, digest, at, self.spans))
        if row is None:
            return None
        if row.seen_at <= at - SEEN_EVERY:
            with suppress(StorageUnavailable):  # that it cannot be told is no reason to refuse the person
                self.database.submit(partial(mark_seen, digest=digest, at=at))
        return Visitor(account_of_row(row), token)
