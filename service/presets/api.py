"""Presets over HTTP: score a CRM's own records, and list what each preset reads and writes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from insight_classifier.definition import Definition
from service.answers import json_response, to_json
from service.bodies import parse_json, read_body, require_type
from service.errors import RequestError
from service.openapi import request_body, responses
from service.presets.mapping import Choice, Preset
from service.presets.rows import chunks, rows
from service.presets.rules import Entry, csv_records, entries, unwrapped
from service.settings import Settings

# Notes, and the request that brought them, in; a judgement or {"id", "error", …} each out, in order.
Score = Callable[[list[dict[str, Any]], Request], Awaitable[list[dict[str, Any]]]]
Admit = Callable[[Request], AbstractContextManager[None]]  # holds a place before the body is read, or raises Overloaded
Scan = Callable[[Mapping[str, str]], Mapping[str, Any]]  # what the safety rules find in texts that are no note, by dimension
Refused = Callable[[list[tuple[object, dict[str, Any]]], Request], Awaitable[None]]  # records that hold no note, and what is told of them
CSV = "text/csv"
ROWS, ROW_FORMS = "rows", ("objects", "text")
PROBLEMS = (
    *("invalid_json", "invalid_utf8", "request_timeout", "body_too_large", "unsupported_media_type", "not_found", "too_many_notes"),
    *("missing_text", "missing_key", "wrong_type", "invalid_request", "overloaded", "closing", "worker_died", "deadline_exceeded"),
)


def preset_routes(
    presets: Mapping[str, Preset], definition: Definition, settings: Settings, *, admit: Admit, score: Score, scan: Scan, refused: Refused
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
            body = await read_body(request, settings.body_limit, settings.deadline_seconds)
            content_type = CSV if request.headers.get("content-type", "").lower().startswith(CSV) else "application/json"
            require_type(request, content_type)
            read = await anyio.to_thread.run_sync(lambda: _read(body, content_type, chosen, definition, settings.batch_notes))
            failures = await anyio.to_thread.run_sync(lambda: [_failure(entry, scan) for entry in read if entry.problem is not None])
            await refused(
                [(entry.scanned, failure) for entry, failure in zip(_refused(read), failures, strict=True) if entry.scanned], request
            )
            judged = await score([entry.note for entry in read if entry.note is not None], request)
            return json_response(await anyio.to_thread.run_sync(lambda: to_json(_answer(read, judged, failures, chosen, as_text=as_text))))

    return router


def _chosen(presets: Mapping[str, Preset], name: str) -> Preset:
    if name not in presets:
        raise RequestError(f"There is no preset {name[:60]}: use {', '.join(presets) or 'a definition that one fits'}.", "not_found")
    return presets[name]


def _as_text(form: str) -> bool:
    if form not in ROW_FORMS:
        raise RequestError(f"{ROWS} is {form[:60]!r}: use {' or '.join(ROW_FORMS)}.", "invalid_request")
    return form == "text"


def _read(body: bytes, content_type: str, preset: Preset, definition: Definition, most: int) -> list[Entry]:
    """Raises RequestError where the body holds no record, or too many."""
    records = csv_records(body) if content_type == CSV else unwrapped(parse_json(body))
    if not records:
        raise RequestError(f"There is no record in the body. Send at least one {preset.object}.", "invalid_request")
    if len(records) > most:
        raise RequestError(f"The body holds {len(records)} records, at most {most} are taken. Split it.", "too_many_notes")
    return entries(records, preset, definition)


def _refused(read: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in read if entry.problem is not None]


def _answer(
    read: Sequence[Entry], judged: Sequence[dict[str, Any]], failures: Sequence[dict[str, Any]], preset: Preset, *, as_text: bool
) -> dict[str, Any]:
    """Raises RequestError where no record has what the preset reads: then it is the request that is wrong."""
    given, failed = iter(judged), iter(failures)
    results = [{**next(given), "id": entry.id} if entry.problem is None else next(failed) for entry in read]
    if all(entry.problem for entry in read):
        first = next(entry.problem for entry in read if entry.problem)
        raise RequestError(str(first), first.code, results=results)
    unjudged = [result for result in results if "error" in result]
    return {"preset": preset.name, "chunks": chunks(rows(read, results, preset), preset.target, as_text=as_text), "failures": unjudged}


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
    return {**found, "parameters": [{**form, "description": "Whether a chunk holds its rows as objects or as one text."}]}
