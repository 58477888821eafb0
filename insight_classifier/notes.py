"""Field notes, plain and labelled, and the check of a labelled note against the definition."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from insight_classifier.definition import Definition, Dimension, Member
from insight_classifier.errors import LabelError, NoteError
from insight_classifier.text import view

PARTIAL = "partial"  # of a record: true where people labelled only part of the definition; what is missing is unknown, not false
MAX_CHARACTERS = 32_000  # of all fields together: the longest long-text field of the CRMs we serve


@dataclass(frozen=True)
class Note:
    """One field note as it was sent: its text fields by name, and whatever came with them."""

    id: str
    fields: Mapping[str, str]
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Quote:
    """A verbatim piece of a field that proves a tag."""

    tag: str
    quote: str
    field: str


@dataclass(frozen=True)
class LabelledNote:
    """A note with a person's judgement of it. Values by dimension: {check: bool}, level or option name.

    `partial`: what is not in them was not labelled.
    """

    note: Note
    checks: Mapping[str, bool]
    levels: Mapping[str, int]
    options: Mapping[str, str]
    quotes: tuple[Quote, ...]
    partial: bool = False

    def label_met(self, definition: Definition) -> bool:
        return definition.label.rule(self.checks)

    def label_known(self, definition: Definition) -> bool:
        """Whether everything that the label is derived from was labelled."""
        return all(name in self.checks for name in definition.label.rule.names)


def read_note(record: Mapping[str, Any], definition: Definition, number: int = 1) -> Note:
    """The note in a record; keys that are no text field become metadata. Raises NoteError."""
    fields = {}
    for item in definition.fields:
        value = record.get(item.name)
        if value is None and not item.required:
            continue  # null is no field
        if not isinstance(value, str):
            raise NoteError(f"{item.name} must be a text, not {_kind(value)}", "wrong_type" if value is not None else "missing_text")
        fields[item.name] = value
    check_fields(fields, definition)
    names = {item.name for item in definition.fields}
    identifier = record.get("id")
    if isinstance(identifier, bool) or not isinstance(identifier, str | int | None):
        raise NoteError(f"id must be a text or a whole number, not {_kind(identifier)}", "wrong_type")
    metadata = {key: value for key, value in record.items() if key != "id" and not (key in names and value is None) and key not in fields}
    return Note(id=str(number if identifier is None else identifier), fields=fields, metadata=metadata)


def check_fields(fields: Mapping[str, str], definition: Definition) -> None:
    """Raises NoteError where the note is blank, too long, or not text that can be stored. Emoji and punctuation are not blank."""
    main = definition.main_field
    if not any(map(_visible, view(fields.get(main, "")[: MAX_CHARACTERS + 1]).text)):
        raise NoteError(f"{main} is empty: send the words of the note", "empty_text")
    size = sum(map(len, fields.values()))
    if size > MAX_CHARACTERS:
        raise NoteError(f"the note has {size:,} characters, at most {MAX_CHARACTERS:,} are read: split it", "text_too_long")
    for name, value in fields.items():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as problem:
            raise NoteError(
                f"{name} holds half a surrogate pair at character {problem.start}: send valid Unicode", "invalid_unicode"
            ) from problem


def _visible(character: str) -> bool:
    return character.isprintable() and not character.isspace()


def has_words(note: Note) -> bool:
    """Whether any field holds a letter or a digit."""
    return any(character.isalnum() for text in note.fields.values() for character in view(text).text)


def read_labelled_note(record: Mapping[str, Any], definition: Definition, *, partial: bool = False) -> LabelledNote:
    """A labelled note, checked against the definition. Raises LabelError, which names the note and every contradiction.

    `partial`: allow notes that say `"partial": true` and leave out dimensions, or members of the form {name: bool}.
    """
    try:
        note = read_note(record, definition)
    except NoteError as problem:
        raise LabelError(f"note {record.get('id', '?')}: {problem}") from problem
    problems: list[str] = []
    some = record.get(PARTIAL) is True
    if some and not partial:
        problems.append("only part of it is labelled, which serves to train alone: label the rest, or take it out")
    elif record.get(PARTIAL) not in (None, True, False):
        problems.append(f"{PARTIAL} must be true or false, not {record[PARTIAL]!r}")
    asked = {d.name: d for d in definition.dimensions if not some or record.get(d.name) is not None}
    labelled = LabelledNote(
        note=Note(
            note.id,
            note.fields,
            {k: v for k, v in note.metadata.items() if k not in {d.name for d in definition.dimensions} | {"evidence", PARTIAL}},
        ),
        checks={name: met for d in asked.values() if d.kind == "checks" for name, met in _checks(record, d, problems, some).items()},
        levels={d.name: _level(record, d, problems) for d in asked.values() if d.kind == "scale"},
        options={d.name: _option(record, d, problems) for d in asked.values() if d.kind == "choice"},
        quotes=_quotes(record, note, definition, problems),
        partial=some,
    )
    if not problems:
        problems += contradictions(labelled, definition)
    if problems:
        raise LabelError(f"note {note.id}: {'; '.join(problems)}")
    return labelled


def contradictions(labelled: LabelledNote, definition: Definition) -> Iterator[str]:
    """What the labels, the tags and the quotes say against each other or against the definition."""
    tagged = Counter(quote.tag for quote in set(labelled.quotes))
    for name, member in definition.checks.items():
        met = labelled.checks.get(name, False)
        missing = [need for need in member.requires if met and not labelled.checks.get(need, labelled.partial)]
        if missing:
            yield f"{name} is true but {missing[0]}, of which it is judged, is false"
        if met and member.evidence > tagged[name]:
            yield f"{name} is true but has no quote: add one, or make it false"
        if not met and tagged[name] and (name in labelled.checks or not labelled.partial):
            yield f"{name} is false but has a quote: delete it, or make it true"
        yield from (
            f"the quote {text[:60]!r} serves {name} and {other}: one clause may not be both" for other, text in _shared(member, labelled)
        )
    for dimension in (d for d in definition.of_kind("scale") if d.name in labelled.levels):
        level = dimension.members[labelled.levels[dimension.name]]
        count = tagged[dimension.evidence_tag or ""]
        if count < level.evidence:
            yield f"{dimension.name} {level.name} needs {level.evidence} quotes tagged {dimension.evidence_tag}, {count} are given"
        if dimension.evidence_tag and count and not level.evidence:
            yield f"{dimension.name} {level.name} allows no quote tagged {dimension.evidence_tag}, {count} are given"
    ticked = labelled.note.metadata.get("field_label")
    if ticked is not None and definition.label.crm_values and (not isinstance(ticked, str) or ticked not in definition.label.crm_values):
        yield f"field_label is {ticked!r}: use {' or '.join(definition.label.crm_values)}"


def _shared(member: Member, labelled: LabelledNote) -> Iterator[tuple[str, str]]:
    """Quotes of a check that prove another one too, from which its own must be distinct."""
    own = {(quote.quote, quote.field) for quote in labelled.quotes if quote.tag == member.name}
    return ((q.tag, q.quote) for q in labelled.quotes if q.tag in member.distinct_from and (q.quote, q.field) in own)


def labelled_record(labelled: LabelledNote, definition: Definition) -> dict[str, Any]:
    """The labelled note in the form of the data files; reading it again gives the same note."""
    note = labelled.note
    record: dict[str, Any] = {"id": note.id, **note.fields, **({PARTIAL: True} if labelled.partial else {})}
    members = {**labelled.levels, **labelled.options}
    for dimension in definition.dimensions:
        if dimension.kind != "checks":
            record |= {dimension.name: members[dimension.name]} if dimension.name in members else {}
        elif (said := {name: labelled.checks[name] for name in dimension.names if name in labelled.checks}) or not labelled.partial:
            record[dimension.name] = said
    record["evidence"] = [{"tag": q.tag, "quote": q.quote, "field": q.field} for q in labelled.quotes]
    return record | dict(note.metadata)


def _checks(record: Mapping[str, Any], dimension: Dimension, problems: list[str], some: bool) -> dict[str, bool]:
    """Checks are written as {name: bool}, or as the list of those that are true, which says that all others are false.

    `some`: names may be left out of the former.
    """
    value = record.get(dimension.name)
    learned = tuple(member.name for member in dimension.learned)
    if isinstance(value, list):
        problems += [f"{dimension.name} names {item!r}: use {', '.join(dimension.names)}" for item in value if item not in dimension.names]
        return {name: name in value for name in dimension.names if name in learned or name in value}
    if not isinstance(value, Mapping):
        problems.append(f"{dimension.name} must be {{name: true or false}} or a list of names, not {_kind(value)}")
        return {}
    problems += [f"{dimension.name} names {name!r}: use {', '.join(dimension.names)}" for name in value if name not in dimension.names]
    problems += [f"{dimension.name} lacks {name}" for name in learned if name not in value and not some]
    problems += [f"{name} must be true or false, not {met!r}" for name, met in value.items() if not isinstance(met, bool)]
    return {name: met is True for name, met in value.items() if name in dimension.names}


def _level(record: Mapping[str, Any], dimension: Dimension, problems: list[str]) -> int:
    value = record.get(dimension.name)
    if value in dimension.names:
        return dimension.names.index(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(dimension.members):
        return value
    problems.append(f"{dimension.name} must be 0 to {len(dimension.members) - 1}, not {value!r}")
    return 0


def _option(record: Mapping[str, Any], dimension: Dimension, problems: list[str]) -> str:
    value = record.get(dimension.name)
    if value in dimension.names:
        return str(value)
    problems.append(f"{dimension.name} is {value!r}: use {', '.join(dimension.names)}")
    return dimension.names[0]


def _quotes(record: Mapping[str, Any], note: Note, definition: Definition, problems: list[str]) -> tuple[Quote, ...]:
    items = record.get("evidence", [])
    if not isinstance(items, list):
        problems.append(f"evidence must be a list, not {_kind(items)}")
        return ()
    known = set(definition.tags) | {name for name, member in definition.checks.items() if member.evidence}
    quotes = []
    for item in items:
        if not isinstance(item, Mapping) or not isinstance(item.get("quote"), str) or not item["quote"].strip():
            problems.append(f"an evidence entry needs a tag and a quote: {item!r}")
            continue
        name = item.get("field") or definition.main_field
        if not isinstance(name, str) or not isinstance(item.get("tag"), str):
            problems.append(f"tag and field of an evidence entry must be texts: {item!r}")
        elif item["tag"] not in known:
            problems.append(f"evidence has the tag {item.get('tag')!r}: use {', '.join(sorted(known))}")
        elif item["quote"] not in note.fields.get(name, ""):
            problems.append(f"the quote {item['quote'][:60]!r} of {item['tag']} does not stand in {name}: copy it verbatim")
        else:
            quotes.append(Quote(item["tag"], item["quote"], name))
    return tuple(quotes)


def _kind(value: object) -> str:
    names = {
        type(None): "nothing",
        bool: "true or false",
        dict: "an object",
        list: "a list",
        int: "a number",
        float: "a number",
        str: "a text",
    }
    return names.get(type(value), type(value).__name__)
