"""A note as one line of a list: what is told of it at a glance, by the definition's own members. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from insight_classifier.definition import Definition
from service.presentation import in_words
from service.reviews.listing import Entry

BEFORE, LONGEST = 50, 240  # characters of a snippet: before the first place that was searched for, and in all

Marked = tuple[str, bool]  # a piece of text, and whether it was searched for


@dataclass(frozen=True)
class Line:
    """`depth`: the level on each scale; `missing`: checks of the label's rule that are not met; `alerts`: what a person must look at."""

    id: str
    author: str | None
    received_at: datetime
    label: str | None  # None: nobody has judged it
    met: bool
    probability: float | None
    depth: tuple[str, ...]
    missing: tuple[str, ...]
    alerts: tuple[str, ...]
    snippet: tuple[Marked, ...]
    flagged: bool
    objected: bool  # the author does not agree
    decided: int  # people who did
    due_at: datetime | None
    leased_by: str | None


def line(entry: Entry, definition: Definition, at: datetime) -> Line:
    """A line of the page that is made `at` a moment."""
    note, card = entry.note, entry.card
    judgement: Mapping[str, Any] = note.judgement or {}
    in_hand = card.leased_by is not None and card.leased_until > at
    return Line(
        id=note.id,
        author=note.author,
        received_at=note.received_at,
        label=in_words(note.label) if note.label else None,
        met=note.label == definition.label.met,
        probability=note.probability,
        depth=tuple(_levels(judgement, definition)),
        missing=tuple(_missing(judgement, definition)),
        alerts=tuple(_alerts(judgement, definition)),
        snippet=snippet(note.fields, entry.marks, definition),
        flagged=card.flagged,
        objected=card.objected,
        decided=card.got,
        due_at=entry.due_at,
        leased_by=card.leased_by if in_hand else None,
    )


def snippet(fields: Mapping[str, str], marks: Sequence[Mapping[str, Any]], definition: Definition) -> tuple[Marked, ...]:
    """The beginning of the note, or what stands about the first place that was searched for."""
    name = marks[0]["field"] if marks else definition.main_field
    text = fields.get(name, "")
    start = max(0, marks[0]["start"] - BEFORE) if marks else 0
    end = min(len(text), start + LONGEST)
    return tuple(_cut(text, start, end, [mark for mark in marks if mark["field"] == name]))


def _cut(text: str, start: int, end: int, marks: Sequence[Mapping[str, Any]]) -> Iterator[Marked]:
    yield ("…" if start else ""), False
    at = start
    for mark in marks:
        if mark["start"] >= end:
            break
        yield text[at : mark["start"]], False
        at = min(end, mark["end"])
        yield text[mark["start"] : at], True
    yield text[at:end] + ("…" if end < len(text) else ""), False


def _levels(judgement: Mapping[str, Any], definition: Definition) -> Iterator[str]:
    for dimension in definition.of_kind("scale"):
        level = judgement.get(dimension.name, {}).get("level")
        if isinstance(level, int) and level < len(dimension.members):
            yield f"{dimension.title}: {dimension.members[level].title}"


def _missing(judgement: Mapping[str, Any], definition: Definition) -> Iterator[str]:
    for dimension in definition.of_kind("checks"):
        for member in dimension.members:
            verdict = judgement.get(dimension.name, {}).get(member.name)
            if member.name in definition.label.rule.names and verdict and not verdict["met"]:
                yield member.title


def _alerts(judgement: Mapping[str, Any], definition: Definition) -> Iterator[str]:
    for dimension in definition.of_kind("checks"):
        for member in dimension.members:
            verdict = judgement.get(dimension.name, {}).get(member.name)
            if dimension.lane and member.evidence and verdict and verdict["met"]:
                yield member.title
