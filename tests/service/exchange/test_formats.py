"""Files for other tools: places in the units that they count in, everything from the definition."""

import json
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from service.exchange.formats import FORMATS
from tests.service.exchange.files import sent
from tests.service.exchange.test_taking_in import decide, fill
from tests.service.reviews.desk import TEXT, Desk, every_check
from tests.service.reviews.test_store import answer

EMOJI = "👍🏽\r\n" + TEXT


@pytest.fixture
def exported(desk: Desk) -> Callable[..., list[dict[str, Any]]]:
    def export(form: str, **wish: bool) -> list[dict[str, Any]]:
        return list(json.loads(sent(desk, form, **wish)[0]))

    return export


def test_an_empty_file_is_a_file_of_its_kind(desk: Desk):
    assert [sent(desk, form)[0] for form in ("jsonl", "label-studio", "argilla")] == ["", "[\n]\n", "[\n]\n"]


def test_a_task_has_an_annotation_for_each_decision_and_the_models_prediction(desk: Desk, exported: Any):
    fill(desk)
    decide(desk)
    tasks = {task["data"]["note"]: task for task in exported("label-studio", every=True)}
    assert [len(tasks[f"veeva:{name}"]["annotations"]) for name in "abcd"] == [1, 1, 2, 3]
    assert [one["ground_truth"] for one in tasks["veeva:d"]["annotations"]] == [False, False, True]
    assert tasks["veeva:a"]["predictions"][0]["score"] == 0.9
    assert tasks["veeva:a"]["predictions"][0]["result"] == tasks["veeva:a"]["annotations"][0]["result"]


def test_label_studio_gets_places_in_code_points_and_every_answer(desk: Desk, exported: Any):
    desk.note("a", text=EMOJI)
    met = every_check(desk.definition)
    desk.decide("a", "change", answer=answer(desk, *met))
    [task] = exported("label-studio")
    spans = [one["value"] for one in task["annotations"][0]["result"] if one["type"] == "labels"]
    assert [EMOJI[one["start"] : one["end"]] for one in spans] == [one["text"] for one in spans]
    assert [one["labels"] for one in spans] == [[name] for name in met]
    chosen = {one["from_name"]: one["value"]["choices"] for one in task["annotations"][0]["result"] if one["type"] == "choices"}
    assert {name for names in chosen.values() for name in names} >= set(met)


def test_the_interface_knows_every_name_that_a_task_uses(desk: Desk, exported: Any):
    fill(desk)
    decide(desk)
    view = fromstring(FORMATS["label-studio"].companion[1](desk.definition))
    names = {element.get("name") for element in view.iter() if element.get("name")}
    values = {element.get("value") for element in view.iter() if element.tag in ("Choice", "Label")}
    for task in exported("label-studio", every=True):
        for one in [result for annotation in task["annotations"] for result in annotation["result"]]:
            assert {one["from_name"], one["to_name"]} <= names
            assert set(one["value"].get("choices") or one["value"]["labels"]) <= values
        assert {name for name in (element.get("value", "") for element in view.iter("Text"))} <= {f"${name}" for name in task["data"]}


def test_a_record_has_peoples_responses_and_the_models_suggestions(desk: Desk, exported: Any):
    fill(desk)
    decide(desk)
    records = {record["id"]: record for record in exported("argilla", every=True)}
    questions = {one["name"] for one in json.loads(FORMATS["argilla"].companion[1](desk.definition))["questions"]}
    record = records["veeva:d"]
    scale = next(desk.definition.of_kind("scale"))
    assert len({one["user_id"] for one in record["responses"][scale.name]}) == 3
    assert set(record["responses"]) | set(record["suggestions"]) <= questions
    assert record["suggestions"][scale.name]["score"] == 0.8
    assert record["metadata"]["team"] == "north"


def test_argilla_gets_no_empty_answer(desk: Desk, exported: Any):
    desk.note("a")
    desk.decide("a", "confirm")
    [record] = exported("argilla")
    assert not [name for name, said in record["responses"].items() if said[0]["value"] in ([], "")]
    assert set(record["responses"]) == {d.name for d in desk.definition.dimensions if d.kind != "checks"}
