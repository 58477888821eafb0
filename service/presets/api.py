"""Presets over HTTP: score a CRM's own records, and list what each preset reads and writes."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from insight_classifier.definition import Definition
from service.answers import to_json
from service.bodies import parse_json, read_body, require_type
from service.errors import RequestError
from service.once import PROBLEMS as KEPT
from service.once import parameter, without_member
from service.openapi import request_body, responses
from service.presets.mapping import Choice, Preset
from service.presets.rows import chunks, rows
from service.presets.rules import Entry, csv_records, entries, unwrapped
from service.settings import Settings

Result = dict[str, Any]  # a judgement or {"id", "error", …}
Refused = Sequence[tuple[object, Result]]  # records that hold no note, and what is told of them
Form = Callable[[Sequence[Result]], bytes]  # the body of the answer


@dataclass(frozen=True)
class Came:
    """What came with one request: its body, the content, each record as it was read, and what is told of those that hold no note."""

    body: bytes
    content: object
    read: Sequence[Entry]
    failures: Sequence[Result]

    @property
    def notes(self) -> list[dict[str, Any]]:
        return [entry.note for entry in self.read if entry.note is not None]

    @property
    def refused(self) -> list[tuple[object, Result]]:
        """Those of the failures that have words."""
        return [(entry.scanned, failure) for entry, failure in self._failed() if entry.scanned]

    def answer(self, results: Sequence[Result], preset: Preset, *, as_text: bool) -> bytes:
        """The rows for the CRM; `results` are those of the notes, then of the refused."""
        notes = len(self.notes)
        given, kept = iter(results[:notes]), iter(results[notes:])
        failed = iter([next(kept) if entry.scanned else failure for entry, failure in self._failed()])
        told = [{**next(given), "id": entry.id} if entry.problem is None else next(failed) for entry in self.read]
        made = chunks(rows(self.read, told, preset), preset.target, as_text=as_text)
        return to_json({"preset": preset.name, "chunks": made, "failures": [result for result in told if "error" in result]})

    def _failed(self) -> Iterator[tuple[Entry, Result]]:
        return zip((entry for entry in self.read if entry.problem is not None), self.failures, strict=True)


Answer = Callable[[Request, Came, Form], Awaitable[Response]]  # has notes judged; the form gets their results, then those of the refused
Admit = Callable[[Request], AbstractContextManager[None]]  # holds a place before the body is read, or raises Overloaded
Scan = Callable[[Mapping[str, str]], Mapping[str, Any]]  # what the safety rules find in texts that are no note, by dimension
Record = Callable[[Refused, Request], Awaitable[None]]  # what holds no note, where nothing else came
CSV = "text/csv"
ROWS, ROW_FORMS = "rows", ("objects", "text")
PROBLEMS = (
    *("invalid_json", "invalid_utf8", "request_timeout", "body_too_large", "unsupported_media_type", "not_found", "too_many_notes"),
    *("missing_text", "missing_key", "wrong_type", "invalid_request", *KEPT),
    *("overloaded", "closing", "worker_died", "deadline_exceeded", "not_scanned"),
)


def preset_routes(
    presets: Mapping[str, Preset], definition: Definition, settings: Settings, *, admit: Admit, answer: Answer, scan: Scan, record: Record
) -> APIRouter:
    """`POST /v1/score/{preset}` and `GET /v1/presets`. Include them after /v1/score/batch, which is another address."""
    router = APIRouter()
    listed = {"presets": [describe(preset) for preset in presets.values()]}
    named = Path(json_schema_extra={"enum": list(presets)} if presets else None)
    documented: dict[str, Any] = {"openapi_extra": _body(), "responses": responses("PresetScores", PROBLEMS), "response_class": Response}

    @router.get("/v1/presets", summary="Which CRM objects are read", tags=["presets"], responses=responses("PresetList", ()))
    async def list_presets() -> dict[str, Any]:
        """Each preset with the fields that it reads and the fields of the score object that it fills."""
        return listed

    @router.post("/v1/score/{preset}", summary="Judge a CRM's own records", tags=["presets"], **documented)
    async def score_preset(preset: Annotated[str, named], request: Request) -> Response:
        """Takes a record, a list, a whole answer of the CRM's API, or CSV; answers with rows for its score object."""
        chosen, as_text = _chosen(presets, preset), _as_text(request.query_params.get(ROWS, "objects"))
        with admit(request):
            body, content = await _content(request, settings)
            came = await anyio.to_thread.run_sync(lambda: _read(body, content, chosen, definition, settings.batch_notes, scan))
            if not came.notes:
                await record(came.refused, request)
                raise _nothing_to_judge(came)
            return await answer(request, came, lambda results: came.answer(results, chosen, as_text=as_text))

    return router


