"""Everything of accounts that the door wires: who is signed in, and the pages to sign in and out at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, FastAPI

from insight_classifier.errors import ConfigError
from service.accounts.browser import Browser
from service.accounts.claims import Mapped
from service.accounts.entrance import ACCOUNT, LOGIN, LOGOUT, Entrance
from service.accounts.federation import Federation
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
    by_provider: APIRouter | None = None

    @property
    def rendering(self) -> Rendering:
        return self.entrance.rendering

    def add_to(self, app: FastAPI) -> None:
        app.include_router(account_routes(self.entrance, self.sign_in, provider=self.by_provider is not None))
        if self.by_provider:
            app.include_router(self.by_provider)


def make_reception(database: Database, settings: Settings) -> Reception:
    """The reception of a service with these settings. Raises ConfigError."""
    spans = Spans(timedelta(hours=settings.session_hours), timedelta(days=settings.session_days))
    visits = Visits(database, Browser(settings.public_url), spans)
    entrance, sign_in = Entrance(visits, Rendering()), SignIn(database, Passwords(), spans)
    return Reception(entrance, sign_in, _by_provider(entrance, sign_in, settings))


def _by_provider(entrance: Entrance, sign_in: SignIn, settings: Settings) -> APIRouter | None:
    """The routes to the OpenID provider, where there is one. Imported only then: it takes the extra oidc."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None or settings.public_url is None:
        return None
    try:
        from service.accounts.oidc_pages import oidc_routes
        from service.accounts.provider import Provider
    except ImportError as problem:
        raise ConfigError("INSIGHT_OIDC_ISSUER takes the extra oidc: pip install 'insight-classifier[service,oidc]'.") from problem
    secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None
    scopes, proxy = settings.oidc_scopes, settings.oidc_proxy
    provider = Provider(settings.oidc_issuer, settings.oidc_client_id, secret, scopes=scopes, proxy=proxy)
    mapped = Mapped(settings.oidc_roles, settings.oidc_groups_claim, settings.oidc_author_claim, settings.oidc_emails_trusted)
    return oidc_routes(entrance, Federation(sign_in, mapped), provider, settings.public_url)
