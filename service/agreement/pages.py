"""`/agreement`: how far people agree on each thing of the definition, the model beside them, and what that means."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from insight_classifier.agreement import NOTHING, Agreement
from insight_classifier.definition import Definition
from service.accounts.rules import LOCAL, Account
from service.accounts.store import names_of
from service.accounts.visitor import require
from service.agreement.figures import Agreed, Figures, chosen
from service.agreement.model import MOST
from service.agreement.words import CAREFUL, FEWEST, FIRM, beside, meaning
from service.database import Database
from service.errors import RequestError
from service.presentation import in_words
from service.rendering import Rendering
from service.reviews.agreeing import LABEL, MOST_ROWS, Single
from service.reviews.answers import Key

PAGE = "/agreement"
Reader = Annotated[Account, Depends(require("measures"))]


@dataclass(frozen=True)
class Asked:
    """`version`: of the definition, by its fingerprint; `blind`: only decisions of people who had not seen another's."""

    version: str | None = None
    since: date | None = None
    blind: bool = True


@dataclass(frozen=True)
class Line:
    """One thing that is answered: how far people agree on it, the model with them, and each two people, by their names."""

    title: str
    people: Agreement
    model: Agreement
    means: str
    model_means: str  # empty where the same is to be said of it
    pairs: Sequence[tuple[str, str, Agreement]] = ()


@dataclass(frozen=True)
class Group:
    title: str
    wording: str
    lines: Sequence[Line]


def read_asked(query: str) -> Asked:
    """Raises RequestError, which says what is wrong with the address."""
    try:
        given = dict(parse_qsl(query, keep_blank_values=False, max_num_fields=10))
        since = date.fromisoformat(given["since"]) if "since" in given else None
    except ValueError:
        raise RequestError("since is a day such as 2026-03-01.", "invalid_request") from None
    return Asked(given.get("version"), since, given.get("decisions") != "all")


def groups(singles: Sequence[Single], model: Mapping[Key, Agreement], names: Mapping[str, str], definition: Definition) -> list[Group]:
    """By dimension, the label first. `names`: by account id; without any no pair is told."""
    found = {single.key: _line(single, model.get(single.key, NOTHING), names, definition) for single in singles}
    label = Group("The label", "What follows from the answers by the rule.", [found.pop(LABEL)])
    return [
        label,
        *(Group(d.title, d.wording, [line for key, line in found.items() if key[0] == d.name]) for d in definition.dimensions),
    ]


def _line(single: Single, model: Agreement, names: Mapping[str, str], definition: Definition) -> Line:
    name, check = single.key
    title = in_words(definition.label.met) if single.key == LABEL else definition.dimension(name).title
    means, model_means = meaning(single.all), beside(model, single.all) or meaning(model, "the model")
    told = sorted((names[a], names[b], found) for (a, b), found in single.pairs.items() if a in names and b in names) if names else []
    return Line(
        definition.dimension(name).member(check).title if check else title,
        single.all,
        model,
        means,
        "" if model_means == means else model_means,
        told,
    )


def agreement_routes(database: Database, rendering: Rendering, definition: Definition, agreed: Agreed) -> APIRouter:
    """The page of agreement. Pairs of people are told to those who lead alone: nobody else learns how a colleague does."""
    router = APIRouter(include_in_schema=False, route_class=rendering.route_class())

    def read(connection: Connection, found: Figures, *, leads: bool) -> dict[str, Any]:
        people = {who for single in found.people for pair in single.pairs for who in pair} if leads else set[str]()
        names = {LOCAL.id: LOCAL.name, **names_of(connection, people)} if leads else {}
        told = groups(found.people, found.model, names, definition)
        return {"groups": told, "versions": found.versions, "units": found.people[0].all.units, "at": found.at}

    @router.get(PAGE)
    async def get_page(request: Request, account: Reader) -> Response:
        asked, leads = read_asked(request.url.query), account.may("adjudicate")
        since = datetime.combine(asked.since, time(), UTC) if asked.since else None
        which = chosen(definition, under=asked.version, since=since, blind=asked.blind)
        found = (await asyncio.to_thread(agreed.get, which)).value
        told = await database.read_async(lambda connection: read(connection, found, leads=leads))
        most = {"most_decisions": MOST_ROWS, "most_notes": MOST}
        shown = {
            **told,
            **most,
            "asked": asked,
            "leads": leads,
            "fewest": FEWEST,
            "bounds": (CAREFUL, FIRM),
            "current": definition.fingerprint,
        }
        return await asyncio.to_thread(lambda: rendering.page("agreement.html", request, 200, **shown))

    return router
