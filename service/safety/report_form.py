"""A case as a safety desk enters it: named by the elements of ICH E2B(R3), with what is known and what is still to be asked. Pure.

It is no E2B(R3) message: nothing is coded, and what no note tells stays empty. docs/safety.md explains each element.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from insight_classifier.definition import Definition
from service.safety.case import Case
from service.safety.quotes import Quote, narrative, quotes
from service.safety.words import awareness

FORM = "insight-safety-case/1"
NOTICE = (
    "Names follow the elements of ICH E2B(R3); this is no E2B(R3) message and no report to an authority. It adds to the duty to report "
    "within the time that is given and never replaces it. What is empty is to be established by the safety desk."
)
DESK, ASK = "the safety desk decides", "not told by the note's record: ask whoever had the conversation, and read the narrative"
COLUMNS = ("element", "repeat", "name", "value", "source")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what spreadsheets would compute


@dataclass(frozen=True)
class Element:
    """One line of the form. `source`: how the value is known, or who establishes it. `repeat`: from 1, where it occurs several times."""

    code: str
    name: str
    value: str | None
    source: str
    repeat: int | None = None


@dataclass(frozen=True)
class Form:
    """Elements of a case report, and what is told beside them. `identifiers`: where the narrative holds details of a patient."""

    elements: tuple[Element, ...]
    context: tuple[Element, ...]
    identifiers: tuple[Quote, ...]
    masked: bool

    @property
    def missing(self) -> tuple[Element, ...]:
        return tuple(one for one in self.elements if one.value is None)


def form_of(case: Case, definition: Definition, at: datetime, *, masked: bool = False) -> Form:
    """The case as it is known `at` a moment; `masked`: the narrative without what could identify a patient."""
    found = quotes(case.item["spans"], case.fields, definition)
    elements = (
        *_identification(case, at),
        *_reporter(case),
        *_patient(),
        *_events(found),
        *_product(case),
        *_words(case, found, definition, masked),
    )
    return Form(elements, tuple(_context(case)), tuple(one for one in found if one.identifies), masked)


def as_json(form: Form) -> str:
    """One object: `elements` by code, a list where an element occurs several times."""
    told: dict[str, Any] = {}
    for one in form.elements:
        told[one.code] = one.value if one.repeat is None else [*told.get(one.code, []), one.value]
    whole = {
        "form": FORM,
        "notice": NOTICE,
        "identifiers_masked": form.masked,
        "elements": told,
        "names": {one.code: one.name for one in form.elements},
        "sources": {one.code: one.source for one in form.elements},
        "to_be_established": [one.code for one in form.missing],
        "identifiers": [{"kind": one.tag.name, "field": one.field, "start": one.start, "end": one.end} for one in form.identifiers],
        "context": {one.code: one.value for one in form.context},
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def as_csv(form: Form) -> str:
    """A row an element, then what is told beside them. A cell that a spreadsheet would compute begins with an apostrophe."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for one in (*form.elements, *form.context):
        rows.writerow([one.code, one.repeat or "", one.name, _cell(one.value), one.source])
    return out.getvalue()


def _cell(value: str | None) -> str:
    text = value or ""
    return f"'{text}" if text.startswith(FORMULA) else text


def _identification(case: Case, at: datetime) -> Iterator[Element]:
    item, note, version = case.item, case.note, case.version
    basis = awareness(item, note and note.written_at, version and version.modified_at)
    yield Element("C.1.1", "Sender's (case) safety report unique identifier", item["reference"] or item["id"], _number(item))
    yield Element("C.1.2", "Date of creation", _moment(at), "when this form was made")
    yield Element("C.1.3", "Type of report", None, DESK)
    yield Element("C.1.4", "Date report was first received from source", _moment(item["awareness_at"]), basis)
    yield Element("C.1.5", "Date of most recent information for this report", _moment(_latest(case)), "when this version was received")


def _number(item: Mapping[str, Any]) -> str:
    return "the safety desk's case" if item["reference"] else "this service's id of the item, until the safety desk gives its own"


