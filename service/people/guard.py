"""The guard at the door: who calls, whether they may, and not too often; before anything of the request is read.

Programs show a key at any address. A browser's session counts at pages alone: no other address can be called by a foreign page.
"""

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from service.accounts.entrance import Entrance
from service.accounts.visitor import Visitor
from service.answers import problem_response
from service.errors import Forbidden, ServiceError, Unauthorized
from service.people.addresses import OPEN, Addresses
from service.people.keyring import REFUSED, Keyring
from service.people.rate import Rates
from service.people.rules import LOCAL_CALLER, Caller, is_from_here, is_loopback

PAGE = "page"  # the source of what a person types here
NO_PAGES = Addresses({}, unlisted=OPEN)


class Gate:
    """Knows callers. `listening` is the address that the service listens on: the network's callers always need a key."""

    def __init__(self, keyring: Keyring, rates: Rates, *, listening: str) -> None:
        self.keyring, self.rates = keyring, rates
        self._on_loopback = is_loopback(listening)

    async def caller(self, connection: HTTPConnection) -> Caller:
        """Who calls. Raises Unauthorized or StorageUnavailable."""
        credential = presented(connection.headers)
        if credential is not None:
            return (await self.keyring.grant(credential)).caller
        if await self.is_open_to(connection):
            return LOCAL_CALLER
        raise Unauthorized(REFUSED)

    async def is_open_to(self, connection: HTTPConnection) -> bool:
        """Whether somebody at this machine needs nothing yet. Raises StorageUnavailable."""
        client = connection.client.host if connection.client else None
        return self._on_loopback and is_from_here(client, connection.headers) and await self.keyring.is_empty()

    async def admit(self, connection: HTTPConnection, scope: str) -> Caller:
        """Who calls, and may. Raises Unauthorized, Forbidden, LimitReached or StorageUnavailable."""
        caller = await self.caller(connection)
        self.rates.take(caller)
        if scope not in caller.scopes:
            has = ", ".join(sorted(caller.scopes))
            raise Forbidden(f"This needs a key with the scope {scope}; {caller.key_id} has {has}.", required_scope=scope)
        return caller

    def admit_person(self, visitor: Visitor, permission: str) -> Caller:
        """A person as a caller, who may do one thing. Raises LimitReached."""
        if visitor.token is None:
            return LOCAL_CALLER
        caller = Caller(visitor.account.name, PAGE, frozenset({permission}), visitor.account.id, visitor.account.id)
        self.rates.take(caller)
        return caller


class Guard:
    """ASGI middleware; add it before `Edge`, which must stand outside. It leaves the caller in `request.state.caller`.

    `pages`: the addresses for people, with the permission that each takes; who comes there with a session or nothing meets the
    `entrance`, and is left in `request.state.visitor`.
    """

    def __init__(
        self, app: ASGIApp, gate: Gate, addresses: Addresses, *, pages: Addresses = NO_PAGES, entrance: Entrance | None = None
    ) -> None:
        self.app, self.gate, self.addresses, self.pages, self.entrance = app, gate, addresses, pages, entrance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            permission = self.pages.scope(scope["method"], scope["path"])
            if self.entrance and permission and presented(Headers(scope=scope)) is None:
                await self._person(self.entrance, permission, scope, receive, send)
                return
            needed = self.addresses.scope(scope["method"], scope["path"])
            try:
                if needed != OPEN:
                    scope["state"]["caller"] = await self.gate.admit(HTTPConnection(scope), needed)
            except ServiceError as problem:
                await problem_response(problem, scope["state"]["request_id"])(scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _person(self, entrance: Entrance, permission: str, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        try:
            local = await self.gate.is_open_to(connection)
            visitor = await entrance.admit(connection, scope["method"], permission, local=local)
            scope["state"] |= {"visitor": visitor, "caller": self.gate.admit_person(visitor, permission)}
        except ServiceError as problem:
            await entrance.refused(Request(scope, receive), problem)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def caller_of(request: HTTPConnection) -> Caller:
    """Who makes a guarded request; also as a dependency: Depends(caller_of)."""
    caller: Caller = request.state.caller
    return caller


def presented(headers: Headers) -> str | None:
    """The key or token that came; an empty one where there is something that is none; None where nothing came."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    key = headers.get("x-api-key")
    return key.strip() if key is not None else ("" if scheme else None)
