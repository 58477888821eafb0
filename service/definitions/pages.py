"""`/definition`: what the home office means, for people; how it came about, what each change flipped, and where people differ."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from insight_classifier.definition import Definition
from service.accounts.rules import Account
from service.accounts.visitor import require
from service.agreement.figures import Agreed, Figures, chosen
from service.database import Database
from service.definitions.files import files_of
from service.definitions.reading import Reading
from service.definitions.store import one
from service.errors import RequestError
from service.rendering import Rendering
from service.reviews.agreeing import LABEL

HERE = "/definition"
YAML = "application/yaml"
Reader = Annotated[Account, Depends(require("read"))]


class Pages:
    """`live` tells the definition that judges now."""

    def __init__(self, database: Database, rendering: Rendering, live: Callable[[], Definition], agreed: Agreed) -> None:
        self.database, self.rendering, self.live, self.agreed = database, rendering, live, agreed
        self.reading = Reading()

    async def show(self, request: Request, fingerprint: str | None) -> Response:
        """The live one, or an older one."""
        live = self.live()
        older = fingerprint not in (None, live.fingerprint)
        definition = await self.database.read_async(lambda c: self.reading.definition(c, str(fingerprint))) if older else live
        people = (await asyncio.to_thread(self.agreed.get, chosen(definition))).value

        def read(connection: Connection) -> Response:
            return self.rendering.page("definition.html", request, **self._shown(connection, definition, live, people))

        return await self.database.read_async(read)

    async def download(self, fingerprint: str) -> Response:
        """The file as it was read."""
        live = self.live()

        def read(connection: Connection) -> tuple[str, str]:
            try:
                row = one(connection, fingerprint)
            except RequestError:
                if fingerprint != live.fingerprint:
                    raise
                return live.name, files_of(live).text  # it has just begun to judge
            return row.name, row.text

        name, text = await self.database.read_async(read)
        headers = {"Content-Disposition": f'attachment; filename="{name}-{fingerprint}.yaml"'}
        return Response(text, media_type=YAML, headers=headers)

    def _shown(self, connection: Connection, definition: Definition, live: Definition, people: Figures) -> dict[str, Any]:
        return {
            "definition": definition,
            "current": definition.fingerprint == live.fingerprint,
            "live": live,
            "titles": {name: member.title for name, member in definition.checks.items()},
            "history": self.reading.history(connection),
            "agreement": {single.key: single.all for single in people.people},
            "agreed_at": people.at,
            "label_key": LABEL,
            "disputes": people.disputes,
        }


def definition_routes(database: Database, rendering: Rendering, live: Callable[[], Definition], agreed: Agreed) -> APIRouter:
    """The pages of the definition. The door lists them with the permission that they take."""
    router = APIRouter(include_in_schema=False, route_class=rendering.route_class())
    pages = Pages(database, rendering, live, agreed)

    @router.get(HERE)
    async def get_current(request: Request, account: Reader) -> Response:
        return await pages.show(request, None)

    @router.get(f"{HERE}/{{fingerprint}}")
    async def get_older(request: Request, fingerprint: str, account: Reader) -> Response:
        return await pages.show(request, fingerprint[:64])

    @router.get(f"{HERE}/{{fingerprint}}/file")
    async def get_file(request: Request, fingerprint: str, account: Reader) -> Response:
        return await pages.download(fingerprint[:64])

    return router
