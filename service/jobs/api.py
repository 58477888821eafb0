"""Bulk jobs over HTTP: a file goes in, its progress is seen, its results are fetched."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from insight_classifier.definition import Definition
from service.database import Database, now
from service.errors import RequestError
from service.jobs import store
from service.jobs.downloads import MEDIA_TYPES as FILE_TYPES
from service.jobs.downloads import NDJSON, download
from service.jobs.rules import ENDED, ERRORS, FAILED, FORMATS, MEDIA_TYPES, RESULTS, STATES, Emit, Limits
from service.jobs.shapes import has_files, shown
from service.jobs.store import Owner
from service.jobs.uploads import TEXT_COLUMN, Charge, Uploads
from service.openapi import REFERENCE, responses
from service.people.guard import caller_of

PAGE, LONGEST_PAGE = 50, 200
ADMIN = "admin"
MEDIA = "media"
STORING = ("storage_unavailable",)
KNOWN = ("job_not_found", *STORING)
TAKING = (
    *("bad_request", "invalid_json", "invalid_utf8", "request_timeout", "body_too_large", "unsupported_media_type"),
    *("invalid_request", "missing_key", "job_source_refused", "invalid_idempotency_key", "idempotency_key_reused"),
    *("too_many_jobs", "quota_exceeded", "overloaded", *STORING),
)
PULL = {"url": "https://files.example.com/notes.csv?signature=…", "format": "csv"}


async def free(request: Request, notes: int) -> None:
    """Where nobody has a quota."""


def job_routes(
    database: Database,
    definition: Definition,
    limits: Limits,
    *,
    emit: Emit,
    charge: Charge = free,
    wake: Callable[[], None] = lambda: None,
    clock: Callable[[], datetime] = now,
) -> APIRouter:
    """All below /v1/jobs; behind the guard, which asks for the scope jobs. `wake` is that of the Worker."""
    router = APIRouter(tags=["jobs"])
    _add_making(router, Uploads(database, definition, limits, charge), wake, clock)
    _add_reading(router, database, clock)
    _add_ending(router, database, {"emit": emit, "keep": limits.keep}, wake, clock)
    _add_files(router, database, clock)
    return router


def _add_making(router: APIRouter, uploads: Uploads, wake: Callable[[], None], clock: Callable[[], datetime]) -> None:
    made = responses("Job", TAKING)
    documented: dict[str, Any] = {"responses": {202: made.pop(200), **made}, "openapi_extra": _upload()}

    @router.post("/v1/jobs", summary="Have a file of notes judged", operation_id="createJob", status_code=202, **documented)
    async def create(request: Request) -> JSONResponse:
        """The file is kept when this is answered; follow the header Location. The same Idempotency-Key makes no second job."""
        made = await uploads.take(request, caller_of(request), clock())
        wake()
        return JSONResponse(shown(made.row, clock()), 202, {"Location": f"/v1/jobs/{made.row.id}"})


def _add_reading(router: APIRouter, database: Database, clock: Callable[[], datetime]) -> None:
    documented: dict[str, Any] = {"responses": responses("JobList", ("invalid_request", *STORING)), "openapi_extra": _query()}

    @router.get("/v1/jobs", summary="Which jobs there are", operation_id="listJobs", **documented)
    async def list_jobs(request: Request) -> dict[str, Any]:
        """Those of the key that asks, and of keys it was rotated from; those of all keys where it may also administer."""
        asked = _page(request)
        wanted = {**asked, "limit": asked["limit"] + 1}
        rows = await database.read_async(partial(store.jobs, owner=_owner(request), **wanted))
        page = rows[: asked["limit"]]
        more = {"next_cursor": page[-1].id} if len(rows) > len(page) else {}
        return {"jobs": [shown(row, clock()) for row in page], **more}

    @router.get("/v1/jobs/{job_id}", summary="One job", operation_id="getJob", responses=responses("Job", KNOWN))
    async def get_job(job_id: str, request: Request) -> dict[str, Any]:
        """Ask every few seconds, or subscribe the webhook job.finished."""
        return shown(await database.read_async(partial(store.job, job_id=job_id, owner=_owner(request))), clock())


def _add_ending(
    router: APIRouter, database: Database, ending: dict[str, Any], wake: Callable[[], None], clock: Callable[[], datetime]
) -> None:  # fmt: skip
    async def ended(act: Callable[..., Any], job_id: str, request: Request) -> dict[str, Any]:
        told = {"owner": _owner(request), "who": caller_of(request).key_id, "at": clock(), **ending}
        row = await database.write_async(partial(act, job_id=job_id, **told))
        wake()
        return shown(row, clock())

    @router.post("/v1/jobs/{job_id}/cancel", summary="Stop a job", operation_id="cancelJob", responses=responses("Job", KNOWN))
    async def cancel(job_id: str, request: Request) -> dict[str, Any]:
        """What was judged stays, and can be fetched in a moment. A job that ended before stays as it is."""
        return await ended(store.cancel_job, job_id, request)

    @router.delete("/v1/jobs/{job_id}", summary="Delete a job", operation_id="deleteJob", responses=responses("Job", KNOWN))
    async def delete(job_id: str, request: Request) -> dict[str, Any]:
        """Stops it, and takes its files away; judgements stay. The answer is the job as it was."""
        return await ended(store.delete_job, job_id, request)


def _add_files(router: APIRouter, database: Database, clock: Callable[[], datetime]) -> None:
    async def fetched(job_id: str, kind: str, request: Request) -> Response:
        media = _media(request)
        row = await database.read_async(partial(store.job, job_id=job_id, owner=_owner(request)))
        _require_files(row, clock())
        return await download(database, row, kind, request.headers, media)

    documented: dict[str, Any] = {"response_class": Response, "responses": _file_responses(), "openapi_extra": _file_query()}

    @router.get("/v1/jobs/{job_id}/results", summary="The judgements", operation_id="getJobResults", **documented)
    async def results(job_id: str, request: Request) -> Response:
        """JSON Lines in the order of the file: of each record its line, its note and its judgement. Parts of it by the header Range."""
        return await fetched(job_id, RESULTS, request)

    @router.get("/v1/jobs/{job_id}/errors", summary="What was not judged", operation_id="getJobErrors", **documented)
    async def errors(job_id: str, request: Request) -> Response:
        """JSON Lines in the order of the file: of each such record its line, its id where it has one, and why."""
        return await fetched(job_id, ERRORS, request)


def _owner(request: Request) -> Owner:
    caller = caller_of(request)
    return Owner(None if ADMIN in caller.scopes else caller.lineage)


def _require_files(row: Any, at: datetime) -> None:  # noqa: ANN401 a row
    """Raises RequestError."""
    if has_files(row, at):
        return
    if row.state not in ENDED:
        raise RequestError(f"The job is {row.state}. Its files are there once it has ended.", "job_not_ended", retry_after=5)
    if row.state == FAILED:
        raise RequestError(f"The job failed and has no files: {row.error_code}.", "job_without_files")
    if at >= row.expires_at:
        raise RequestError("The job's files have expired. Its judgements are still kept.", "job_expired")
    raise RequestError("The job's files are being counted. Ask again in a second.", "job_not_ended", retry_after=1)


def _page(request: Request) -> dict[str, Any]:
    """Raises RequestError."""
    asked = request.query_params
    limit, state = asked.get("limit", str(PAGE)), asked.get("state")
    if not (limit.isascii() and limit.isdecimal() and 1 <= int(limit[:9]) <= LONGEST_PAGE):
        raise RequestError(f"limit must be 1 to {LONGEST_PAGE}.", "invalid_request")
    if state is not None and state not in STATES:
        raise RequestError(f"state must be one of {', '.join(STATES)}.", "invalid_request")
    cursor = asked.get("cursor")
    if cursor is not None and not (cursor.isascii() and cursor.startswith("job_") and len(cursor) <= 40):
        raise RequestError("cursor must be the next_cursor of an answer.", "invalid_request")
    return {"limit": int(limit), "state": state, "before": cursor}


def _media(request: Request) -> str:
    """Raises RequestError."""
    media = request.query_params.get(MEDIA, NDJSON)
    if media not in FILE_TYPES:
        raise RequestError(f"{MEDIA} must be one of {', '.join(FILE_TYPES)}.", "invalid_request")
    return media


def _file_query() -> dict[str, Any]:
    described = "As which media type the lines come: application/x-ndjson, or text/plain for whoever reads no other."
    schema = {"type": "string", "enum": list(FILE_TYPES), "default": NDJSON}
    return {"parameters": [{"name": MEDIA, "in": "query", "required": False, "schema": schema, "description": described}]}


def _query() -> dict[str, Any]:
    text = {"type": "string"}
    wanted = (("state", {**text, "enum": list(STATES)}), ("cursor", text))
    limit = {"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE, "default": PAGE}
    return {"parameters": [{"name": name, "in": "query", "required": False, "schema": s} for name, s in (*wanted, ("limit", limit))]}


def _upload() -> dict[str, Any]:
    """The request of `POST /v1/jobs`."""
    text: dict[str, Any] = {"type": "string"}
    content: dict[str, Any] = {media_type: {"schema": text} for media_type, format in MEDIA_TYPES.items() if format != "json"}
    either = [{"$ref": REFERENCE + name} for name in ("JobNotes", "JobPull")]
    pull = {"schema": {"anyOf": either}, "examples": {"a file elsewhere": {"value": PULL}}}
    parameters = [
        {"name": "Idempotency-Key", "in": "header", "required": False, "schema": {**text, "minLength": 1, "maxLength": 255}},
        {"name": TEXT_COLUMN, "in": "query", "required": False, "schema": {**text, "minLength": 1, "maxLength": 200}},
    ]
    described = f"The file itself ({', '.join(FORMATS)}, gzip allowed; JSON as a list under notes), or where it is to be pulled from."
    body = {"required": True, "description": described, "content": {**content, "application/json": pull}}
    return {"requestBody": body, "parameters": parameters}


def _file_responses() -> dict[int | str, dict[str, Any]]:
    content = {media_type: {"schema": {"type": "string"}} for media_type in FILE_TYPES.values()}
    found = responses(None, (*KNOWN, "invalid_request", "job_not_ended", "job_without_files", "job_expired", "range_not_satisfiable"))
    part = {"description": "The part that the header Range asks for", "content": content}
    return {200: {"description": "The file", "content": content}, 206: part, 304: {"description": "Not changed"}, **found}
