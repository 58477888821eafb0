"""A judgement arranged for a reader: what the result template shows, in words."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from insight_classifier.definition import Definition, Dimension, Member
from insight_classifier.judgement import Check, Judgement, Level, Option, Span, Verdict
from insight_classifier.notes import Note
from insight_classifier.reasons import reason_in_words
from service.marks import Piece, Tag, marks, pieces, tags

TOP_OPTIONS = 3
SOURCES = {"model": "found by the model", "rule": "found by the rules", "both": "found by the rules and the model"}


@dataclass(frozen=True)
class Row:
    """One member with its verdict; `threshold` is where a check counts as met."""

    member: Member
    met: bool
    word: str
    probability: float | None
    quotes: tuple[str, ...] = ()
    tag: Tag | None = None
    source: str = ""
    threshold: float | None = None


@dataclass(frozen=True)
class Card:
    """One dimension: its rows in reading order (a scale from the top down), and those that are only shown on demand."""

    dimension: Dimension
    rows: tuple[Row, ...]
    more: tuple[Row, ...] = ()
    decides: bool = False  # whether the label's rule is made of it


@dataclass(frozen=True)
class Safety:
    """The safety lane: what a person must look at, what is merely to be dealt with, and what was scanned without a find."""

    urgent: tuple[Row, ...]
    other: tuple[Row, ...]
    clear: tuple[Row, ...]


@dataclass(frozen=True)
class Text:
    """One field with its evidence marked."""

    title: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Shown:
    """All that the page says of one note."""

    judgement: Judgement
    title: str
    wording: str
    met: bool
    reasons: tuple[str, ...]
    safety: Safety
    cards: tuple[Card, ...]
    texts: tuple[Text, ...]
    legend: tuple[tuple[Tag, int], ...]  # with the number of quotes


def present(note: Note, judgement: Judgement, definition: Definition) -> Shown:
    """Arrange a judgement that was made under this definition."""
    found = marks(judgement, definition)
    met = judgement.label == definition.label.met
    fields = [field for field in definition.fields if note.fields.get(field.name)]
    counts = [(tag, sum(mark.tag == tag for mark in found)) for tag in tags(definition).values()]
    return Shown(
        judgement=judgement,
        title=in_words(judgement.label),
        wording=definition.label.met_wording if met else definition.label.unmet_wording,
        met=met,
        reasons=tuple(reason_in_words(code, definition) for code in judgement.review_reasons),
        safety=_safety(row for d in _lane(definition) for row in _check_rows(d, judgement.verdicts[d.name], definition)),
        cards=tuple(_card(d, judgement, definition) for d in definition.dimensions if not d.lane),
        texts=tuple(Text(f.title, tuple(pieces(note.fields[f.name], (m for m in found if m.span.field == f.name)))) for f in fields),
        legend=tuple((tag, count) for tag, count in counts if count),
    )


def safety_of_refused(found: Mapping[str, Any], definition: Definition) -> Safety | None:
    """The safety lane of a note that was not judged; None where it had no text to scan."""
    checks = {
        name: Check(value["met"], None, tuple(Span("", q["start"], q["end"], q["text"]) for q in value["evidence"]), value.get("source"))
        for dimension in _lane(definition)
        for name, value in found.get(dimension.name, {}).items()
    }
    if not checks:
        return None
    return _safety(_check_row(definition.checks[name], check, definition) for name, check in checks.items())


def in_words(name: str) -> str:
    """A name of the definition as a person would write it."""
    return name.replace("_", " ").capitalize()


def facts(metadata: Mapping[str, Any] | None, *, told: Collection[object] = ()) -> Iterator[tuple[str, str | int | float | datetime]]:
    """What the CRM says of a note, by names as a person would write them, without what is `told` elsewhere; moments as such."""
    for name, value in (metadata or {}).items():
        if isinstance(value, str | int | float) and value not in told:
            yield in_words(name), _moment(value) or value


def _moment(value: object) -> datetime | None:
    """None for what is none, a day without a time among it."""
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else None
    except ValueError:
        return None


def _lane(definition: Definition) -> Iterator[Dimension]:
    return (dimension for dimension in definition.of_kind("checks") if dimension.lane == "safety")


def _safety(rows: Iterator[Row]) -> Safety:
    """A member that asks for quotes sends the note to a person; the others want an answer only."""
    listed = list(rows)
    met = [row for row in listed if row.met]
    return Safety(
        urgent=tuple(row for row in met if row.member.evidence),
        other=tuple(row for row in met if not row.member.evidence),
        clear=tuple(row for row in listed if not row.met),
    )


def _card(dimension: Dimension, judgement: Judgement, definition: Definition) -> Card:
    verdict = judgement.verdicts[dimension.name]
    if isinstance(verdict, Level):
        return Card(dimension, tuple(reversed(list(_levels(dimension, verdict, definition)))))
    if isinstance(verdict, Option):
        ranked = sorted(_options(dimension, verdict), key=lambda row: (not row.met, -(row.probability or 0)))
        return Card(dimension, tuple(ranked[:TOP_OPTIONS]), tuple(ranked[TOP_OPTIONS:]))
    decides = bool(set(definition.label.rule.names) & set(dimension.names))
    return Card(dimension, tuple(_check_rows(dimension, verdict, definition)), decides=decides)


def _check_rows(dimension: Dimension, verdict: Verdict, definition: Definition) -> Iterator[Row]:
    checks = verdict.items() if isinstance(verdict, Mapping) else ()
    return (_check_row(dimension.member(name), check, definition) for name, check in checks)


def _check_row(member: Member, check: Check, definition: Definition) -> Row:
    of_rule = member.name in definition.label.rule.names
    word = ("Met" if of_rule else "Yes") if check.met else ("Missing" if of_rule else "No")
    return Row(
        member=member,
        met=check.met,
        word=word,
        probability=check.probability,
        quotes=tuple(span.text for span in check.evidence),
        tag=tags(definition).get(member.name),
        source=SOURCES.get(check.source or "", ""),
        threshold=member.threshold if check.probability is not None else None,
    )


def _levels(dimension: Dimension, verdict: Level, definition: Definition) -> Iterator[Row]:
    tag = tags(definition).get(dimension.evidence_tag or "")
    for number, (member, probability) in enumerate(zip(dimension.members, verdict.probabilities, strict=True)):
        reached = number == verdict.level
        quotes = tuple(span.text for span in verdict.evidence) if reached else ()
        yield Row(member, reached, "Reached" if reached else "", probability, quotes, tag if reached else None)


def _options(dimension: Dimension, verdict: Option) -> Iterator[Row]:
    for member in dimension.members:
        chosen = member.name == verdict.name
        yield Row(member, chosen, "Chosen" if chosen else "", verdict.probabilities[member.name])
