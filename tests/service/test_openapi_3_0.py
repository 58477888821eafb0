"""The integrator's document is OpenAPI 3.0.3, keeps the rules of Salesforce External Services, and tells the truth."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from starlette.testclient import TestClient

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.app import create_app
from service.database import Database
from service.integrators import OPERATIONS
from service.openapi_3_0 import REFERENCE, lowered
from service.settings import Settings
from tests.service.conftest import HARM

APEX = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*\Z")
METHODS = {"get", "put", "post", "delete", "patch"}


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    return client.get("/openapi-3.0.json").json()


@pytest.fixture
def whole(settings: Settings, predictor: Predictor, sqlite_url: str) -> Iterator[dict[str, Any]]:
    """As a service with a database has it."""
    with Database(sqlite_url) as database, TestClient(create_app(settings, predictor, database=database)) as client:
        yield client.get("/openapi-3.0.json").json()


def inside(value: object) -> Iterator[dict[str, Any]]:
    """Every object in a piece of JSON, the examples left out."""
    if isinstance(value, dict):
        yield value
        yield from (found for key, item in value.items() if key != "examples" for found in inside(item))
    elif isinstance(value, list):
        yield from (found for item in value for found in inside(item))


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for item in document["paths"].values() for method, operation in item.items() if method in METHODS]


def schemas(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Every schema, wherever it stands."""
    named = list(document["components"]["schemas"].values())
    return [item for part in (named, document["paths"]) for item in inside(part) if "type" in item and isinstance(item["type"], str)]


def errors(document: dict[str, Any], name: str, value: object, validator: Any = OAS30ReadValidator) -> list[str]:
    found = validator({"$ref": REFERENCE + name, "components": document["components"]}).iter_errors(value)
    return [f"{'/'.join(map(str, error.path))}: {error.message[:200]}" for error in found]


