"""The quotes of an item drawn into the note's words, and those that could identify a patient told apart. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from insight_classifier.definition import Definition
from insight_classifier.judgement import Span
from service.marks import Mark, Piece, Tag, pieces, tags
from service.presentation import in_words
from service.safety.words import FOUND_BY

ABOUT, LONGEST = 60, 220  # characters of a snippet: before its quote, and in all
DETAIL = "style-3"  # the look of a detail that is no event
MASK = "[masked]"


@dataclass(frozen=True)
class Quote:
    """`identifies`: a detail by which somebody could be recognised rather than something that happened."""

    tag: Tag
    field: str
    start: int
    end: int
    by: str
    text: str
    identifies: bool


@dataclass(frozen=True)
class Text:
    """One field of the note with the quotes marked."""

    title: str
    pieces: tuple[Piece, ...]


def quotes(spans: Sequence[Mapping[str, Any]], fields: Mapping[str, str], definition: Definition) -> list[Quote]:
    """In the order of the note; without words where the note's are not kept."""
    order = [field.name for field in definition.fields]
    found = [_quote(span, fields, definition) for span in spans]
    return sorted(found, key=lambda one: (order.index(one.field) if one.field in order else len(order), one.start, -one.end))


def titles(flags: str, definition: Definition) -> list[str]:
    """Of flags as they are stored."""
    return [tag_of(flag, definition).title for flag in flags.split()]


def texts(found: Sequence[Quote], fields: Mapping[str, str], definition: Definition) -> list[Text]:
    """The note field by field, nothing of it lost."""
    return [Text(title, tuple(pieces(fields[name], _marks(found, name)))) for name, title in _fields(fields, definition)]


def narrative(found: Sequence[Quote], fields: Mapping[str, str], definition: Definition, *, masked: bool = False) -> str:
    """The note verbatim, each field under its title where there are several; `masked`: without what could identify a patient."""
    shown = [(title, _masked(fields[name], found, name) if masked else fields[name]) for name, title in _fields(fields, definition)]
    return shown[0][1] if len(shown) == 1 else "\n\n".join(f"{title}:\n{text}" for title, text in shown)


def snippet(found: Sequence[Quote], fields: Mapping[str, str]) -> tuple[tuple[str, bool], ...]:
    """What stands about the first quote, and whether it is quoted."""
    first = next((one for one in found if not one.identifies and one.text), next((one for one in found if one.text), None))
    if first is None:
        text = next(iter(fields.values()), "")
        return ((text[:LONGEST] + "…" * (len(text) > LONGEST), False),) if text else ()
    text, start = fields[first.field], max(0, first.start - ABOUT)
    end = min(len(text), max(start + LONGEST, first.end))
    before, after = ("…" if start else "") + text[start : first.start], text[first.end : end] + ("…" if end < len(text) else "")
    return ((before, False), (first.text, True), (after, False))


def tag_of(flag: str, definition: Definition) -> Tag:
    """How a flag looks. One that rules alone judge has a form, as a date of birth has: it is a detail, and no event."""
    known = tags(definition).get(flag)
    if known is None:  # of an older definition
        return Tag(flag, in_words(flag), flag[:1].upper(), "style-alert")
    return replace(known, style=DETAIL) if identifies(flag, definition) else known


def identifies(flag: str, definition: Definition) -> bool:
    member = definition.checks.get(flag)
    return member is not None and "model" not in member.judged_by


def _quote(span: Mapping[str, Any], fields: Mapping[str, str], definition: Definition) -> Quote:
    field, flag = span.get("field") or definition.main_field, span["flag"]
    text = fields.get(field, "")[span["start"] : span["end"]]
    return Quote(tag_of(flag, definition), field, span["start"], span["end"], span["by"], text, identifies(flag, definition))


def _marks(found: Sequence[Quote], field: str) -> list[Mark]:
    here = [one for one in found if one.field == field and one.text]
    return [Mark(one.tag, Span(field, one.start, one.end, one.text), f"{one.tag.title}, {FOUND_BY.get(one.by, one.by)}") for one in here]


def _fields(fields: Mapping[str, str], definition: Definition) -> Iterator[tuple[str, str]]:
    """Those that hold something, in reading order, those that the definition does not know last."""
    known = {field.name: field.title for field in definition.fields}
    names = [*(name for name in known if name in fields), *(name for name in fields if name not in known)]
    return ((name, known.get(name, in_words(name))) for name in names if fields[name])


def _masked(text: str, found: Sequence[Quote], field: str) -> str:
    end = len(text)
    for one in sorted((one for one in found if one.identifies and one.field == field), key=lambda one: one.start, reverse=True):
        text = text[: one.start] + MASK + text[max(one.start, min(one.end, end)) :]
        end = one.start
    return text
