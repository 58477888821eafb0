"""The routes in both OpenAPI documents: valid, every reference leads somewhere, ids that Apex takes."""

import re
from typing import Any

import pytest
from fastapi import FastAPI
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from pydantic import BaseModel, ValidationError
from pydantic.json_schema import models_json_schema

from service import openapi_3_0
from service.database import Database
from service.openapi import REFERENCE
from service.schemas import Open
from service.webhooks.api import webhook_routes
from service.webhooks.sending import Sender
from service.webhooks.shapes import SHAPES, WebhookReplay


class Problem(Open):
    """As the service has it."""

    code: str


@pytest.fixture
def document(sqlite_url: str) -> dict[str, Any]:
    app = FastAPI()
    app.include_router(webhook_routes(Database(sqlite_url), Sender()))
    found = app.openapi()
    models: tuple[type[BaseModel], ...] = (*SHAPES, Problem)
    schemas = models_json_schema([(model, "serialization") for model in models], ref_template=REFERENCE + "{model}")[1]["$defs"]
    return {**found, "components": {"schemas": schemas}}


def operations(document: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {(path, method): item["operationId"] for path, methods in document["paths"].items() for method, item in methods.items()}


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()
    assert set(re.findall(rf"{REFERENCE}(\w+)", str(document["paths"]))) <= set(document["components"]["schemas"])


def test_ids_of_operations_are_apex_identifiers(document: dict[str, Any]) -> None:
    assert sorted(operations(document).values()) == [
        *("createWebhook", "deleteWebhook", "getWebhook", "listWebhookDeliveries", "listWebhooks", "replayWebhook", "testWebhook")
    ]


def test_the_routes_can_stand_in_the_integrators_document(document: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openapi_3_0, "OPERATIONS", {key: (name, None) for key, name in operations(document).items()})
    lowered = openapi_3_0.lowered(document)
    OpenAPIV30SpecValidator(lowered).validate()
    assert len(operations(lowered)) == 7
    assert "anyOf" not in str(lowered)
    assert "null" not in str(lowered).replace("nullable", "")


@pytest.mark.parametrize("moment", [0, "0", "2026-03-01", "2026-03-01T12:00:00", True])
def test_a_moment_is_written_with_its_date_and_zone(moment: object) -> None:
    with pytest.raises(ValidationError):
        WebhookReplay.model_validate({"until": moment})


def test_a_moment_may_be_left_out_or_null() -> None:
    assert WebhookReplay.model_validate({"since": "2026-03-01T12:00:00z", "until": None}).since