async def _content(request: Request, settings: Settings) -> tuple[bytes, object]:
    """The body, and what it says: JSON, or the rows of CSV. Raises RequestError."""
    body = await read_body(request, settings.body_limit, settings.deadline_seconds)
    is_csv = request.headers.get("content-type", "").lower().startswith(CSV)
    require_type(request, CSV if is_csv else "application/json")
    return body, await anyio.to_thread.run_sync(lambda: csv_records(body) if is_csv else parse_json(body))


def _chosen(presets: Mapping[str, Preset], name: str) -> Preset:
    if name not in presets:
        raise RequestError(f"There is no preset {name[:60]}: use {', '.join(presets) or 'a definition that one fits'}.", "not_found")
    return presets[name]


def _as_text(form: str) -> bool:
    if form not in ROW_FORMS:
        raise RequestError(f"{ROWS} is {form[:60]!r}: use {' or '.join(ROW_FORMS)}.", "invalid_request")
    return form == "text"


def _read(body: bytes, content: object, preset: Preset, definition: Definition, most: int, scan: Scan) -> Came:
    """Raises RequestError where there is no record, or too many."""
    records = unwrapped(without_member(content))
    if not records:
        raise RequestError(f"There is no record in the body. Send at least one {preset.object}.", "invalid_request")
    if len(records) > most:
        raise RequestError(f"The body holds {len(records)} records, at most {most} are taken. Split it.", "too_many_notes")
    read = entries(records, preset, definition)
    return Came(body, content, read, [_failure(entry, scan) for entry in read if entry.problem is not None])


def _nothing_to_judge(came: Came) -> RequestError:
    """Where no record has what the preset reads it is the request that is wrong."""
    first = next(entry.problem for entry in came.read if entry.problem)
    return RequestError(str(first), first.code, results=list(came.failures))


def _failure(entry: Entry, scan: Scan) -> dict[str, Any]:
    found = scan(entry.scanned) if entry.scanned else {}
    problem = entry.problem
    assert problem is not None
    return {"id": entry.id, "error": {"code": problem.code, "detail": str(problem)}, **found}


def describe(preset: Preset) -> dict[str, Any]:
    """What a preset reads and writes, as JSON."""
    target = preset.target
    fields = [
        {"name": c.name, "type": c.type, "length": c.length, "places": c.places if c.type == "decimal" else 0} for c in target.columns
    ]
    return {
        "name": preset.name,
        "title": preset.title,
        "platform": target.platform,
        "object": preset.object,
        "id_fields": list(preset.id),
        "reads": [_source(field, choices) for field, choices in preset.reads.items()],
        "metadata": [_source(key, (choice,)) for key, choice in preset.metadata.items()],
        "score_object": target.object,
        "external_id": target.external_id,
        "chunk_records": target.records,
        "score_fields": fields,
    }


def _source(field: str, choices: Sequence[Choice]) -> dict[str, Any]:
    return {"note_field": field, "crm_fields": [" | ".join(choice) for choice in choices]}


def _body() -> dict[str, Any]:
    example = {"records": [{"Id": "a1B5g00000ABCDE", "Summary_vod__c": "She keeps the JAK for third line, since two of hers had clots."}]}
    found = request_body("RecordSet", {"an insight of Veeva CRM": example})
    found["requestBody"]["content"][CSV] = {"schema": {"type": "string"}}
    form = {"name": ROWS, "in": "query", "schema": {"type": "string", "enum": list(ROW_FORMS), "default": ROW_FORMS[0]}}
    return {**found, "parameters": [{**form, "description": "Whether a chunk holds its rows as objects or as one text."}, parameter()]}
