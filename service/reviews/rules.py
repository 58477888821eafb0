"""What a decision is, when it is refused since others were quicker, and what it makes of a note. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from insight_classifier.definition import Definition
from service.errors import RequestError
from service.notes.rules import storable
from service.reviews.answers import Answer, answer_of, flat, label_of, member_rows, patched, read_answer, unsound
from service.reviews.kinds import ADJUDICATE, ANSWERING, CHANGE, CONFIRM, DECIDING, FLAG, OBJECT, SKIP

LONGEST_COMMENT = 4000
MOST_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class Decision:
    """What a person does with a note that they looked at.

    `version_id` and `judgement_id`: what was shown. `answer` for change and adjudicate, as `answers.read_answer` takes it; `changes`
    instead of it for a few values in place of the model's. `revision`: of the card that was shown; None: whatever happened since.
    """

    note_id: str
    version_id: str
    judgement_id: str | None
    who: str
    kind: str
    answer: Mapping[str, Any] | None = None
    changes: Mapping[str, Any] | None = None
    comment: str | None = None
    seconds: float | None = None
    revision: int | None = None


@dataclass(frozen=True)
class Live:
    """A decision that counts, of anyone, on the wording that counts."""

    id: str
    reviewer: str
    kind: str
    at: datetime


@dataclass(frozen=True)
class Seen:
    """A note as it stands when a decision arrives."""

    version_id: str
    judgement_id: str | None
    revision: int
    wanted: int
    fields: Mapping[str, str]
    judgement: Mapping[str, Any] | None
    live: Sequence[Live] = ()

    def others(self, who: str) -> list[Live]:
        """The decisions of other people, and what settled it."""
        return [one for one in self.live if one.kind in (*DECIDING, ADJUDICATE) and one.reviewer != who]


@dataclass(frozen=True)
class Ruling:
    """What is to be stored of a decision. `warnings` may quote the note: for the reviewer alone."""

    kind: str
    answer: Answer | None
    label: str | None
    members: Sequence[Mapping[str, Any]]
    sound: bool
    blind: bool
    comment: str | None
    seconds: float | None
    replaces: str | None
    warnings: tuple[str, ...] = ()


def ruling(decision: Decision, seen: Seen, definition: Definition, *, bulk: bool = False) -> Ruling:
    """Raises RequestError: `review_stale` where the note changed, `review_decided` where others decided, `review_invalid`."""
    _require_current(decision, seen)
    answer, warnings = _answer(decision, seen, definition) if decision.kind in ANSWERING else (None, ())
    model = _of_model(seen, definition) if answer else None
    kind = decision.kind
    if answer is not None and kind in DECIDING:
        kind = CONFIRM if model is not None and flat(answer, definition) == flat(model, definition) and _same(answer, model) else CHANGE
    return Ruling(
        kind=kind,
        answer=answer,
        label=label_of(answer, definition) if answer else None,
        members=list(member_rows(answer, model, definition)) if answer else [],
        sound=answer is not None and not warnings,
        blind=kind in DECIDING and not bulk and len(_people(seen, decision.who)) < seen.wanted and seen.wanted > 1,
        comment=storable(decision.comment and decision.comment.strip(), LONGEST_COMMENT),
        seconds=None if decision.seconds is None else min(max(float(decision.seconds), 0.0), MOST_SECONDS),
        replaces=_replaces(decision, seen),
        warnings=warnings,
    )


def _require_current(decision: Decision, seen: Seen) -> None:
    if decision.kind not in (*ANSWERING, SKIP, FLAG, OBJECT):
        raise RequestError(f"There is no decision {decision.kind!r}: use {', '.join((*ANSWERING, SKIP, FLAG))}.", "review_invalid")
    if decision.version_id != seen.version_id:
        raise RequestError("The note was reworded since you looked at it. Look at it again.", "review_stale", revision=seen.revision)
    if decision.kind == CONFIRM and decision.judgement_id != seen.judgement_id:
        raise RequestError("The note was judged anew since you looked at it. Look at it again.", "review_stale", revision=seen.revision)
    if decision.kind in ANSWERING and decision.revision not in (None, seen.revision) and (last := _quicker(decision, seen)):
        detail = "Another person decided on this note meanwhile. Look at it again, and decide if you differ."
        by, when = last.reviewer, last.at.isoformat()
        raise RequestError(detail, "review_decided", decided_by=by, decided_at=when, revision=seen.revision)


def _quicker(decision: Decision, seen: Seen) -> Live | None:
    """Who took the turn, if there was but one: of a note that two are to decide blind, the first takes nothing from the second."""
    others = seen.others(decision.who)
    settled = any(one.kind == ADJUDICATE for one in others)
    over = len(_people(seen, decision.who)) >= seen.wanted or decision.kind == ADJUDICATE
    return max(others, key=lambda one: one.at) if others and (settled or over) else None


def _people(seen: Seen, who: str) -> set[str]:
    return {one.reviewer for one in seen.others(who) if one.kind in DECIDING}


def _answer(decision: Decision, seen: Seen, definition: Definition) -> tuple[Answer, tuple[str, ...]]:
    if decision.answer is not None and decision.kind != CONFIRM:
        return read_answer(decision.answer, seen.fields, definition)
    if seen.judgement is None:
        raise RequestError("No model has judged this note yet: there is nothing to confirm. Answer it in full.", "review_invalid")
    model = answer_of(seen.judgement, definition)
    if decision.changes and decision.kind != CONFIRM:
        return read_answer(patched(model, decision.changes), seen.fields, definition)
    if decision.kind != CONFIRM:
        raise RequestError(f"To {decision.kind} needs an answer.", "review_invalid")
    return model, unsound(model, seen.fields, definition)


def _of_model(seen: Seen, definition: Definition) -> Answer | None:
    """What the model said, where it was asked the same."""
    same = seen.judgement is not None and seen.judgement["definition"]["fingerprint"] == definition.fingerprint
    return answer_of(seen.judgement, definition) if same and seen.judgement else None


def _same(answer: Answer, model: Answer) -> bool:
    return set(answer.marks) == set(model.marks)


def _replaces(decision: Decision, seen: Seen) -> str | None:
    """One's own earlier word of the same sort counts no more; of what settles a note there is one."""
    sort = DECIDING if decision.kind in DECIDING else (decision.kind,)
    own = [one for one in seen.live if one.kind in sort and (one.reviewer == decision.who or decision.kind == ADJUDICATE)]
    return max(own, key=lambda one: one.id).id if own else None
