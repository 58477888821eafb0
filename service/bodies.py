"""Request bodies: read up to a limit while they arrive, then parsed strictly; every refusal says what to change."""

import asyncio
import json
import math
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from service.depth import DEEPEST, is_too_deep
from service.errors import RequestError

# Bytes beyond the limit that are read and dropped: a caller who is cut off in the middle never sees the answer.
DISCARDED = 32 * 1024 * 1024
FORM_FIELDS = 100
EXACT = 2**53  # up to here a double is one whole number


async def read_body(request: Request, limit: int, seconds: float) -> bytes:
    """The body, at most `limit` bytes of it. Raises RequestError where it is larger or slower than allowed."""
    try:
        async with asyncio.timeout(seconds):
            return await _collected(request, limit)
    except TimeoutError as problem:
        raise RequestError(f"The body did not arrive within {seconds:g} s. Send it again.", "request_timeout", retry_after=1) from problem


async def _collected(request: Request, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
        elif size > limit + DISCARDED:
            break
        else:
            chunks.clear()
    if size > limit:
        raise RequestError(f"The body is larger than {limit:,} bytes. Send fewer notes at a time, or shorter ones.", "body_too_large")
    return b"".join(chunks)


def require_type(request: Request, wanted: str) -> None:
    """Raises RequestError unless the body is declared as `wanted` (or JSON of some vendor), in UTF-8 and not compressed."""
    media_type, *parameters = (part.strip().lower() for part in request.headers.get("content-type", "").split(";"))
    vendor_json = wanted == "application/json" and media_type.startswith("application/") and media_type.endswith("+json")
    if media_type != wanted and not vendor_json:
        raise RequestError(f"The body is declared as {media_type or 'nothing'}. Send Content-Type: {wanted}.", "unsupported_media_type")
    charset = next((p.removeprefix("charset=").strip('"') for p in parameters if p.startswith("charset=")), "utf-8")
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise RequestError(f"The body is declared as {charset}. Send UTF-8.", "unsupported_media_type")
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding != "identity":
        raise RequestError(f"The body is compressed ({encoding}). Send it as it is.", "unsupported_media_type")


def parse_json(body: bytes) -> object:
    """The value in a JSON body. Refuses what readers disagree about: NaN, repeated keys, numbers beyond a double."""
    try:
        text = body.decode("utf-8-sig")
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError as problem:
        raise RequestError(f"Byte {problem.start} is not UTF-8. Encode the body as UTF-8.", "invalid_utf8") from problem
    except RecursionError as problem:
        raise _too_deep() from problem
    except json.JSONDecodeError as problem:
        where = f"line {problem.lineno}, column {problem.colno}"
        hint = " A NUL byte stands there." if problem.doc[problem.pos : problem.pos + 1] == "\0" else ""
        raise RequestError(f"The body is not JSON: {problem.msg} at {where}.{hint}", "invalid_json") from problem
    except ValueError as problem:  # a whole number of thousands of digits
        raise RequestError("The body holds a number that is too long. Send it as a text.", "invalid_json") from problem
    if is_too_deep(value):
        raise _too_deep()
    return value


def _too_deep() -> RequestError:
    return RequestError(f"The body is nested too deeply: {DEEPEST} levels are read. Send a flat object.", "invalid_json")


def parse_form(body: bytes) -> dict[str, str]:
    """The fields of a form as browsers send it."""
    try:
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FORM_FIELDS))
    except UnicodeDecodeError as problem:
        raise RequestError("The form is not encoded as UTF-8. Reload the page and send it again.", "invalid_utf8") from problem
    except ValueError as problem:
        raise RequestError("The form cannot be read. Reload the page and send it again.", "bad_request") from problem


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise RequestError(f"The key {key[:60]!r} stands twice in one object. Keep one.", "invalid_json")
        found[key] = value
    return found


def _no_constant(name: str) -> float:
    raise RequestError(f"{name} is no JSON number. Send null, or leave the key out.", "invalid_json")


def _finite(digits: str) -> float:
    """1.0 is the whole number 1, as JSON Schema has it: some callers write all their numbers so."""
    number = float(digits)
    if not math.isfinite(number):
        raise RequestError(f"The number {digits[:40]} is too large. Send it as a text.", "invalid_json")
    return int(number) if number.is_integer() and abs(number) <= EXACT else number
