"""Decisions in the database: a few statements for one or for many, with their trace in the audit, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, and_, case, insert, select, update

from service.audit.store import append
from service.database import Base
from service.errors import RequestError
from service.notes.rows import new_id
from service.notes.store import JUDGEMENTS, VERSIONS
from service.reviews.cards import CARDS
from service.reviews.rules import Decision, Live, Ruling, Seen, ruling
from service.reviews.scores import Policy
from service.reviews.tables import ReviewMemberRow, ReviewRow
from service.reviews.tally import tally

REVIEWS, MEMBERS = (Base.metadata.tables[row.__tablename__] for row in (ReviewRow, ReviewMemberRow))
PIECE = 500
Refused = RequestError


@dataclass(frozen=True)
class Saved:
    """A decision on record. `revision`: of the card from now on. `warnings` say what keeps it from training; they may quote the note."""

    id: str
    note_id: str
    kind: str
    label: str | None
    revision: int
    warnings: tuple[str, ...] = ()


def save(connection: Connection, decision: Decision, policy: Policy, at: datetime) -> Saved:
    """Put a decision on record; the person's lease on the note ends.

    Raises RequestError: `review_decided` (with decided_by, decided_at, revision), `review_stale`, `review_invalid`, `note_not_found`.
    """
    [saved] = _store(connection, [decision], policy, at, bulk_id=None)
    if isinstance(saved, RequestError):
        raise saved
    _audit(connection, decision, saved, at)
    return saved


def save_many(connection: Connection, decisions: Sequence[Decision], policy: Policy, at: datetime, bulk_id: str) -> list[Saved | Refused]:
    """Decisions of one person as one act, which is audited and undone as one; in order, each saved or refused. No note twice."""
    outcomes = [
        outcome
        for start in range(0, len(decisions), PIECE)
        for outcome in _store(connection, decisions[start : start + PIECE], policy, at, bulk_id=bulk_id)
    ]
    done = [one for one in outcomes if isinstance(one, Saved)]
    if done:
        after = {"kind": decisions[0].kind, "notes": len(done), "refused": len(outcomes) - len(done)}
        append(connection, who=decisions[0].who, action="review.bulk", what=f"bulk:{bulk_id}", after=after, at=at)
    return outcomes


def _store(
    connection: Connection, decisions: Sequence[Decision], policy: Policy, at: datetime, *, bulk_id: str | None
) -> list[Saved | Refused]:  # fmt: skip
    seen = _seen(connection, [decision.note_id for decision in decisions])
    found = [_ruled(decision, seen.get(decision.note_id), policy, bulk=bulk_id is not None) for decision in decisions]
    pairs = [(decision, one) for decision, one in zip(decisions, found, strict=True) if isinstance(one, Ruling)]
    rows = [_row(decision, one, policy, at, bulk_id) for decision, one in pairs]
    if rows:
        _write(connection, rows, [one for _, one in pairs], at)
        _count(connection, [row["note_id"] for row in rows], decisions[0].who)
        tally(connection, [row["note_id"] for row in rows], policy.definition)
    ids = iter(row["id"] for row in rows)
    return [
        one if isinstance(one, RequestError) else _saved(next(ids), decision, one, seen[decision.note_id])
        for decision, one in zip(decisions, found, strict=True)
    ]


def _ruled(decision: Decision, seen: Seen | None, policy: Policy, *, bulk: bool) -> Ruling | Refused:
    if seen is None:
        return RequestError("There is no such note to review.", "note_not_found")
    try:
        return ruling(decision, seen, policy.definition, bulk=bulk)
    except RequestError as problem:
        return problem


def _seen(connection: Connection, ids: Sequence[str]) -> dict[str, Seen]:
    """The notes as they stand, locked until the transaction ends."""
    joined = CARDS.join(VERSIONS, VERSIONS.c.id == CARDS.c.version_id).outerjoin(JUDGEMENTS, JUDGEMENTS.c.id == CARDS.c.judgement_id)
    shown = [CARDS.c[name] for name in ("note_id", "version_id", "judgement_id", "revision", "wanted")]
    query = select(*shown, VERSIONS.c.fields, JUDGEMENTS.c.judgement).select_from(joined).where(CARDS.c.note_id.in_(ids))
    cards = connection.execute(query.order_by(CARDS.c.note_id).with_for_update(of=CARDS)).all()
    live = _live(connection, ids)
    return {
        card.note_id: Seen(
            *(card.version_id, card.judgement_id, card.revision, card.wanted, card.fields, card.judgement),
            [one for version, one in live.get(card.note_id, []) if version == card.version_id],
        )
        for card in cards
    }


def _live(connection: Connection, ids: Sequence[str]) -> dict[str, list[tuple[str, Live]]]:
    """What counts of each note, with the version that it was said of."""
    shown = [REVIEWS.c[name] for name in ("note_id", "version_id", "id", "reviewer", "kind", "at")]
    query = select(*shown).where(REVIEWS.c.note_id.in_(ids), REVIEWS.c.superseded_at.is_(None)).order_by(REVIEWS.c.note_id, REVIEWS.c.id)
    grouped = groupby(connection.execute(query), key=lambda row: row.note_id)
    return {note_id: [(row.version_id, Live(row.id, row.reviewer, row.kind, row.at)) for row in rows] for note_id, rows in grouped}


def _row(decision: Decision, ruled: Ruling, policy: Policy, at: datetime, bulk_id: str | None) -> dict[str, Any]:
    same = ("kind", "label", "sound", "blind", "comment", "seconds", "replaces")
    return {
        "id": new_id(at),
        "note_id": decision.note_id,
        "version_id": decision.version_id,
        "judgement_id": decision.judgement_id,
        "definition_fingerprint": policy.definition.fingerprint,
        "definition_version": policy.definition.version,
        "reviewer": decision.who,
        "answer": ruled.answer.to_dict() if ruled.answer else None,
        "at": at,
        "bulk_id": bulk_id,
        "undone": False,
        **{name: getattr(ruled, name) for name in same},
    }


def _write(connection: Connection, rows: Sequence[dict[str, Any]], rulings: Sequence[Ruling], at: datetime) -> None:
    connection.execute(insert(REVIEWS), list(rows))
    members = [
        {**member, "review_id": row["id"], "note_id": row["note_id"]}
        for row, one in zip(rows, rulings, strict=True)
        for member in one.members
    ]
    if members:
        connection.execute(insert(MEMBERS), members)
    if replaced := [row["replaces"] for row in rows if row["replaces"]]:
        connection.execute(update(REVIEWS).where(REVIEWS.c.id.in_(replaced)).values(superseded_at=at))


def _count(connection: Connection, ids: Sequence[str], who: str) -> None:
    """Cards count the decision; what the person had in hand is put down."""
    ours = and_(CARDS.c.leased_by == who)
    put_down = {name: case((ours, None), else_=CARDS.c[name]) for name in ("leased_by", "leased_until")}
    connection.execute(update(CARDS).where(CARDS.c.note_id.in_(ids)).values(revision=CARDS.c.revision + 1, **put_down))


def _saved(review_id: str, decision: Decision, ruled: Ruling, seen: Seen) -> Saved:
    return Saved(review_id, decision.note_id, ruled.kind, ruled.label, seen.revision + 1, ruled.warnings)


def _audit(connection: Connection, decision: Decision, saved: Saved, at: datetime) -> None:
    after = {"review_id": saved.id, "label": saved.label, "revision": saved.revision}
    append(connection, who=decision.who, action=f"review.{saved.kind}", what=f"note:{saved.note_id}", after=after, at=at)
