"""Judgements become rows that a CRM takes."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insight_classifier.definition import Definition
from insight_classifier.notes import Note
from insight_classifier.predictor import Predictor
from service.answers import to_json
from service.presets.mapping import Preset
from service.presets.rows import MARK, chunks, cut, rows
from service.presets.rules import Entry

Make = Callable[..., list[dict[str, Any]]]
TEXT = "<p>Won&#39;t start it in CKD&nbsp;4, as two of hers ended up in hospital.</p>"


@pytest.fixture(scope="module")
def judgement(predictor: Predictor) -> dict[str, Any]:
    return predictor.judge([Note("a1", {"text": TEXT})])[0].to_dict()


def made(preset: Preset, *results: dict[str, Any], modified: str = "") -> list[dict[str, Any]]:
    entries = [Entry(result["id"], {}, {"modified_at": modified}) for result in results]
    return rows(entries, results, preset)


def test_a_row_has_every_field_of_the_object(presets: dict[str, Preset], judgement: dict[str, Any]) -> None:
    preset = presets["veeva_crm_insight"]
    row = made(preset, judgement)[0]
    assert list(row) == [column.name for column in preset.target.columns]
    assert (row["Note_Key__c"], row["Label__c"], row["Status__c"]) == ("a1", judgement["label"], "scored")


def test_a_row_of_every_preset_can_be_sent(presets: dict[str, Preset], judgement: dict[str, Any]) -> None:
    for preset in presets.values():
        row = made(preset, judgement)[0]
        assert all(isinstance(value, str | float | int | None) for value in row.values())
        assert row[preset.target.external_id] == "a1"


def test_a_vault_picklist_gets_vaults_names(presets: dict[str, Preset], judgement: dict[str, Any]) -> None:
    row = made(presets["vault_crm_call"], judgement)[0]
    assert (row["label__c"], row["status__c"]) == (f"{judgement['label']}__c", "scored__c")


def test_decimals_are_rounded_to_the_places_of_the_field(presets: dict[str, Preset], judgement: dict[str, Any]) -> None:
    assert made(presets["veeva_crm_call"], {**judgement, "probability": 0.123456})[0]["Probability__c"] == 0.1235


def test_quotes_are_plain_text(presets: dict[str, Preset], judgement: dict[str, Any], definition: Definition) -> None:
    dimension = next(definition.of_kind("checks"))
    name = dimension.names[0]
    quote = {
        "met": True,
        "probability": 0.9,
        "evidence": [{"start": 0, "end": 3, "text": "<p>Won&#39;t"}, {"start": 9, "end": 11, "text": "CKD"}],
    }
    row = made(presets["csv"], {**judgement, dimension.name: {**judgement[dimension.name], name: quote}})[0]
    assert row[f"{name}_quotes"] == "Won't\nCKD"


def test_a_failed_note_leaves_the_earlier_score_alone(presets: dict[str, Preset], definition: Definition) -> None:
    flagged = next(d for d in definition.of_kind("checks") if d.lane)
    found = {flagged.name: {flagged.names[0]: {"met": True, "probability": None, "evidence": [], "source": "rule"}}}
    row = made(presets["csv"], {"id": "a1", "error": {"code": "text_too_long", "detail": "Split it."}, **found})[0]
    assert row == {
        "id": "a1",
        "status": "not_scored",
        "error_code": "text_too_long",
        "error_detail": "Split it.",
        flagged.names[0]: True,
        f"{flagged.names[0]}_probability": None,
        f"{flagged.names[0]}_quotes": "",
    }


def test_a_later_success_clears_the_error(presets: dict[str, Preset], judgement: dict[str, Any]) -> None:
    row = made(presets["csv"], judgement)[0]
    assert row["error_code"] is None
    assert row["error_detail"] is None


def test_of_two_versions_of_a_record_the_newer_is_stored(presets: dict[str, Preset], judgement: dict[str, Any]) -> None:
    versions = ["2026-11-02T10:00:00+00:00", "2026-11-01T10:00:00+00:00"]
    entries = [Entry("a1", {}, {"modified_at": time}) for time in versions]
    results = [{**judgement, "probability": p} for p in (0.25, 0.75)]
    assert [row["Probability__c"] for row in rows(entries, results, presets["veeva_crm_call"])] == [0.25]


def test_a_spreadsheet_runs_nothing(presets: dict[str, Preset], judgement: dict[str, Any]) -> None:
    row = made(presets["csv"], {**judgement, "coaching": ["=HYPERLINK(1)"]})[0]
    assert row["coaching"] == "'=HYPERLINK(1)"


def test_chunks_keep_to_the_crms_number_of_rows(presets: dict[str, Preset], judgement: dict[str, Any]) -> None:
    many = made(presets["veeva_crm_call"], *({**judgement, "id": str(n)} for n in range(450)))
    assert [chunk["count"] for chunk in chunks(many, presets["veeva_crm_call"].target)] == [200, 200, 50]


def test_chunks_keep_to_the_crms_bytes(presets: dict[str, Preset], judgement: dict[str, Any]) -> None:
    target = replace(presets["veeva_crm_call"].target, bytes=100_000)
    many = made(presets["veeva_crm_call"], *({**judgement, "id": str(n)} for n in range(120)))
    found = chunks(many, target)
    assert sum(chunk["count"] for chunk in found) == 120
    assert all(len(to_json(chunk["records"])) <= 100_000 for chunk in found)


def test_rows_for_salesforce_name_their_type(presets: dict[str, Preset], judgement: dict[str, Any]) -> None:
    chunk = chunks(made(presets["veeva_crm_call"], judgement), presets["veeva_crm_call"].target)[0]
    assert chunk["records"][0]["attributes"] == {"type": "MSL_Insight_Score__c"}


def test_rows_come_as_one_text_where_asked(presets: dict[str, Preset], judgement: dict[str, Any]) -> None:
    target = presets["veeva_crm_call"].target
    made_rows = made(presets["veeva_crm_call"], judgement)
    chunk = chunks(made_rows, target, as_text=True)[0]
    assert json.loads(chunk["records_text"]) == chunks(made_rows, target)[0]["records"]


def test_csv_rows_come_back_as_csv(presets: dict[str, Preset], judgement: dict[str, Any]) -> None:
    target = presets["csv"].target
    text = chunks(made(presets["csv"], judgement), target, as_text=True)[0]["records_text"]
    read = list(csv.DictReader(io.StringIO(text)))
    assert [(row["id"], row["label"]) for row in read] == [("a1", judgement["label"])]


def test_what_fits_is_not_cut() -> None:
    assert cut("a" * 20, 20) == "a" * 20


@pytest.mark.parametrize("end", ["\N{FAMILY}", "e\N{COMBINING ACUTE ACCENT}", "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}"])
def test_no_character_is_split(end: str) -> None:
    for size in range(12, 30):
        kept = cut("a" * size + end + "b" * 30, 28).removesuffix(MARK)
        assert kept == "a" * len(kept) or kept.startswith("a" * size + end)


@given(st.text(max_size=200), st.integers(16, 60))
def test_a_text_never_exceeds_its_field(text: str, length: int) -> None:
    found = cut(text, length)
    assert sum(2 if c == "\n" or c > "\uffff" else 1 for c in found) <= length
    assert found == text or found.endswith(MARK)
