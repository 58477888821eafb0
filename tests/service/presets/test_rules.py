"""Records of a CRM become notes, whatever is wrapped around them."""

import pytest

from insight_classifier.definition import Definition
from service.errors import RequestError
from service.presets.mapping import Preset
from service.presets.rules import Entry, csv_records, entries, unwrapped

RECORD = {"attributes": {"type": "Call2_vod__c"}, "Id": "a1", "Call_Comments_vod__c": "Note."}


def entry(presets: dict[str, Preset], definition: Definition, name: str, record: object) -> Entry:
    return entries([record], presets[name], definition)[0]


@pytest.mark.parametrize(
    "body",
    [
        RECORD,
        [RECORD],
        {"totalSize": 1, "done": True, "records": [RECORD]},
        {"allOrNone": False, "records": [RECORD]},
        {"compositeResponse": [{"body": {"totalSize": 1, "records": [RECORD]}, "httpStatusCode": 200, "referenceId": "r"}]},
        {"compositeResponse": [{"body": RECORD, "httpStatusCode": 200, "referenceId": "r"}]},
        {"hasErrors": False, "results": [{"statusCode": 200, "result": RECORD}]},
        {"graphs": [{"graphId": "1", "graphResponse": {"compositeResponse": [{"body": RECORD, "httpStatusCode": 200}]}}]},
        {"responseStatus": "SUCCESS", "data": [RECORD]},
        {"responseStatus": "SUCCESS", "data": RECORD},
        {"responseStatus": "SUCCESS", "data": [{"responseStatus": "SUCCESS", "data": RECORD}]},
    ],
)
def test_a_record_is_found_in_every_wrapping(body: object) -> None:
    assert unwrapped(body) == [RECORD]


def test_wrappings_without_end_are_left_alone() -> None:
    body: object = RECORD
    for _ in range(200):
        body = {"data": body}
    assert len(unwrapped(body)) == 1


def test_a_call_fills_all_three_fields(presets: dict[str, Preset], definition: Definition) -> None:
    record = {**RECORD, "Pre_Call_Notes_vod__c": "Ask why.", "Next_Call_Notes_vod__c": "Check in May.", "Unknown__c": 1}
    note = entry(presets, definition, "veeva_crm_call", record).note
    assert note is not None
    assert [note[field.name] for field in definition.fields] == ["Ask why.", "Note.", "Check in May."]


def test_html_stays_as_it_was_sent(presets: dict[str, Preset], definition: Definition) -> None:
    html = "<p>Won&#39;t start it in CKD&nbsp;4.</p>"
    note = entry(presets, definition, "vault_crm_insight", {"id": "V1", "description__v": html}).note
    assert note is not None
    assert note["text"] == html


def test_two_fields_of_one_note_are_joined_and_named(presets: dict[str, Preset], definition: Definition) -> None:
    found = entry(presets, definition, "veeva_crm_insight", {"Id": "a", "Summary_vod__c": "One.", "Description_vod__c": "Two."})
    assert found.note is not None
    assert found.note["text"] == "One.\n\nTwo."
    assert found.metadata["source_fields"] == {"text": ["Summary_vod__c", "Description_vod__c"]}


def test_of_two_names_for_the_same_words_one_is_read(presets: dict[str, Preset], definition: Definition) -> None:
    record = {"id": "V1", "description__v": "", "vmi_html_formatted_insight__v": "<b>Twice</b>", "vmi_insight__v": "Twice"}
    note = entry(presets, definition, "vault_crm_insight", record).note
    assert note is not None
    assert note["text"] == "<b>Twice</b>"


def test_a_whole_text_of_vql_is_the_field_itself(presets: dict[str, Preset], definition: Definition) -> None:
    found = entry(presets, definition, "vault_crm_insight", {"id": "V1", "RICHTEXT(description__v)": "<p>Whole.</p>"})
    assert found.note is not None
    assert found.note["text"] == "<p>Whole.</p>"


def test_metadata_keeps_who_when_and_whose(presets: dict[str, Preset], definition: Definition) -> None:
    record = {**RECORD, "OwnerId": "005", "Account_vod__c": "001", "Call_Date_vod__c": "2026-11-02"}
    metadata = entry(presets, definition, "veeva_crm_call", {**record, "SystemModstamp": "2026-11-03T12:00:00.000+0100"}).metadata
    assert (metadata["author"], metadata["hcp"], metadata["written_at"]) == ("005", "001", "2026-11-02")
    assert metadata["modified_at"] == "2026-11-03T11:00:00+00:00"


def test_names_are_compared_without_case_and_values_of_lists_are_joined(presets: dict[str, Preset], definition: Definition) -> None:
    found = entry(presets, definition, "vault_crm_call", {"ID": "V1", "Call_Notes__v": "Note.", "status__v": ["a__v", "b__v"]})
    assert found.note is not None
    assert found.metadata["status"] == "a__v; b__v"


def test_a_record_of_another_object_is_told_what_was_looked_for_and_found(presets: dict[str, Preset], definition: Definition) -> None:
    found = entry(presets, definition, "veeva_crm_call", {"Id": "a1", "Description_vod__c": "Ended up in hospital."})
    assert found.problem is not None
    assert all(name in str(found.problem) for name in ("Call_Comments_vod__c", "Pre_Call_Notes_vod__c", "Description_vod__c"))
    assert "hospital" not in str(found.problem)


def test_its_words_are_still_there_to_be_scanned(presets: dict[str, Preset], definition: Definition) -> None:
    found = entry(presets, definition, "veeva_crm_call", {"Id": "a1", "Description_vod__c": "Ended up in hospital."})
    assert found.scanned is not None
    assert "hospital" in found.scanned[definition.main_field]


def test_a_record_with_empty_texts_is_a_note_without_words(presets: dict[str, Preset], definition: Definition) -> None:
    found = entry(presets, definition, "veeva_crm_call", {"Id": "a1", "Call_Comments_vod__c": None})
    assert found.problem is None
    assert found.note is not None
    assert found.note["text"] == ""


def test_a_record_without_id_could_not_be_stored(presets: dict[str, Preset], definition: Definition) -> None:
    found = entry(presets, definition, "veeva_crm_call", {"Call_Comments_vod__c": "Note."})
    assert found.problem is not None
    assert found.problem.code == "missing_key"


def test_a_csv_row_without_id_gets_its_number(presets: dict[str, Preset], definition: Definition) -> None:
    assert entry(presets, definition, "csv", {"Statement (What)": "Note."}).id == "1"


def test_the_number_of_a_csv_row_is_no_id_of_its_note(presets: dict[str, Preset], definition: Definition) -> None:
    found = entry(presets, definition, "csv", {"Statement (What)": "Note."})
    assert found.note is not None
    assert "id" not in found.note


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_with_any_usual_delimiter(delimiter: str) -> None:
    text = f'\ufeffid{delimiter}text\r\n1{delimiter}"two\nlines{delimiter} and ""quotes"""\r\n'
    assert csv_records(text.encode()) == [{"id": "1", "text": f'two\nlines{delimiter} and "quotes"'}]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'id,text\n1,"never closed', "Close every quote"),
        (b"id,text\n1,a,b\n", "line 2 has more cells"),
        (b"id,text,Text\n1,a,b\n", "two columns called 'Text'"),
        (b"id,text\n1,\xff\n", "not UTF-8"),
    ],
)
def test_broken_csv_is_refused_in_words(body: bytes, told: str) -> None:
    with pytest.raises(RequestError, match=told):
        csv_records(body)
