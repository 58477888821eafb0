"""`/measures` and `/measures.csv`: what notes document, with what certainty, in groups of five authors or more."""

import asyncio
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from insight_classifier.measures.facts import PERIODS
from service.accounts.rules import Account
from service.accounts.visitor import require
from service.measures.asked import FILTERS, Asked, read_asked
from service.measures.charts import charts, headline, in_words
from service.measures.figures import Figures
from service.measures.measured import Measured
from service.measures.panels import HEIGHT, WIDTH, panels
from service.measures.reading import NAMES
from service.measures.sheet import to_csv
from service.rendering import Rendering

PAGE, SHEET = "/measures", "/measures.csv"
MOST_CHOICES = 200
Reader = Annotated[Account, Depends(require("measures"))]


def choices(figures: Figures) -> list[tuple[str, str, tuple[str, ...]]]:
    """What can be filtered by: name, title, values. A value of fewer than five authors is among them, and shows nothing."""
    notes = figures.names()
    if notes is None:
        return []
    columns = notes.observations.columns
    return [(name, in_words(name).capitalize(), columns[name].names[:MOST_CHOICES]) for name in FILTERS if columns[name].names]


def shown(found: Measured | None, figures: Figures, asked: Asked) -> dict[str, Any]:
    """What the templates of the page and the report are given."""
    given: dict[str, Any] = {
        "found": found,
        "asked": asked,
        "lead": None,
        "charts": [],
        "panels": (),
        "by_group": (),
        "size": (WIDTH, HEIGHT),
    }
    if found is not None and found.report is not None:
        told = list(charts(found, figures.sources))
        over = panels(found.series, asked.unit), panels(found.by_group, asked.unit)
        given |= {"lead": headline(found, figures.sources), "charts": told, "panels": over[0], "by_group": over[1]}
    return given


def measure_routes(figures: Figures, rendering: Rendering) -> APIRouter:
    """The door lists them with the permission that they take."""
    router = APIRouter(include_in_schema=False, route_class=rendering.route_class())

    @router.get(PAGE)
    async def get_measures(request: Request, account: Reader) -> Response:
        asked = read_asked(request.url.query, account.author)

        def page() -> Response:
            found = figures.get(asked)
            offered = {"choices": choices(figures), "names": NAMES, "units": tuple(PERIODS), "leading": figures.sources.leading}
            return rendering.page("measures.html", request, 200, **shown(found, figures, asked), **offered)

        return await asyncio.to_thread(page)

    @router.get(SHEET)
    async def get_sheet(request: Request, account: Reader) -> Response:
        """What the page shows under the same address."""
        asked = read_asked(request.url.query, account.author)

        def sheet() -> str:
            found = figures.get(asked)
            given = shown(found, figures, asked)
            of = found.followed.title if found and found.followed else ""
            by_group = [replace(one, title=f"{of}, {one.title},") for one in given["by_group"]]
            return to_csv(given["charts"], [*given["panels"], *by_group])

        name = {"Content-Disposition": 'attachment; filename="measures.csv"'}
        return Response(await asyncio.to_thread(sheet), media_type="text/csv; charset=utf-8", headers=name)

    return router