def _latest(case: Case) -> datetime:
    latest: datetime = case.version.received_at if case.version else case.item["received_at"]
    return latest


def _reporter(case: Case) -> Iterator[Element]:
    said = (case.note.metadata or {}) if case.note else {}
    hcp = case.note.hcp if case.note else None
    yield Element("C.2.r.1", "Reporter's name", hcp, "as the CRM names the physician, often an id: look it up there" if hcp else ASK)
    yield Element("C.2.r.2.1", "Reporter's organisation", None, ASK)
    yield Element("C.2.r.3", "Reporter's country code", *_said(said, "country"))
    yield Element("C.2.r.4", "Qualification", None, ASK)


def _patient() -> Iterator[Element]:
    for code, name in (("D.1", "Patient (name or initials)"), ("D.2.2a", "Age at time of onset of reaction"), ("D.5", "Sex")):
        yield Element(code, name, None, "never taken out of a note by this service: read the narrative, ask for what is missing")


def _events(found: Sequence[Quote]) -> Iterator[Element]:
    code, name = "E.i.1.1a", "Reaction / event as reported by the primary source in native language"
    told = [one for one in found if not one.identifies and one.text]
    for number, one in enumerate(told, 1):
        yield Element(code, name, one.text, f"{one.tag.title}, words of the note", number)
    if not told:
        yield Element(code, name, None, ASK)
    yield Element("E.i.4", "Date of start of reaction / event", None, ASK)
    yield Element("E.i.7", "Outcome of reaction / event at the time of last observation", None, ASK)


def _product(case: Case) -> Iterator[Element]:
    said = (case.note.metadata or {}) if case.note else {}
    yield Element("G.k.1", "Characterisation of drug role", None, DESK)
    yield Element("G.k.2.2", "Medicinal product name as reported by the primary source", *_said(said, "product", "products"))


def _said(metadata: Mapping[str, Any], *names: str) -> tuple[str | None, str]:
    """What the CRM sent with the note under one of these names, and how that is known."""
    for name in names:
        value = metadata.get(name)
        if isinstance(value, list):
            value = ", ".join(one for one in value if isinstance(one, str))
        if isinstance(value, str) and value.strip():
            return value.strip(), f"the CRM's {name}, of the whole conversation: the narrative may mean another"
    return None, ASK


def _words(case: Case, found: Sequence[Quote], definition: Definition, masked: bool) -> Iterator[Element]:
    text = narrative(found, case.fields, definition, masked=masked) if case.fields else None
    how = "the note, what could identify a patient masked" if masked else "the note, word for word"
    yield Element("H.1", "Case narrative", text, how if text else "the words are not kept here: read them in the CRM")
    if case.item["comment"]:
        yield Element("H.4", "Sender's comments", case.item["comment"], "whoever acknowledged the item")


def _context(case: Case) -> Iterator[Element]:
    item = case.item
    yield Element("context.item_id", "Item", item["id"], "this service")
    yield Element("context.source", "CRM", item["source"] or None, "this service")
    yield Element("context.record_id", "Record there", item["record_id"], "the CRM")
    yield Element("context.note_id", "Note", item["note_id"], "this service")
    yield Element("context.version_id", "Version of the note", case.version.id if case.version else None, "this service")
    yield Element("context.content_fingerprint", "Fingerprint of the words (SHA-256)", item["content_hash"] or None, "this service")
    yield Element("context.received_by", "Who had the conversation, and so knew first", case.author, "the CRM")
    yield Element("context.received_at", "Received by this service", _moment(item["received_at"]), "this service")
    yield Element("context.due_at", "To be handed over by", _moment(item["due_at"]), "the clock of the item")
    yield Element("context.state", "State of the item", item["state"], "this service")
    yield Element("context.acknowledged_by", "Acknowledged by", _name(case, item["acknowledged_by"]), "this service")
    yield Element("context.handed_to", "Handed over to", item["handed_to"], "whoever handed it over")


def _name(case: Case, who: str | None) -> str | None:
    return case.names.get(who, who) if who else None


def _moment(at: datetime) -> str:
    """To the second, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
