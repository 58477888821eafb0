"""The document is OpenAPI 3.1 and tells the truth."""

import json
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from insight_classifier.definition import Definition
from service.records import note_model
from service.schemas import Shapes
from tests.service.conftest import HARM


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    return client.get("/openapi.json").json()


@pytest.fixture(scope="module")
def shapes(definition: Definition) -> Shapes:
    return Shapes(definition, note_model(definition), batch_notes=8)


def references(value: object) -> set[str]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    own = {value["$ref"]} if isinstance(value, dict) and isinstance(value.get("$ref"), str) else set()
    return own.union(*(references(item) for item in inner))


def test_it_is_of_version_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert {reference.removeprefix("#/components/schemas/") for reference in references(document)} <= schemas.keys()


def test_a_real_judgement_has_the_documented_shape(client: TestClient, shapes: Shapes) -> None:
    shapes.judgement.model_validate(client.post("/v1/score", json={"text": HARM, "next_steps": "Send the table."}).json())


def test_a_real_batch_has_the_documented_shape(client: TestClient, shapes: Shapes) -> None:
    notes = [{"text": HARM}, {"text": HARM, "id": []}, {}]
    shapes.results.model_validate(client.post("/v1/score/batch", json={"notes": notes}).json())


@pytest.mark.parametrize("content", [{"text": HARM, "other": 1}, {"text": " "}, {"notes": 1}])
def test_a_real_problem_has_the_documented_shape(client: TestClient, shapes: Shapes, content: dict[str, Any]) -> None:
    shapes.problem.model_validate(client.post("/v1/score", json=content).json())


def test_a_problem_may_carry_more(client: TestClient, shapes: Shapes) -> None:
    body = client.get("/nowhere").json()
    shapes.problem.model_validate({**body, "checks": {"queue": "full"}})


def test_another_judgement_does_not_fit(client: TestClient, shapes: Shapes) -> None:
    body = client.post("/v1/score", json={"text": HARM}).json()
    with pytest.raises(ValidationError):
        shapes.judgement.model_validate({**body, "label": "masterpiece"})


def test_the_definitions_names_and_wording_are_in_it(document: dict[str, Any], definition: Definition) -> None:
    properties = document["components"]["schemas"]["Judgement"]["properties"]
    for dimension in definition.dimensions:
        assert properties[dimension.name]["description"] == dimension.wording


def test_the_examples_work(client: TestClient, document: dict[str, Any]) -> None:
    content = document["paths"]["/v1/score"]["post"]["requestBody"]["content"]["application/json"]
    statuses = {client.post("/v1/score", json=example["value"]).status_code for example in content["examples"].values()}
    assert statuses == {200}


def test_problems_are_documented(document: dict[str, Any]) -> None:
    responses = document["paths"]["/v1/score"]["post"]["responses"]
    assert {"400", "413", "415", "422", "429", "500", "503", "504"} <= responses.keys()
    assert all("application/problem+json" in responses[status]["content"] for status in responses if status != "200")


def test_an_optional_key_is_not_said_to_be_null(document: dict[str, Any]) -> None:
    assert "null" not in json.dumps(document["components"]["schemas"]["Evidence"])


def test_a_part_of_a_judgement_has_the_documented_shape(client: TestClient, shapes: Shapes, document: dict[str, Any]) -> None:
    answer = document["paths"]["/v1/score"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert {"$ref": "#/components/schemas/JudgementPart"} in answer["anyOf"]
    shapes.part.model_validate(client.post("/v1/score?fields=probability", json={"text": HARM}).json())
    shapes.results.model_validate(client.post("/v1/score/batch?fields=", json={"notes": [{"text": HARM}]}).json())
