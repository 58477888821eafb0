"""A request with an idempotency key is answered once: who sends it again gets the same answer, to the byte."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from service.answers import json_response
from service.database import Database, now
from service.errors import RequestError, StorageUnavailable
from service.idempotency.rules import read_key, request_hash
from service.idempotency.store import New, Replay, claim, release, settle
from service.people.rules import Caller
from service.recording import NOTE_ID, Result, Then

HEADER, MEMBER = "Idempotency-Key", "client_request_id"
REPLAYED = "Idempotency-Replayed"
LEASE_OVER_DEADLINE = timedelta(seconds=30)  # past a request's deadline nobody answers it any more
OK = 200
PROBLEMS = ("invalid_idempotency_key", "idempotency_key_reused", "idempotency_in_progress", "note_erased", "storage_unavailable")
TAKEN = "idempotency_in_progress"
QUOTE, QUOTED, NO_WORDS = "text", frozenset(("start", "end")), ""  # of a span of evidence

Form = Callable[[Sequence[Result]], bytes | None]  # the body of an answer; None where it is an error, which is not kept
Work = Callable[[Then | None], Awaitable[bytes]]  # makes the answer; what it is given must run in the transaction that stores the results
Untaken = Callable[[StorageUnavailable], Awaitable[Exception]]  # what to raise where the key cannot be asked for


class Once:
    """Answers requests of one service. Without a database keys are read and checked, and every request is answered anew."""

    def __init__(self, database: Database | None, deadline_seconds: float) -> None:
        self.database, self.lease = database, timedelta(seconds=deadline_seconds) + LEASE_OVER_DEADLINE

    async def __call__(self, asked: "Asked", form: Form, work: Work, untaken: Untaken) -> Response:
        """The answer of `work`, or the one of the first time. `form` makes the body of the results that are stored."""
        if asked.key is None or self.database is None:
            return json_response(await work(None))
        database, lease = self.database, self.lease
        try:
            given = await database.write_async(
                lambda connection: claim(connection, asked.owner, asked.key or "", asked.hash, now(), lease=lease)
            )
        except StorageUnavailable as problem:
            raise await untaken(problem) from problem
        if isinstance(given, Replay):
            return _replayed(given)
        try:
            return json_response(await work(_settling(given, form)))
        except BaseException:  # a caller who leaves too: the next try must not wait for the lease to end
            with suppress(StorageUnavailable):
                database.submit(lambda connection: release(connection, given))
            raise


@dataclass(frozen=True)
class Asked:
    """Who asks, under which key, for what."""

    owner: str
    key: str | None
    hash: str


def asked(request: Request, body: bytes, content: object, caller: Caller | None) -> Asked:
    """What the header says, or the body's member. Raises RequestError where several differ, or one is no key."""
    named = content.get(MEMBER) if isinstance(content, Mapping) else None
    if named is not None and not isinstance(named, str):
        raise RequestError(f"{MEMBER} must be a text.", "invalid_idempotency_key")
    keys = {read_key(key) for key in (*request.headers.getlist(HEADER), named) if key is not None}
    if len(keys) > 1:
        raise RequestError(f"There are several keys, in {HEADER} or {MEMBER}. Send one of them.", "invalid_idempotency_key")
    address = f"{request.url.path}?{request.url.query}"
    return Asked(caller.lineage if caller else "", next(iter(keys), None), request_hash(address, body))


def without_member(content: object) -> object:
    """The body as the rest of the service reads it."""
    return {key: value for key, value in content.items() if key != MEMBER} if isinstance(content, dict) else content


def _settling(given: New, form: Form) -> Then:
    def then(connection: Connection, results: Sequence[Result]) -> None:
        if (body := form([_findable(result) for result in results])) is None:
            return
        if not settle(connection, given, OK, body, [result[NOTE_ID] for result in results if NOTE_ID in result]):
            # Stored all the same it would be on record twice; what is raised undoes the transaction.
            raise RequestError("This took so long that a repeat of the request was let in: ask again for its answer.", TAKEN, retry_after=1)

    return then


def _findable(result: Result) -> Result:
    """As it is kept: words of a record that is no note on record would be where no erasure finds them; the places stay."""
    return result if NOTE_ID in result else _unquoted(result)


def _unquoted(value: Any) -> Any:  # noqa: ANN401 any part of a result
    if isinstance(value, Mapping):
        return {key: NO_WORDS if key == QUOTE and value.keys() >= QUOTED else _unquoted(item) for key, item in value.items()}
    return [_unquoted(item) for item in value] if isinstance(value, list | tuple) else value


def _replayed(replay: Replay) -> Response:
    return Response(replay.body, replay.status, {REPLAYED: "true"}, media_type="application/json")


def parameter() -> dict[str, Any]:
    """The header, for the OpenAPI document."""
    described = f"1 to 255 printable characters of your own; the same request under the same key is answered once. Or {MEMBER} in the body."
    return {"name": HEADER, "in": "header", "schema": {"type": "string", "maxLength": 255}, "description": described}
