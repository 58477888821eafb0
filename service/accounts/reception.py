"""Everything of accounts that the door wires: who is signed in, and the pages to sign in and out at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from fastapi import FastAPI

from service.accounts.browser import Browser
from service.accounts.entrance import ACCOUNT, LOGIN, LOGOUT, Entrance
from service.accounts.pages import account_routes
from service.accounts.passwords import Passwords
from service.accounts.sessions import Spans
from service.accounts.signing_in import SignIn
from service.accounts.visits import Visits
from service.database import Database
from service.rendering import Rendering
from service.settings import Settings

OPEN_PAGES = (LOGIN,)
PAGES: Mapping[str, str] = {ACCOUNT: "account", LOGOUT: "account"}  # the permission that each takes


@dataclass(frozen=True)
class Reception:
    """Pages use `rendering`: its route class shows what they raise, its `page` renders a template."""

    entrance: Entrance
    sign_in: SignIn

    @property
    def rendering(self) -> Rendering:
        return self.entrance.rendering

    def add_to(self, app: FastAPI) -> None:
        app.include_router(account_routes(self.entrance, self.sign_in))


def make_reception(database: Database, settings: Settings) -> Reception:
    """The reception of a service with these settings."""
    spans = Spans(timedelta(hours=settings.session_hours), timedelta(days=settings.session_days))
    visits = Visits(database, Browser(settings.public_url), spans)
    return Reception(Entrance(visits, Rendering()), SignIn(database, Passwords(), spans))
