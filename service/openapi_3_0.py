"""The integrator's document: true OpenAPI 3.0.3 under the rules for Salesforce External Services, made from the 3.1 one.

Unions become one flat object, null becomes `nullable` or is left out, objects without declared keys get a name and texts for values,
and every operation gets an id that is an Apex identifier.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import JSONResponse

from service.integrators import ASKED_BY_HEADER, EITHER_OF, FIXED, FREE, LEFT_OUT, OMITTED, OPERATIONS

PATH = "/openapi-3.0.json"
REFERENCE = "#/components/schemas/"
LONGEST_DESCRIPTION = 1333  # characters that External Services keeps
JSON, PROBLEM, PLAIN = "application/json", "application/problem+json", "text/plain"
JUDGEMENT, FAILURE, EITHER = "Judgement", "Failure", "NoteResult"
PART = "JudgementPart"  # only `fields` brings it, which the subset does not know
TEXT: dict[str, Any] = {"type": "string"}
SCALARS = ("type", "format", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "nullable")


def add_document(app: FastAPI) -> None:
    """Serve the document beside the application's own."""
    made: list[dict[str, Any]] = []

    def document(request: Request) -> JSONResponse:
        if not made:
            made.append(lowered(app.openapi()))
        return JSONResponse(made[0])

    app.add_route(PATH, document, include_in_schema=False)


def lowered(document: Mapping[str, Any]) -> dict[str, Any]:
    """The subset of a 3.1 document."""
    schemas = _Schemas(document["components"]["schemas"])
    paths: dict[str, Any] = {}
    for (path, method), (name, answer) in OPERATIONS.items():
        if operation := document["paths"].get(path, {}).get(method):
            paths.setdefault(path, {})[method] = _operation(operation, name, answer, schemas)
    components: dict[str, Any] = {"schemas": {name: schemas.found[name] for name in sorted(_reached(paths, schemas.found))}}
    if schemes := document["components"].get("securitySchemes"):  # Salesforce has its named credential for that; others read them
        components["securitySchemes"] = schemes
    return {"openapi": "3.0.3", "info": document["info"], "servers": [{"url": "/"}], "paths": paths, "components": components}


def _operation(operation: Mapping[str, Any], name: str, answer: type[BaseModel] | None, schemas: "_Schemas") -> dict[str, Any]:
    about = {key: operation[key] for key in ("summary", "tags") if key in operation}
    made: dict[str, Any] = {**about, "operationId": name, "description": _brief(operation.get("description", ""))}
    if parameters := [_parameter(item, schemas) for item in operation.get("parameters", []) if item["name"] not in OMITTED]:
        made["parameters"] = parameters
    if body := operation.get("requestBody"):
        made["requestBody"] = {"required": True, "content": {JSON: schemas.content(body["content"][JSON])}}
    answers = {status: item for status, item in operation["responses"].items() if status not in ASKED_BY_HEADER}
    made["responses"] = {status: _response(status, item, answer, schemas) for status, item in answers.items()}
    return {**made, "security": operation["security"]} if "security" in operation else made


def _parameter(item: Mapping[str, Any], schemas: "_Schemas") -> dict[str, Any]:
    fixed = FIXED.get(item["name"])
    schema = {**TEXT, "enum": list(fixed)} if fixed else schemas.lower(item["schema"])
    made = {key: item[key] for key in ("name", "in", "description") if key in item}
    return {**made, "required": bool(fixed) or item.get("required", False), "schema": schema}


def _response(status: str, item: Mapping[str, Any], answer: type[BaseModel] | None, schemas: "_Schemas") -> dict[str, Any]:
    made: dict[str, Any] = {"description": _brief(item["description"])}
    if answer and status == "200":
        return {**made, "content": {JSON: {"schema": schemas.add(answer)}}}
    content = {kind: schemas.content(value) for kind, value in item.get("content", {}).items() if kind in (JSON, PROBLEM, PLAIN)}
    return {**made, "content": content} if content else made


