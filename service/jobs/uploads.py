"""A job's file as it comes in with a request: to disk while it arrives, then cut into the database; the job is made last of all."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row
from starlette.requests import Request

from insight_classifier.definition import Definition
from service.bodies import parse_json
from service.database import Database
from service.errors import Overloaded, RequestError
from service.idempotency.rules import read_key, request_hash
from service.jobs.cutting import Cutter
from service.jobs.files import drop_piece
from service.jobs.pulling import checked_source
from service.jobs.rules import FORMATS, INPUT, MEDIA_TYPES, Limits, new_id
from service.jobs.shapes import LONGEST_COLUMN, JobPull
from service.jobs.spool import Spool, spool
from service.jobs.store import Wish, add_job, require_room, same_request
from service.people.rules import Caller
from service.shaping import read

SILENCE_SECONDS = 30.0  # without a byte
AT_ONCE = 4  # uploads that lie on the disk at one time
PULL_BYTES = 16 * 1024  # of a body that asks for a pull
PULL_KEY = b'"url"'
JSON = "json"
TEXT_COLUMN = "text_column"

Charge = Callable[[Request, int], Awaitable[None]]  # takes so many notes from the caller's quota; raises LimitReached


@dataclass(frozen=True)
class Made:
    """A job, and whether this request made it."""

    row: Row[Any]
    new: bool


class Uploads:
    """Takes files in."""

    def __init__(self, database: Database, definition: Definition, limits: Limits, charge: Charge) -> None:
        self._database, self._limits, self._charge = database, limits, charge
        self._cutter = Cutter(database, definition, chunk_notes=limits.chunk_notes)
        self._under_way = 0

    async def take(self, request: Request, caller: Caller, at: datetime) -> Made:
        """The job that a request asks for. Raises RequestError, LimitReached, Overloaded or StorageUnavailable."""
        if self._under_way >= AT_ONCE:
            raise Overloaded(f"{AT_ONCE} files are being taken in. Send yours again in 10 s.", retry_after=10)
        self._under_way += 1
        try:
            with spool(self._limits, format := _format(request)) as spooled:
                digest, column = await _collect(request, spooled), _text_column(request)
                key = request.headers.get("idempotency-key")
                wish = Wish(
                    id=new_id(at),
                    owner=caller.lineage,
                    created_by=caller.key_id,
                    source=caller.source,
                    format=format,
                    request_hash=request_hash(f"{format}?{column or ''}", digest.encode()),
                    idempotency_key=None if key is None else read_key(key),
                    text_column=column,
                )
                return await self._made(_pulling(wish, spooled, self._limits), spooled, request, at)
        finally:
            self._under_way -= 1

    async def _made(self, wish: Wish, spooled: Spool, request: Request, at: datetime) -> Made:
        if known := await self._database.read_async(lambda connection: _known(connection, wish)):
            return Made(known, False)
        if wish.url is None:
            wish = await self._cut(wish, spooled, request)
        row = await self._database.write_async(partial(_add, wish=wish, at=at))
        return Made(row, row.id == wish.id)

    async def _cut(self, wish: Wish, spooled: Spool, request: Request) -> Wish:
        """The wish, whose file lies in the database. What a file leaves there that is refused, nobody finds; it is swept away."""
        cut = partial(self._cutter.cut, wish.id, spooled.path, wish.format, wish.text_column)
        try:
            total, chunks = await asyncio.shield(asyncio.to_thread(cut))
            await self._charge(request, total)
        except Exception:
            await self._database.write_async(partial(drop_piece, job_id=wish.id, kind=INPUT))
            raise
        return replace(wish, total=total, chunks=chunks)


def _known(connection: Connection, wish: Wish) -> Row[Any] | None:
    """Asked before the file is cut, so that nobody waits for that in vain. Raises RequestError, LimitReached."""
    known = same_request(connection, wish.owner, wish.idempotency_key, wish.request_hash)
    if known is None:
        require_room(connection, wish.owner)
    return known


def _add(connection: Connection, wish: Wish, at: datetime) -> Row[Any]:
    row = add_job(connection, wish, at)
    if row.id != wish.id:
        drop_piece(connection, wish.id, INPUT)
    return row


async def _collect(request: Request, spooled: Spool) -> str:
    """The hash of the body, which is on the disk. Raises RequestError, StorageUnavailable."""
    parts = request.stream().__aiter__()
    while True:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                data = await anext(parts)
        except StopAsyncIteration:
            return await asyncio.to_thread(spooled.finish)
        except TimeoutError as problem:
            detail = f"Nothing came for {SILENCE_SECONDS:g} s. Send the file again."
            raise RequestError(detail, "request_timeout", retry_after=1) from problem
        await asyncio.to_thread(spooled.write, data)


def _pulling(wish: Wish, spooled: Spool, limits: Limits) -> Wish:
    """The wish of a body that names a file elsewhere; any other as it is. Raises RequestError."""
    if wish.format != JSON or spooled.size > PULL_BYTES:
        return wish
    body = spooled.path.read_bytes()
    if PULL_KEY not in body:
        return wish
    content = parse_json(body)
    if not isinstance(content, dict) or "notes" in content or "url" not in content:
        return wish
    asked = read(content, JobPull)
    if asked.format not in FORMATS:
        raise RequestError(f"format: use {', '.join(FORMATS)}.", "invalid_request")
    return replace(wish, url=checked_source(asked.url, limits).url, format=asked.format, text_column=asked.text_column)


def _format(request: Request) -> str:
    """Raises RequestError where the body is of a type, charset or encoding that is not read here."""
    media_type, *parameters = (part.strip().lower() for part in request.headers.get("content-type", "").split(";"))
    charset = next((p.removeprefix("charset=").strip('"') for p in parameters if p.startswith("charset=")), "utf-8")
    encoding = request.headers.get("content-encoding", "identity").lower()
    if media_type not in MEDIA_TYPES:
        known = ", ".join(MEDIA_TYPES)
        raise RequestError(f"The body is declared as {media_type[:60] or 'nothing'}. Send Content-Type: {known}.", "unsupported_media_type")
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise RequestError(f"The body is declared as {charset[:40]}. Send UTF-8.", "unsupported_media_type")
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise RequestError(f"The body is packed with {encoding[:40]}. Use gzip, or send it as it is.", "unsupported_media_type")
    return MEDIA_TYPES[media_type]


def _text_column(request: Request) -> str | None:
    column = request.query_params.get(TEXT_COLUMN)
    if column is not None and not (0 < len(column) <= LONGEST_COLUMN and column.isprintable()):
        raise RequestError(f"{TEXT_COLUMN} must be 1 to {LONGEST_COLUMN} characters that can be read.", "invalid_request")
    return column or None