def test_it_is_valid_3_0_3(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.0.3"
    OpenAPIV30SpecValidator(document).validate()


def test_the_other_document_is_valid_3_1(client: TestClient) -> None:
    OpenAPIV31SpecValidator(client.get("/openapi.json").json()).validate()


def asked(document: dict[str, Any]) -> set[tuple[str, str]]:
    return {(path, method) for path, item in document["paths"].items() for method in item}


def test_it_covers_what_an_integrator_calls(document: dict[str, Any], whole: dict[str, Any]) -> None:
    with_database = {operation for operation in OPERATIONS if operation[0].startswith(("/v1/notes", "/v1/safety", "/v1/jobs"))}
    assert asked(document) == set(OPERATIONS) - with_database
    assert asked(whole) == set(OPERATIONS)


def test_nothing_is_a_union(document: dict[str, Any]) -> None:
    assert not [item for item in inside(document) if item.keys() & {"anyOf", "oneOf", "allOf", "not", "discriminator"}]


def test_nothing_is_written_as_3_1_does(document: dict[str, Any]) -> None:
    assert not [
        item for item in inside(document) if item.keys() & {"const", "exclusiveMinimum", "exclusiveMaximum", "$defs", "prefixItems"}
    ]
    assert not [item for item in inside(document) if item.get("type") == "null" or isinstance(item.get("type"), list)]


def test_only_a_plain_type_is_nullable(document: dict[str, Any]) -> None:
    nullable = [item for item in inside(document) if "nullable" in item]
    assert nullable
    assert all(item["type"] in {"number", "integer", "string", "boolean"} for item in nullable)


def test_nothing_stands_beside_a_reference(document: dict[str, Any]) -> None:
    assert not [item for item in inside(document) if "$ref" in item and len(item) > 1]


def test_every_object_is_named(document: dict[str, Any]) -> None:
    named = document["components"]["schemas"]
    nested = [item for item in schemas(document) if item["type"] == "object" and not any(item is schema for schema in named.values())]
    assert nested == []


def test_no_list_holds_lists(document: dict[str, Any]) -> None:
    assert not [item for item in schemas(document) if item["type"] == "array" and item["items"].get("type") == "array"]


def test_only_the_callers_own_records_have_free_keys_and_those_are_texts(document: dict[str, Any]) -> None:
    free = {name: item for name, item in document["components"]["schemas"].items() if "properties" not in item and item["type"] == "object"}
    assert free == {"CrmRecord": {"type": "object", "additionalProperties": {"type": "string"}}}


def test_operation_ids_are_apex_identifiers(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(document)]
    assert len({name.casefold() for name in names}) == len(names)
    assert all(APEX.match(name) and len(name) <= 40 for name in names)


def test_names_of_objects_and_keys_are_apex_identifiers(document: dict[str, Any]) -> None:
    named = document["components"]["schemas"]
    keys = {key for item in named.values() for key in item.get("properties", {})}
    parameters = {item["name"] for operation in operations(document) for item in operation.get("parameters", [])}
    assert [name for name in {*named, *keys, *parameters} if not APEX.match(name)] == []


def test_a_name_is_always_written_in_one_case(document: dict[str, Any]) -> None:
    named = document["components"]["schemas"]
    keys = {key for item in named.values() for key in item.get("properties", {})}
    assert len({key.casefold() for key in keys}) == len(keys)
    assert len({name.casefold() for name in named}) == len(named)


def test_it_keeps_to_the_sizes_that_salesforce_registers(document: dict[str, Any]) -> None:
    assert len(json.dumps(document)) < 10_000_000
    assert all(len(item.get("description", "")) <= 1333 for item in inside(document) if isinstance(item.get("description", ""), str))


def test_a_get_has_no_body_and_no_answer_has_headers(document: dict[str, Any]) -> None:
    assert not [item["get"] for item in document["paths"].values() if "requestBody" in item.get("get", {})]
    assert not [answer for operation in operations(document) for answer in operation["responses"].values() if "headers" in answer]


def test_bodies_are_json(document: dict[str, Any]) -> None:
    kinds = {kind for operation in operations(document) for kind in operation.get("requestBody", {}).get("content", {})}
    assert kinds == {"application/json"}


def test_the_dimensions_are_named_objects(document: dict[str, Any], definition: Definition) -> None:
    properties = document["components"]["schemas"]["Judgement"]["properties"]
    for dimension in definition.dimensions:
        named = document["components"]["schemas"][properties[dimension.name]["$ref"].removeprefix(REFERENCE)]
        if dimension.kind == "checks":
            assert tuple(named["properties"]) == dimension.names


def test_every_documented_schema_is_used(document: dict[str, Any]) -> None:
    used = {item["$ref"].removeprefix(REFERENCE) for item in inside(document) if "$ref" in item}
    assert used == document["components"]["schemas"].keys()


def test_a_real_judgement_fits(client: TestClient, document: dict[str, Any]) -> None:
    answer = client.post("/v1/score", json={"text": HARM, "next_steps": "Send the table."})
    assert errors(document, "Judgement", answer.json()) == []


def test_a_real_batch_with_failures_fits(client: TestClient, document: dict[str, Any]) -> None:
    answer = client.post("/v1/score/batch", json={"notes": [{"text": HARM}, {"text": HARM, "id": []}, {}]})
    assert errors(document, "Results", answer.json()) == []


def test_rows_of_a_preset_fit(client: TestClient, document: dict[str, Any]) -> None:
    records = [{"Id": "a1", "Summary_vod__c": HARM}, {"Id": "a2", "Other__c": HARM}]
    answer = client.post("/v1/score/veeva_crm_insight?rows=text", json={"records": records})
    assert len(answer.json()["failures"]) == 1
    assert errors(document, "PresetScores", answer.json()) == []


@pytest.mark.parametrize(
    ("path", "name"),
    [("/v1/presets", "PresetList"), ("/v1/info", "ServiceInfo"), ("/livez", "ServiceState"), ("/readyz", "ServiceState")],
)
def test_what_can_be_asked_fits(client: TestClient, document: dict[str, Any], path: str, name: str) -> None:
    assert errors(document, name, client.get(path).json()) == []


@pytest.mark.parametrize(
    ("path", "content"),
    [("/v1/score", {"text": " "}), ("/v1/score", {"text": HARM, "other": 1}), ("/v1/score/csv", [{"a": HARM}]), ("/v1/score/none", {})],
)
def test_a_real_problem_fits(client: TestClient, document: dict[str, Any], path: str, content: object) -> None:
    answer = client.post(path, json=content)
    assert answer.status_code >= 400
    assert errors(document, "Problem", answer.json()) == []


def test_the_examples_fit(client: TestClient, document: dict[str, Any]) -> None:
    for operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        for example in content.get("examples", {}).values():
            assert errors(document, content["schema"]["$ref"].removeprefix(REFERENCE), example["value"], OAS30WriteValidator) == []


def test_another_judgement_does_not_fit(client: TestClient, document: dict[str, Any]) -> None:
    body = client.post("/v1/score", json={"text": HARM}).json()
    assert errors(document, "Judgement", {**body, "label": "masterpiece"})
    assert errors(document, "Judgement", {key: value for key, value in body.items() if key != "label"})


def test_an_operation_that_the_service_lacks_is_left_out(client: TestClient) -> None:
    whole = client.get("/openapi.json").json()
    del whole["paths"]["/v1/presets"]
    assert "/v1/presets" not in lowered(whole)["paths"]


RULES = (
    test_it_is_valid_3_0_3, test_nothing_is_a_union, test_nothing_is_written_as_3_1_does, test_only_a_plain_type_is_nullable,
    test_nothing_stands_beside_a_reference, test_every_object_is_named, test_no_list_holds_lists, test_operation_ids_are_apex_identifiers,
    test_names_of_objects_and_keys_are_apex_identifiers, test_a_name_is_always_written_in_one_case, test_bodies_are_json,
    test_it_keeps_to_the_sizes_that_salesforce_registers, test_a_get_has_no_body_and_no_answer_has_headers,
    test_every_documented_schema_is_used,
)  # fmt: skip


def test_the_document_of_a_service_with_a_database_keeps_all_the_rules_too(whole: dict[str, Any]) -> None:
    for rule in RULES:
        rule(whole)


def test_a_job_is_made_of_notes_or_of_a_file_elsewhere_and_its_results_are_a_text(whole: dict[str, Any]) -> None:
    request = whole["components"]["schemas"]["JobRequest"]
    assert (set(request["properties"]), "required" in request) == ({"notes", "url", "format", "text_column"}, False)
    assert whole["paths"]["/v1/jobs"]["post"]["requestBody"]["content"]["application/json"]["schema"] == {"$ref": REFERENCE + "JobRequest"}
    results = whole["paths"]["/v1/jobs/{job_id}/results"]["get"]["responses"]["200"]["content"]
    assert results == {"text/plain": {"schema": {"type": "string"}}}


def test_it_says_how_a_caller_is_known(whole: dict[str, Any]) -> None:
    known = whole["components"]["securitySchemes"]
    secured = [operation for operation in operations(whole) if "security" in operation]
    assert {name for operation in secured for way in operation["security"] for name in way} == set(known)
    assert len(secured) == len(operations(whole)) - 2  # whether it lives and is ready anybody may ask
