"""The document says which scope an address needs and how a caller is refused."""

from typing import Any

import pytest
from fastapi import FastAPI
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic.json_schema import models_json_schema

from insight_classifier.definition import Definition
from service.database import Database
from service.openapi import REFERENCE, add_schemas
from service.openapi_3_0 import lowered
from service.people.addresses import OPEN, Addresses
from service.people.document import add_security
from service.people.rules import SCOPES
from service.people.shapes import SHAPES
from service.records import note_model
from service.schemas import Shapes
from tests.service.people.conftest import House

ADDRESSES = Addresses({"/oauth/token": OPEN, "/open": OPEN, "/v1/score": "score", "/v1/keys": "admin"})


@pytest.fixture
def app(sqlite_url: str, definition: Definition) -> FastAPI:
    app = House(Database(sqlite_url)).app()
    add_schemas(app, Shapes(definition, note_model(definition), 8), lambda: None, SHAPES)
    add_security(app, ADDRESSES, counted=["/v1/score"])
    return app


@pytest.fixture
def document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def test_it_is_valid(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()


def test_every_shut_address_names_its_scope_and_its_refusals(document: dict[str, Any]) -> None:
    listed = document["paths"]["/v1/keys"]["get"]
    assert {"oauth": ["admin"]} in listed["security"]
    assert {"401", "403", "429", "503"} <= listed["responses"].keys()
    assert listed["responses"]["503"]["description"].count("storage_unavailable") == 1
    assert "quota_exceeded" not in listed["responses"]["429"]["description"]
    assert "quota_exceeded" in document["paths"]["/v1/score"]["post"]["responses"]["429"]["description"]


def test_an_open_address_needs_nothing(document: dict[str, Any]) -> None:
    assert "security" not in document["paths"]["/open"]["get"]
    assert document["paths"]["/oauth/token"]["post"]["security"] == []


def test_the_scopes_are_those_there_are(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["oauth"]["flows"]["clientCredentials"]["scopes"] == SCOPES


def test_the_integrators_document_is_still_made(document: dict[str, Any]) -> None:
    assert lowered(document)["openapi"] == "3.0.3"


def test_no_shape_takes_a_name_of_the_services_own(definition: Definition) -> None:
    others = models_json_schema([(m, "serialization") for m in Shapes(definition, note_model(definition), 8).all()], ref_template=REFERENCE)
    assert not {shape.__name__ for shape in SHAPES} & others[1]["$defs"].keys()
