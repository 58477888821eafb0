"""Everything of people that the application wires: who may call which address, how often, and for how many notes a day."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.requests import Request

from service.accounts.reception import OPEN_PAGES, Reception, make_reception
from service.accounts.reception import PAGES as ACCOUNT_PAGES
from service.database import Database
from service.people.addresses import OPEN, Addresses
from service.people.api import key_routes
from service.people.document import add_security
from service.people.guard import Gate, Guard, caller_of
from service.people.keyring import Keyring
from service.people.oauth import oauth_routes
from service.people.quota import Quota
from service.people.rate import Rates
from service.settings import Settings

WITHOUT_KEY = ("/livez", "/readyz", "/openapi.json", "/openapi-3.0.json", "/static", "/oauth/token", *OPEN_PAGES)
METRICS = "/metrics"
BY_SCOPE: Mapping[str, tuple[str, ...]] = {
    "score": ("/", "/score", "/v1/info", "/v1/presets", "/v1/score"),
    "jobs": ("/v1/jobs",),
    "read": (METRICS, "/v1/notes", "/v1/safety/items"),
    "review": ("POST /v1/safety/items",),
    "admin": ("/v1/keys", "/v1/models", "/v1/webhooks", "DELETE /v1/notes"),
}
# For people: the permission that each takes; "GET /x" and "/x" as above.
PAGES: Mapping[str, str] = {
    "/": "score",
    **ACCOUNT_PAGES,
    "GET /review": "read",
    "/review": "review",
    "/review/views": "review",
    "/review/bulk": "adjudicate",
    "/review/adjudicate": "adjudicate",
    "/review/gold": "adjudicate",
    "/review/export": "export",
    "GET /review/calibration": "review",
    "/agreement": "measures",
    "/measures": "measures",
    "/measures.csv": "measures",
    "GET /themes": "measures",
    "/themes": "adjudicate",
    "/privacy": "account",
    "GET /safety": "read",
    "/safety": "safety",
    "/definition": "read",
    "GET /insights": "read",
    "/insights": "outcome",
    "/me": "own",
}
COUNTED = ("/v1/score", "/v1/score/batch", "/v1/score/{preset}")  # they take from a key's notes a day


@dataclass(frozen=True)
class Door:
    """Stands before every address of an application. `close` it before its database."""

    database: Database
    keyring: Keyring
    quota: Quota
    gate: Gate
    addresses: Addresses
    reception: Reception

    def add_to(self, app: FastAPI) -> None:
        """Guard the application, and add the routes by which keys and tokens are had. Call it before outer middleware is added."""
        app.include_router(key_routes(self.database, self.keyring))
        app.include_router(oauth_routes(self.database, self.keyring))
        self.reception.add_to(app)
        pages = Addresses(PAGES, unlisted=OPEN)
        app.add_middleware(Guard, gate=self.gate, addresses=self.addresses, pages=pages, entrance=self.reception.entrance)

    def document(self, app: FastAPI) -> None:
        """Make the OpenAPI document tell of keys. Call it after the document's other parts are added."""
        add_security(app, self.addresses, COUNTED)

    async def charge(self, request: Request, notes: int) -> None:
        """Take notes from the quota of whoever calls, before they are judged. Raises LimitReached."""
        await self.quota.charge(caller_of(request), notes)

    async def close(self) -> None:
        await self.quota.close()


def make_door(database: Database, settings: Settings) -> Door:
    """The door of a service with these settings."""
    keyring = Keyring(database)
    by_address = {address: scope for scope, addresses in BY_SCOPE.items() for address in addresses}
    by_address |= {METRICS: OPEN} if settings.metrics_open else {}
    return Door(
        database,
        keyring,
        Quota(database, settings.key_quota),
        Gate(keyring, Rates(settings.key_rate), listening=settings.host),
        Addresses({**dict.fromkeys(WITHOUT_KEY, OPEN), **by_address}),
        make_reception(database, settings),
    )
