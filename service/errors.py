"""What can go wrong between a request and its answer, and the one table from an error's code to its HTTP status.

InsightError                 (insight_classifier: NoteError, ModelError, …)
└── ServiceError
    ├── RequestError         the request cannot be read or is refused: 4xx
    ├── Unauthorized         nobody who may call: 401
    ├── Forbidden            a caller who may not do this: 403
    ├── SignedOut            a person who has to sign in first: 401
    ├── ModelRefused         a model that was to take over cannot: 409
    ├── NotAllowedNow        the service cannot take it now: 503, come back
    │   ├── Overloaded       too much waits already: 429
    │   ├── LimitReached     a key's own rate or quota: 429
    │   ├── Closing          the service shuts down
    │   ├── WorkerDied       the thread that judges is gone
    │   └── StorageUnavailable   the database is locked, full or gone
    ├── DeadlineExceeded     the caller waited as long as callers may: 504
    ├── JudgingFailed        a bug of ours: 500
    └── Unjudged             any of the above or a NoteError, with what the safety rules found before it
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException

from insight_classifier.errors import InputError, InsightError


class ServiceError(InsightError):
    """`members` are added to the problem body; `retry_after` is in whole seconds."""

    code = "internal_error"

    def __init__(self, detail: str, code: str | None = None, *, retry_after: int | None = None, **members: object) -> None:
        super().__init__(detail)
        self.code = code or type(self).code
        self.retry_after = retry_after
        self.members = members


class RequestError(ServiceError):
    code = "invalid_request"


class Unauthorized(ServiceError):
    code = "unauthorized"
    headers: Mapping[str, str] = {"WWW-Authenticate": 'Bearer realm="insight"'}


class Forbidden(ServiceError):
    code = "forbidden"


class SignedOut(ServiceError):
    code = "signed_out"


class ModelRefused(ServiceError):
    code = "model_refused"


class NotAllowedNow(ServiceError):
    code = "unavailable"


class Overloaded(NotAllowedNow):
    code = "overloaded"


class LimitReached(NotAllowedNow):
    code = "rate_limited"


class Closing(NotAllowedNow):
    code = "closing"


class WorkerDied(NotAllowedNow):
    code = "worker_died"


class StorageUnavailable(NotAllowedNow):
    """Nothing was stored that was not told to be; the database is tried again with each request."""

    code = "storage_unavailable"


class DeadlineExceeded(ServiceError):
    code = "deadline_exceeded"


class JudgingFailed(ServiceError):
    code = "judging_failed"


class Unjudged(ServiceError):
    """A note without a judgement: why, and what the rules found in it all the same, by the name of the safety lane's dimensions."""

    def __init__(self, cause: InsightError, found: Mapping[str, Any]) -> None:
        members = cause.members if isinstance(cause, ServiceError) else {}
        super().__init__(str(cause), cause.code, retry_after=getattr(cause, "retry_after", None), **{**found, **members})
        self.cause = cause
        self.found = found


@dataclass(frozen=True)
class Kind:
    """The HTTP status and the title of all problems with one code."""

    status: int
    title: str


