"""Evidence on the page of a note: the note with its marks, the legend, and the marks that a form sends back. Pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from insight_classifier.definition import Definition, Dimension
from insight_classifier.judgement import Judgement
from service.errors import RequestError
from service.marks import Piece, Tag, marks, pieces, tags
from service.reviews.answers import Mark
from service.reviews.keys import evidence_keys, member_keys

EVIDENCE, QUOTE = "evidence", "quote."  # fields of the form: all marks as JSON by a script; else for each tag its quotes, a line each
Form = Mapping[str, str]


@dataclass(frozen=True)
class Passage:
    """One field of the note. `source`: exactly as it was sent, which offsets count in. `main`: the note itself."""

    name: str
    title: str
    source: str
    main: bool
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Marker:
    """One kind of evidence. `controls`: ids of the form's controls, one of which must be chosen for the evidence to count, the usual first.
    `quotes`: what is marked, a line each."""

    tag: Tag
    key: str
    controls: tuple[str, ...]
    quotes: str

    def told(self) -> dict[str, Any]:
        """For the script."""
        names = ("name", "title", "letter", "style")
        return {**{name: getattr(self.tag, name) for name in names}, "key": self.key, "controls": self.controls}


@dataclass(frozen=True)
class Group:
    """The kinds of evidence of one dimension, and the key that hides and shows them."""

    dimension: Dimension
    key: str
    markers: tuple[Marker, ...]


def passages(fields: Mapping[str, str], judgement: Judgement | None, definition: Definition) -> list[Passage]:
    """The note in reading order, with what the model marked."""
    found = marks(judgement, definition) if judgement else []
    held = [(field, fields[field.name]) for field in definition.fields if fields.get(field.name)]
    return [
        Passage(field.name, field.title, text, field.required, tuple(pieces(text, (one for one in found if one.span.field == field.name))))
        for field, text in held
    ]


def legend(definition: Definition, fields: Mapping[str, str], shown: Sequence[Mark], given: Form | None = None) -> list[Group]:
    """Every kind of evidence by dimension; its quotes as they are `shown`, or as they were given before."""
    keys, found = evidence_keys(definition), []
    for dimension in definition.dimensions:
        markers = tuple(_marker(dimension, tag, members, definition) for tag, members in _served(dimension))
        if markers:
            quoted = tuple(replace(one, quotes=_quotes(one.tag.name, fields, shown, given)) for one in markers)
            found.append(Group(dimension, keys.get(dimension.name, ""), quoted))
    return found


def read_marks(form: Form, shown: Sequence[Mark], fields: Mapping[str, str], definition: Definition) -> list[dict[str, Any]]:
    """What the form marks, as `answers.read_answer` takes and checks it. `shown`: what was marked before.

    Raises RequestError `review_invalid` for a quote that is not in the note.
    """
    if EVIDENCE in form:
        return _read_json(form[EVIDENCE])
    if not any(name.startswith(QUOTE) for name in form):
        return [vars(mark) for mark in shown]
    found: list[Mark] = []
    missing: list[str] = []
    for tag in tags(definition).values():
        kept = [mark for mark in shown if mark.tag == tag.name]
        for number, line in enumerate(filter(None, map(_folded, form.get(QUOTE + tag.name, "").splitlines())), 1):
            mark = _known(line, kept, fields) or _place(line, tag.name, fields, definition)
            found += [mark] if mark else []
            missing += [] if mark else [f"{tag.title}, line {number}"]
    if missing:
        raise RequestError(f"These words of evidence are not in the note: {'; '.join(missing)}. Copy them as they stand.", "review_invalid")
    return [vars(mark) for mark in found]


def told(shown: Sequence[Mark], judgement: Judgement | None, definition: Definition, given: Form | None = None) -> str:
    """Marks as JSON for the script, with what is said of each by the model; those that were `given` before in their place."""
    with suppress(RequestError):
        if given is not None and EVIDENCE in given:
            return json.dumps(_read_json(given[EVIDENCE]))
    words = {(m.tag.name, m.span.field, m.span.start, m.span.end): m.words for m in (marks(judgement, definition) if judgement else [])}
    return json.dumps([{**vars(mark), "words": words.get((mark.tag, mark.field, mark.start, mark.end), "")} for mark in shown])


def _served(dimension: Dimension) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each tag of a dimension, and the members that it is evidence for."""
    quoted = tuple(member.name for member in dimension.members if member.evidence)
    if dimension.kind == "scale" and dimension.evidence_tag and quoted:
        yield dimension.evidence_tag, quoted
    elif dimension.kind == "checks":
        yield from ((name, (name,)) for name in quoted)


def _marker(dimension: Dimension, tag: str, members: Sequence[str], definition: Definition) -> Marker:
    key = member_keys(definition).get((dimension.name, members[0]), "")
    return Marker(tags(definition)[tag], key, _ids(dimension, members), "")


def _ids(dimension: Dimension, members: Sequence[str]) -> tuple[str, ...]:
    checks = dimension.kind == "checks"
    return tuple(f"answer.{dimension.name}.{name}.yes" if checks else f"answer.{dimension.name}.{name}" for name in members)


def _quotes(tag: str, fields: Mapping[str, str], shown: Sequence[Mark], given: Form | None) -> str:
    if given is not None and QUOTE + tag in given:
        return given[QUOTE + tag]
    return "\n".join(_words(mark, fields) for mark in shown if mark.tag == tag)


def _read_json(sent: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(sent)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise RequestError("The evidence did not arrive whole. Reload the page and mark it again.", "review_invalid")
    return found


def _known(line: str, kept: list[Mark], fields: Mapping[str, str]) -> Mark | None:
    """A mark that is still there as it was; each is found once."""
    same = next((mark for mark in kept if _words(mark, fields) == line), None)
    if same:
        kept.remove(same)
    return same


def _place(line: str, tag: str, fields: Mapping[str, str], definition: Definition) -> Mark | None:
    """Where the words stand first, whatever lies between them; in the note itself before its other fields."""
    sought = re.compile(r"\s+".join(map(re.escape, line.split())))
    names = sorted(fields, key=lambda name: name != definition.main_field)
    found = ((name, sought.search(fields[name])) for name in names)
    return next((Mark(tag, name, *match.span()) for name, match in found if match), None)


def _words(mark: Mark, fields: Mapping[str, str]) -> str:
    return _folded(fields.get(mark.field, "")[mark.start : mark.end])


def _folded(text: str) -> str:
    return " ".join(text.split())
