"""The case as a form: what is known, how, and what is missing. Nothing is made up."""

import csv
import io
import json
from types import SimpleNamespace
from typing import Any

import pytest

from insight_classifier.definition import Definition
from service.safety.case import Case
from service.safety.report_form import Form, as_csv, as_json, form_of
from tests.service.safety.conftest import START
from tests.service.safety.test_quotes import flags, span
from tests.service.safety.test_words import item


def form(definition: Definition, text: str, *spans: dict[str, Any], metadata: dict[str, Any] | None = None, **more: Any) -> Form:
    given = {"id": "saf_1", "note_id": "n1", "source": "veeva", "record_id": "r1", "content_hash": "h", "spans": spans, "comment": None}
    whole = item(**given, reference=None, acknowledged_by=None, handed_to=None, **more)
    note = SimpleNamespace(author="msl-7", hcp=None, written_at=None, metadata=metadata or {})
    version = SimpleNamespace(id="v1", author=None, fields={"text": text}, modified_at=None, received_at=START)
    return form_of(Case(whole, (), note, version, {}), definition, START)  # type: ignore[arg-type]


def told(form: Form) -> dict[str, Any]:
    return dict(json.loads(as_json(form))["elements"])


def test_what_nothing_tells_is_empty_and_listed(definition: Definition) -> None:
    found = form(definition, "She stopped.")
    missing = [one.code for one in found.missing]
    assert {"C.2.r.1", "D.1", "E.i.1.1a", "G.k.2.2"} < set(missing)
    assert json.loads(as_json(found))["to_be_established"] == missing


def test_each_quote_of_an_event_is_an_element_of_its_own(definition: Definition) -> None:
    text, event = "A rash. Then a fall.", flags(definition)[0]
    found = form(definition, text, span(event, "a fall", text), span(event, "A rash", text))
    assert told(found)["E.i.1.1a"] == ["A rash", "a fall"]
    assert [row["repeat"] for row in csv.DictReader(io.StringIO(as_csv(found))) if row["element"] == "E.i.1.1a"] == ["1", "2"]


@pytest.mark.parametrize(
    ("metadata", "product"),
    [
        ({"product": " X "}, "X"),
        ({"products": ["X", "Y", 3]}, "X, Y"),
        ({"product": "", "products": "Z"}, "Z"),
        ({"product": {"a": 1}}, None),
    ],
)
def test_the_product_is_what_the_crm_sent(definition: Definition, metadata: dict[str, Any], product: str | None) -> None:
    assert told(form(definition, "x", metadata=metadata))["G.k.2.2"] == product


def test_who_knew_first_and_where_the_note_stands_is_told_beside_the_elements(definition: Definition) -> None:
    found = form(definition, "x")
    assert told(found)["C.1.1"] == "saf_1"
    context = {one.code: one.value for one in found.context}
    assert (context["context.received_by"], context["context.source"], context["context.record_id"]) == ("msl-7", "veeva", "r1")


@pytest.mark.parametrize("text", ["=1+1", "+49", "-5 kg", "@home", "\tx", "plain", 'with "quotes",\nand lines'])
def test_a_cell_is_text_for_a_spreadsheet_and_whole_for_a_reader(definition: Definition, text: str) -> None:
    [cell] = [row["value"] for row in csv.DictReader(io.StringIO(as_csv(form(definition, text)), newline="")) if row["element"] == "H.1"]
    assert cell.removeprefix("'") == text
    assert cell[0] not in "=+-@\t"