KINDS: Mapping[str, Kind] = {
    "bad_request": Kind(400, "The request cannot be read"),
    "invalid_json": Kind(400, "The body is not valid JSON"),
    "invalid_utf8": Kind(400, "The body is not valid UTF-8"),
    "unauthorized": Kind(401, "A key is needed"),
    "forbidden": Kind(403, "The key may not do this"),
    "not_found": Kind(404, "There is nothing at this address"),
    "method_not_allowed": Kind(405, "This address does not take that method"),
    "request_timeout": Kind(408, "The body took too long to arrive"),
    "body_too_large": Kind(413, "The body is too large"),
    "unsupported_media_type": Kind(415, "The body has a type that is not read here"),
    "invalid_request": Kind(422, "The request does not have the right shape"),
    "unknown_key": Kind(422, "The request has a key that is not known"),
    "missing_key": Kind(422, "The request lacks a key"),
    "wrong_type": Kind(422, "A value has the wrong type"),
    "key_not_found": Kind(404, "There is no such key"),
    "key_ended": Kind(409, "The key has ended"),
    "signed_out": Kind(401, "You are not signed in"),
    "sign_in_refused": Kind(401, "You cannot be signed in"),
    "not_permitted": Kind(403, "Your account may not do this"),
    "not_from_here": Kind(403, "The request did not come from a page of ours"),
    "password_due": Kind(403, "Your password must be changed first"),
    "password_refused": Kind(422, "The password is not taken"),
    "account_not_found": Kind(404, "There is no such account"),
    "account_exists": Kind(409, "There is such an account already"),
    "webhook_not_found": Kind(404, "There is no such webhook"),
    "too_many_webhooks": Kind(409, "There are as many webhooks as may be"),
    "webhook_disabled": Kind(409, "The webhook is disabled"),
    "webhook_address_refused": Kind(422, "The webhook's address may not be sent to"),
    "safety_item_not_found": Kind(404, "There is no such safety item"),
    "safety_item_decided": Kind(409, "Somebody has decided on the safety item already"),
    "safety_item_open": Kind(409, "The safety item is not acknowledged yet"),
    "safety_item_changed": Kind(409, "The safety item has changed since it was looked at"),
    "model_not_found": Kind(404, "There is no such model folder"),
    "model_not_available": Kind(409, "The model asked for is not loaded"),
    "definition_not_available": Kind(409, "No loaded model judges by the definition asked for"),
    "model_refused": Kind(409, "The model cannot take over"),
    "note_not_found": Kind(404, "There is no such note"),
    "note_erased": Kind(410, "The note was erased"),
    "idempotency_in_progress": Kind(409, "The first request with this key is not answered yet"),
    "idempotency_key_reused": Kind(422, "The idempotency key belongs to another request"),
    "invalid_idempotency_key": Kind(422, "The idempotency key cannot be read"),
    "job_not_found": Kind(404, "There is no such job"),
    "job_not_ended": Kind(409, "The job has not ended yet"),
    "job_without_files": Kind(409, "The job failed"),
    "job_expired": Kind(410, "The job's files have expired"),
    "job_source_refused": Kind(422, "The file may not be pulled from there"),
    "job_source_failed": Kind(502, "The file could not be pulled"),
    "too_many_requests": Kind(429, "Too many requests"),
    "too_many_jobs": Kind(429, "The key has too many jobs under way"),
    "range_not_satisfiable": Kind(416, "The file has no such part"),
    "review_invalid": Kind(422, "The answer does not fit the definition"),
    "review_decided": Kind(409, "Somebody has decided on the note meanwhile"),
    "review_stale": Kind(409, "The note has changed since it was looked at"),
    "review_leased": Kind(409, "Somebody else has the note in hand"),
    "review_undone": Kind(409, "There is nothing like that to undo"),
    "review_count_changed": Kind(409, "The view holds more or fewer notes than it did"),
    "saved_view_not_found": Kind(404, "There is no such saved view"),
    "insight_changed": Kind(409, "The insight has moved on meanwhile"),
    "insight_refused": Kind(422, "The insight cannot take that step"),
    "swap_in_progress": Kind(409, "Another model is being loaded"),
    "no_previous_model": Kind(409, "There is no model to go back to"),
    "unknown_field": Kind(422, "A judgement has no such part"),
    "too_many_notes": Kind(422, "The batch holds too many notes"),
    "missing_text": Kind(422, "The note has no text"),
    "empty_text": Kind(422, "The note is empty"),
    "text_too_long": Kind(422, "The note is too long"),
    "invalid_unicode": Kind(422, "The note holds characters that are not text"),
    "nul_character": Kind(422, "The note holds a NUL character"),
    "overloaded": Kind(429, "Too much is waiting already"),
    "rate_limited": Kind(429, "The key makes too many requests"),
    "too_many_attempts": Kind(429, "Too many attempts to sign in"),
    "quota_exceeded": Kind(429, "The key has no notes left for today"),
    "internal_error": Kind(500, "Something went wrong on our side"),
    "judging_failed": Kind(500, "The note could not be judged"),
    "unavailable": Kind(503, "The service is not available now"),
    "not_ready": Kind(503, "The service is not ready"),
    "closing": Kind(503, "The service is shutting down"),
    "worker_died": Kind(503, "The service has to be restarted"),
    "storage_unavailable": Kind(503, "The database cannot be used now"),
    "provider_failed": Kind(503, "Your provider could not be asked"),
    "deadline_exceeded": Kind(504, "The judgement took too long"),
    "not_scanned": Kind(504, "The note was neither scanned for safety nor judged"),
}
SORRY = "An unexpected error happened on our side and is in our log. Try again; if it persists, send us the request_id."


@dataclass(frozen=True)
class Problem:
    """An error as callers see it: RFC 9457, with a stable `code`."""

    code: str
    status: int
    title: str
    detail: str
    retry_after: int | None = None
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self, request_id: str) -> dict[str, Any]:
        """The body; the standard members win over any other of the same name."""
        waiting = {} if self.retry_after is None else {"retry_after_seconds": self.retry_after}
        standard: dict[str, Any] = {
            "type": f"urn:insight:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
            **waiting,
        }
        return {**standard, **{name: value for name, value in self.members.items() if name not in standard}}

    def all_headers(self) -> dict[str, str]:
        waiting = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return {**self.headers, **waiting}


def problem_of(error: Exception) -> Problem:
    """The problem that a caller is told of; an error that nobody foresaw says nothing of itself."""
    if isinstance(error, HTTPException):
        return _http_problem(error)
    if not isinstance(error, InsightError):
        return _problem("internal_error", SORRY)
    foreseen = error.code in KINDS
    code = error.code if foreseen else "invalid_request" if isinstance(error, InputError) else "internal_error"
    detail = str(error) if foreseen or isinstance(error, InputError) else SORRY
    told = {name: getattr(error, name, default) for name, default in (("retry_after", None), ("members", {}), ("headers", {}))}
    return _problem(code, detail, **told)


def is_ours(error: Exception) -> bool:
    """Whether the error is a fault of the service, to be logged with its place, rather than of the caller or of the load."""
    return problem_of(error).status == HTTPStatus.INTERNAL_SERVER_ERROR


def places(error: BaseException) -> Iterator[str]:
    """Where an error and its causes were raised, without their messages: those may quote the note."""
    seen: BaseException | None = error
    while seen is not None:
        yield type(seen).__name__
        trace = seen.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            yield f"{code.co_filename}:{trace.tb_lineno} {code.co_name}"
            trace = trace.tb_next
        seen = seen.cause if isinstance(seen, Unjudged) else seen.__cause__ or seen.__context__


def _http_problem(error: HTTPException) -> Problem:
    """An error of the framework: no such address, wrong method."""
    code = next((code for code, kind in KINDS.items() if kind.status == error.status_code), "bad_request")
    allowed = (error.headers or {}).get("Allow")
    detail = f"Use {allowed}." if allowed else "See /openapi.json for what there is."
    return Problem(code, error.status_code, KINDS[code].title, detail, headers=dict(error.headers or {}))


def _problem(code: str, detail: str, **told: Any) -> Problem:  # noqa: ANN401 the optional parts of a problem
    return Problem(code, KINDS[code].status, KINDS[code].title, detail, **told)