class _Schemas:
    """Named schemas on their way from 3.1 to 3.0."""

    def __init__(self, source: Mapping[str, Any]) -> None:
        self.source = dict(source)
        self.renamed = {FAILURE: EITHER, **_twins(self.source)}
        self.found: dict[str, Any] = {}
        for name in self.source:
            self.found[name] = self._named(name)
        for loser, winner in self.renamed.items():
            if winner != EITHER and loser in self.found:
                self._widen(winner, loser)
        if {JUDGEMENT, FAILURE} <= self.found.keys():
            self.found[EITHER] = self._either()

    def add(self, model: type[BaseModel]) -> dict[str, Any]:
        """The reference to a model of our own."""
        for name, schema in models_json_schema([(model, "serialization")], ref_template=REFERENCE + "{model}")[1]["$defs"].items():
            self.source.setdefault(name, schema)
            self.found.setdefault(name, self._named(name))
        return {"$ref": REFERENCE + model.__name__}

    def content(self, media: Mapping[str, Any]) -> dict[str, Any]:
        """The schema of a body, and its examples."""
        return {"schema": self.lower(media["schema"]), **({"examples": media["examples"]} if "examples" in media else {})}

    def lower(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """One schema without a name."""
        if "$ref" in schema:  # 3.0 knows nothing beside a reference
            name = _name(schema)
            return {"$ref": REFERENCE + self.renamed.get(name, name)}
        if "anyOf" in schema:
            return self._union(schema)
        made = {key: schema[key] for key in SCALARS if key in schema}
        if "description" in schema:
            made["description"] = _brief(schema["description"])
        if schema.get("type") == "null":  # only numbers are null in an answer
            made |= {"type": "number", "nullable": True}
        if "exclusiveMaximum" in schema:  # a number in 3.1, a flag in 3.0; ours bound whole numbers
            made["maximum"] = schema["exclusiveMaximum"] - 1
        if choices := schema.get("enum") or [schema[key] for key in ("const",) if key in schema]:
            made["enum"] = list(choices)
        if "items" in schema:
            made["items"] = self.lower(schema["items"])
        return made

    def _union(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The one kind that callers need: what may be null may be left out, and what is no judgement is a failure."""
        kinds = [kind for kind in schema["anyOf"] if kind.get("type") != "null" and _name(kind) != PART]
        names = frozenset(_name(kind) for kind in kinds)
        if names == {JUDGEMENT, FAILURE}:
            return {"$ref": REFERENCE + EITHER}
        if names in EITHER_OF:
            return self._flat(EITHER_OF[names], [_name(kind) for kind in kinds])
        described = {"description": schema["description"]} if "description" in schema and "$ref" not in kinds[0] else {}
        return self.lower({**kinds[0], **described})

    def _flat(self, name: str, others: Sequence[str]) -> dict[str, Any]:
        """One object with the keys of several, none of which must be there."""
        words = " Or: ".join(self.source[other]["description"] for other in others)
        keys = {key: schema for other in others for key, schema in self._named(other)["properties"].items()}
        self.found[name] = {"type": "object", "description": _brief(words), "properties": keys}
        return {"$ref": REFERENCE + name}

    def _named(self, name: str) -> dict[str, Any]:
        schema = self.source[name]
        made = self.lower(schema)
        keys = {key: self._property(name, key, value) for key, value in schema.get("properties", {}).items() if (name, key) not in LEFT_OUT}
        if keys:
            made["properties"] = keys
        if required := [key for key in schema.get("required", []) if key in keys]:
            made["required"] = required
        return made

    def _property(self, owner: str, key: str, schema: Mapping[str, Any]) -> dict[str, Any]:
        if (owner, key) not in FREE:
            always_there = key in self.source[owner].get("required", [])
            return self.lower(schema) | ({"nullable": True} if always_there and _may_be_null(schema) else {})
        name, keys = FREE[owner, key]
        self.found[name] = {"type": "object", **({"properties": {key: TEXT for key in keys}} if keys else {"additionalProperties": TEXT})}
        reference = {"$ref": REFERENCE + name}
        return {"type": "array", "items": reference} if schema.get("type") == "array" else reference

    def _widen(self, name: str, other: str) -> None:
        """Make a named object accept what another one describes."""
        mine, theirs = self.found[name], self.found[other]
        for key, schema in theirs["properties"].items():
            ours = mine["properties"].setdefault(key, schema)
            if "$ref" in ours and "$ref" in schema:
                if _name(ours) != _name(schema):
                    self._widen(_name(ours), _name(schema))
            elif "enum" in ours or schema.get("nullable"):
                ours |= _wider(ours, schema)
        mine["required"] = [key for key in mine.get("required", []) if key in theirs.get("required", [])]

    def _either(self) -> dict[str, Any]:
        """A judgement, or the error that stands in its place."""
        made: dict[str, Any] = copy.deepcopy(self.found[JUDGEMENT])
        failure = self.found[FAILURE]
        made["properties"] |= {key: value for key, value in failure["properties"].items() if key not in made["properties"]}
        made["required"] = [key for key in made["required"] if key in failure["required"]]
        made["description"] = "A judgement; or, where `error` is there, why there is none, with what the safety rules found all the same."
        return made


def _may_be_null(schema: Mapping[str, Any]) -> bool:
    return any(kind.get("type") == "null" for kind in schema.get("anyOf", ()))


def _twins(source: Mapping[str, Any]) -> dict[str, str]:
    """Objects of a failure that a judgement has in another form under the same key: the judgement's is widened to take both."""
    failure, judgement = (source.get(name, {}).get("properties", {}) for name in (FAILURE, JUDGEMENT))
    return {_name(value): _name(judgement[key]) for key, value in failure.items() if "$ref" in value and "$ref" in judgement.get(key, {})}


def _wider(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    choices = {"enum": list(dict.fromkeys([*ours["enum"], *theirs.get("enum", [])]))} if "enum" in ours else {}
    return choices | ({"nullable": True} if theirs.get("nullable") else {})


def _reached(value: object, schemas: Mapping[str, Any]) -> set[str]:
    """The names that a part of the document refers to, directly or through others."""
    found: set[str] = set()
    waiting = list(_references(value))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _references(schemas[name])
    return found


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield _name(value)
        value = list(value.values())
    for item in value if isinstance(value, list) else ():
        yield from _references(item)


def _name(reference: Mapping[str, Any]) -> str:
    return str(reference.get("$ref", "")).removeprefix(REFERENCE)


def _brief(text: str) -> str:
    return text if len(text) <= LONGEST_DESCRIPTION else f"{text[: LONGEST_DESCRIPTION - 1]}…"
