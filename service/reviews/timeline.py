"""What was noted of the same physician before: how deeply it was probed each time, and whether a view was to change, visit by visit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, select

from insight_classifier.definition import Definition, Dimension
from service.notes.store import JUDGEMENTS, NOTES, VERSIONS
from service.presentation import in_words
from service.reviews.cards import CARDS

FEW, MANY = 6, 50  # visits beside a note, and on a page of their own
LONGEST = 140  # characters of the beginning
CURRENT = and_(JUDGEMENTS.c.id == NOTES.c.current_judgement_id, JUDGEMENTS.c.note_id == NOTES.c.id)
READ: Select[Any] = select(
    *(NOTES.c[name] for name in ("id", "author", "written_at", "received_at")),
    *(VERSIONS.c.fields, JUDGEMENTS.c.judgement, CARDS.c.insight, CARDS.c.got),
).select_from(
    NOTES.join(VERSIONS, VERSIONS.c.id == NOTES.c.current_version_id)
    .outerjoin(JUDGEMENTS, CURRENT)
    .outerjoin(CARDS, CARDS.c.note_id == NOTES.c.id)
)


@dataclass(frozen=True)
class Depth:
    """How far up a scale a visit came: `level` of the members from 0, and the level's title."""

    dimension: Dimension
    level: int
    title: str


@dataclass(frozen=True)
class Visit:
    """One earlier note. `label` None: nobody judged it; `decided`: by people, else by the model. `views`: checks, whether met."""

    id: str
    author: str | None
    at: datetime
    label: str | None
    met: bool
    decided: bool
    depths: tuple[Depth, ...]
    views: tuple[tuple[str, bool], ...]
    words: str


@dataclass(frozen=True)
class Timeline:
    """The latest first. `before`: what to ask the next page with; None: there are no earlier ones."""

    visits: Sequence[Visit] = ()
    before: str | None = None


def timeline(connection: Connection, hcp: str | None, before: str, definition: Definition, *, limit: int = FEW) -> Timeline:
    """Notes on a physician that were received before a certain one, by its id; of nobody known there is none."""
    if not hcp:
        return Timeline()
    rows = connection.execute(earlier(hcp, before).limit(limit + 1)).all()
    visits = [_visit(row, definition) for row in rows[:limit]]
    return Timeline(visits, visits[-1].id if len(rows) > limit else None)


def earlier(hcp: str, before: str) -> Select[Any]:
    """By the index of physicians, whose order is that of receipt."""
    return READ.where(NOTES.c.hcp == hcp, NOTES.c.id < before, NOTES.c.erased_at.is_(None)).order_by(NOTES.c.id.desc())


def _visit(row: Row[Any], definition: Definition) -> Visit:
    judgement: Mapping[str, Any] = row.judgement or {}
    decided = bool(row.got)
    met = bool(row.insight) if decided else judgement.get("label") == definition.label.met
    text = " ".join(row.fields.get(definition.main_field, "").split())
    return Visit(
        id=row.id,
        author=row.author,
        at=row.written_at or row.received_at,
        label=in_words(definition.label.name(met)) if decided or judgement else None,
        met=met,
        decided=decided,
        depths=tuple(_depths(judgement, definition)),
        views=tuple(_views(judgement, definition)),
        words=text[:LONGEST] + ("…" if len(text) > LONGEST else ""),
    )


def _depths(judgement: Mapping[str, Any], definition: Definition) -> list[Depth]:
    levels = ((dimension, judgement.get(dimension.name, {}).get("level")) for dimension in definition.of_kind("scale"))
    known = ((dimension, level) for dimension, level in levels if isinstance(level, int) and 0 <= level < len(dimension.members))
    return [Depth(dimension, level, dimension.members[level].title) for dimension, level in known]


def _views(judgement: Mapping[str, Any], definition: Definition) -> list[tuple[str, bool]]:
    """Checks that neither make the label nor stand in a lane of their own: what went on in the conversation."""
    aside = [d for d in definition.of_kind("checks") if not d.lane and not set(d.names) & set(definition.label.rule.names)]
    found = ((member, judgement.get(dimension.name, {}).get(member.name)) for dimension in aside for member in dimension.members)
    return [(member.title, bool(verdict["met"])) for member, verdict in found if verdict]
