"""An application with a guarded address, on a database of either kind, whose clocks the test moves."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.testclient import TestClient

from insight_classifier.errors import InsightError
from service.answers import answer_error
from service.database import Database
from service.edge import Edge
from service.people.addresses import OPEN, Addresses
from service.people.api import key_routes
from service.people.credentials import Credential, new_key
from service.people.guard import Gate, Guard, caller_of
from service.people.keyring import Keyring
from service.people.oauth import PATH, oauth_routes
from service.people.quota import Quota
from service.people.rate import Rates
from service.people.rules import checked
from service.people.store import add_key

HERE = "http://127.0.0.1:8000"
ADMIN, WHO = "admin", "test"


@dataclass
class Clock:
    """Both clocks: of the wall and of the machine."""

    wall: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)
    seconds: float = 1000.0

    def now(self) -> datetime:
        return self.wall

    def __call__(self) -> float:
        return self.seconds

    def move(self, **span: float) -> None:
        self.wall += timedelta(**span)
        self.seconds += timedelta(**span).total_seconds()


@dataclass
class House:
    """The parts, wired as the service wires them."""

    database: Database
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.keyring = Keyring(self.database, clock=self.clock, now=self.clock.now)
        self.rates = Rates(600, clock=self.clock)
        self.quota = Quota(self.database, None, clock=self.clock, now=self.clock.now)

    def key(self, *scopes: str, **wish: Any) -> Credential:
        """A new key in the database."""
        credential, at = new_key(), self.clock.now()
        made = checked(wish.pop("name", "Veeva"), wish.pop("source", None), scopes or ("score",), at=at, **wish)
        self.database.write(lambda connection: add_key(connection, made, credential, who=WHO, at=at))
        return credential

    def app(self, listening: str = "127.0.0.1") -> FastAPI:
        app = FastAPI()
        addresses = Addresses({"/open": OPEN, PATH: OPEN, "/v1/score": "score", "/v1/keys": ADMIN})
        app.add_middleware(Guard, gate=Gate(self.keyring, self.rates, listening=listening), addresses=addresses)
        app.add_middleware(Edge)
        app.add_exception_handler(InsightError, answer_error)
        for router in (key_routes(self.database, self.keyring), oauth_routes(self.database, self.keyring), self._scoring()):
            app.include_router(router)
        return app

    def _scoring(self) -> APIRouter:
        router = APIRouter()

        @router.post("/v1/score")
        async def score(request: Request) -> dict[str, Any]:
            caller = caller_of(request)
            await self.quota.charge(caller, int(request.query_params.get("notes", "1")))
            return {"name": caller.name, "source": caller.source, "scopes": sorted(caller.scopes), "key": caller.key_id}

        @router.get("/open")
        async def opened() -> str:
            return "open"

        return router


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    """A caller on this machine."""
    with TestClient(house.app(), base_url=HERE, client=("127.0.0.1", 50000)) as client:
        yield client


@pytest.fixture
def refusing(sqlite_url: str) -> Iterator[TestClient]:
    """The same on one kind of database: for requests that never reach it."""
    with Database(sqlite_url) as database, TestClient(House(database).app(), base_url=HERE, client=("127.0.0.1", 50000)) as client:
        yield client


def bearer(credential: Credential | str) -> dict[str, str]:
    return {"Authorization": f"Bearer {credential.text if isinstance(credential, Credential) else credential}"}
