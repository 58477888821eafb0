"""The pages that the head of every page leads to, in their order. A page is told of as soon as its address is served."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.requests import Request

from service.accounts.visitor import visitor_of


@dataclass(frozen=True)
class Entry:
    """One page. `permission`: what it takes, as the door has it."""

    address: str
    title: str
    permission: str


ENTRIES: tuple[Entry, ...] = (
    Entry("/review", "Review", "read"),
    Entry("/insights", "Insights", "read"),
    Entry("/me", "My notes", "own"),
    Entry("/safety", "Safety", "read"),
    Entry("/measures", "Measures", "measures"),
    Entry("/themes", "Themes", "measures"),
    Entry("/agreement", "Agreement", "measures"),
    Entry("/definition", "Definition", "read"),
    Entry("/", "Judge a note", "score"),
)


@dataclass(frozen=True)
class Place:
    """An entry as one visitor sees it; `current` where the visitor is at it or below."""

    address: str
    title: str
    current: bool


def places(request: Request, entries: Sequence[Entry] = ENTRIES) -> list[Place]:
    """Where the visitor may go from here. None of them where nobody is signed in, or where there is nowhere else to go."""
    visitor = visitor_of(request)
    if visitor is None or visitor.account.must_change:
        return []
    open_to = [entry for entry in entries if visitor.account.may(entry.permission) and entry.address in served(request.app)]
    here = at(request.url.path, (entry.address for entry in open_to))
    return [Place(entry.address, entry.title, entry.address == here) for entry in open_to] if len(open_to) > 1 else []


def at(path: str, addresses: Iterable[str]) -> str | None:
    """The longest address that the path is, or is below; nothing is below the root."""
    fitting = [address for address in addresses if path == address or (address != "/" and path.startswith(f"{address}/"))]
    return max(fitting, key=len, default=None)


def served(app: FastAPI) -> frozenset[str]:
    """The addresses of an application; read from its routes once."""
    found: frozenset[str] | None = getattr(app.state, "served", None)
    if found is None:
        found = app.state.served = frozenset(str(context.path) for context in iter_route_contexts(app.routes))
    return found
