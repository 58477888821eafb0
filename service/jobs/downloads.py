"""A job's files over HTTP: streamed piece by piece, with their checksum, from any byte on."""

import base64
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.datastructures import Headers
from starlette.responses import Response, StreamingResponse

from service.database import Database
from service.errors import RequestError, StorageUnavailable
from service.jobs.files import read_piece, sizes
from service.jobs.store import Owner, job

NDJSON = "ndjson"
MEDIA_TYPES: Mapping[str, str] = {NDJSON: "application/x-ndjson", "text": "text/plain"}  # of the same lines: some importers know only one
RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))\Z")


@dataclass(frozen=True)
class Span:
    """Bytes of a file, the last one included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


async def download(database: Database, row: Any, kind: str, headers: Headers, media: str = NDJSON) -> Response:  # noqa: ANN401 a row
    """The answer to whoever asks for a file of a job that has files, as one of MEDIA_TYPES.

    Raises RequestError where the range lies outside of it, StorageUnavailable.
    """
    size, digest = row._mapping[f"{kind}_bytes"], row._mapping[f"{kind}_sha256"]
    tag = f'"{digest}"'
    about = {
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'attachment; filename="{row.id}-{kind}.ndjson"',
        **_digests(digest),
    }
    if tag in headers.get("if-none-match", ""):
        return Response(status_code=304, headers=about)
    span = asked_span(headers, tag, size)
    part = span or Span(0, size - 1)
    about["Content-Length"] = str(part.length)
    if span:
        about["Content-Range"] = f"bytes {span.first}-{span.last}/{size}"
    pieces = await database.read_async(partial(sizes, job_id=row.id, kind=kind))
    content = _content(database, row.id, kind, digest, cover(pieces, part))
    return StreamingResponse(content, 206 if span else 200, headers=about, media_type=MEDIA_TYPES[media])


def asked_span(headers: Headers, tag: str, size: int) -> Span | None:
    """The bytes that are asked for; None for the whole file, also where what is asked is no single range. Raises RequestError."""
    found = RANGE.match(headers.get("range", ""))
    if found is None or headers.get("if-range", tag) != tag:
        return None
    first, last, end = found.groups()
    span = Span(int(first), min(int(last or size), size - 1)) if end is None else Span(max(0, size - int(end)), size - 1)
    if span.first >= size or (last and int(last) < int(first)) or (end and not int(end)):
        raise RequestError(f"The file has {size:,} bytes. Ask for some of them, or leave the header Range out.", "range_not_satisfiable")
    return span


def cover(pieces: Sequence[tuple[int, int]], span: Span) -> list[tuple[int, slice]]:
    """Which pieces (number and bytes, in order) make up a span, and which part of each."""
    found = []
    start = 0
    for number, size in pieces:
        first, end = max(span.first - start, 0), min(span.last + 1 - start, size)
        if first < end:
            found.append((number, slice(first, end)))
        start += size
    return found


async def _content(database: Database, job_id: str, kind: str, digest: str, parts: Sequence[tuple[int, slice]]) -> AsyncIterator[bytes]:
    """A file that changes meanwhile (a note was erased, the job deleted) breaks off: what was promised cannot be kept."""
    for number, part in parts:
        content = await database.read_async(partial(_piece, job_id=job_id, kind=kind, number=number, digest=digest))
        yield content[part]


def _piece(connection: Connection, job_id: str, kind: str, number: int, digest: str) -> bytes:
    if job(connection, job_id, Owner(None))._mapping[f"{kind}_sha256"] != digest:
        raise StorageUnavailable("The file changed while it was read. Ask for it again.", retry_after=1)
    try:
        return read_piece(connection, job_id, kind, number)
    except LookupError as problem:
        raise StorageUnavailable("The file went while it was read.", retry_after=1) from problem


def _digests(digest: str) -> dict[str, str]:
    """RFC 9530, and RFC 3230 for those who know only that."""
    value = base64.b64encode(bytes.fromhex(digest)).decode()
    return {"Repr-Digest": f"sha-256=:{value}:", "Digest": f"sha-256={value}"}
