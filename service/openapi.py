"""The OpenAPI document: FastAPI's own, with the bodies that our routes read and write themselves."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from service.demonstrations import Demonstration
from service.errors import KINDS
from service.schemas import Shapes

REFERENCE = "#/components/schemas/"
FOREIGN = "HTTPValidationError"


def add_schemas(app: FastAPI, shapes: Shapes, example: Callable[[], dict[str, Any] | None], more: Iterable[type[BaseModel]] = ()) -> None:
    """Make `app.openapi` carry the schemas that the routes refer to, and a real judgement as an example once there is one.

    `more` are those of routes that do not depend on the definition alone.
    """
    models = (*shapes.all(), *more)
    plain = app.openapi

    @cache
    def openapi() -> dict[str, Any]:
        document = plain()
        schemas = models_json_schema([(model, "serialization") for model in models], ref_template=REFERENCE + "{model}")[1]["$defs"]
        document.setdefault("components", {})["schemas"] = schemas
        if judgement := example():
            schemas["Judgement"]["examples"] = [judgement]
        _drop_foreign(document)
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _drop_foreign(document: dict[str, Any]) -> None:
    """FastAPI documents an error of its own wherever a path has a parameter; ours are texts, which it never refuses."""
    for item in document["paths"].values():
        for operation in item.values():
            if FOREIGN in str(operation["responses"].get("422", {}).get("content", {})):
                del operation["responses"]["422"]


def request_body(model: str, examples: dict[str, Any]) -> dict[str, Any]:
    """For `openapi_extra`: the JSON body of a route that reads it itself."""
    content = {"schema": {"$ref": REFERENCE + model}, "examples": {name: {"value": value} for name, value in examples.items()}}
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


def responses(model: str | None, codes: Iterable[str], *, part: str | None = None) -> dict[int | str, dict[str, Any]]:
    """For `responses`: what a route answers, and the problems that it may answer instead, by their codes.

    `part` is the model of an answer from which the caller had something left out.
    """
    found: dict[int | str, dict[str, Any]] = {}
    if model:
        either = [{"$ref": REFERENCE + name} for name in (model, part) if name]
        found[200] = {"description": model, "content": {"application/json": {"schema": {"anyOf": either} if part else either[0]}}}
    for status in sorted({KINDS[code].status for code in codes}):
        titles = [f"{KINDS[code].title} (`{code}`)" for code in codes if KINDS[code].status == status]
        content = {"application/problem+json": {"schema": {"$ref": REFERENCE + "Problem"}}}
        found[status] = {"description": "; ".join(titles), "content": content}
    return found


def examples(demonstrations: Iterable[Demonstration]) -> dict[str, Any]:
    """Requests to try, by title."""
    return {item.name: {"id": item.name, **item.fields} for item in demonstrations}
