"""Notes on one physician and one objective in time: the view that was stated, what was planned, checked and claimed of it. Pure.

A claim counts as checked where its own note or a later one of the same thread documents a check. A check that was made and not written
down is not seen, so threads say what is documented.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from insight_classifier.coaching import chain
from insight_classifier.definition import Definition
from insight_classifier.judgement import Check, Judgement, Option, Span
from insight_classifier.lacks import checks_met, levels_reached
from insight_classifier.measures.thread_parts import CLAIM, Parts


@dataclass(frozen=True)
class ThreadNote:
    """A judged note; one without a physician belongs to no thread."""

    judgement: Judgement
    physician: str | None
    day: date | None = None


@dataclass(frozen=True)
class Step:
    """What one note documents: `part` is the name of one of the `Parts`, `quotes` prove it."""

    note_id: str
    day: date | None
    part: str
    title: str
    quotes: tuple[Span, ...]


@dataclass(frozen=True)
class OpenClaim:
    """A claim without a documented check, and the question that would check it; None where the definition has none."""

    claim: Step
    question: str | None

    @property
    def sentence(self) -> str:
        when = f" on {self.claim.day.isoformat()}" if self.claim.day else ""
        return f"{self.claim.title}{when}; no check of it is documented since."


@dataclass(frozen=True)
class Thread:
    """`subject`: the option that its notes share, and `title` for people. `steps` are in order of time, those without a date last."""

    physician: str
    subject: str
    title: str
    notes: tuple[str, ...]
    steps: tuple[Step, ...]
    open_claims: tuple[OpenClaim, ...]


def threads(notes: Sequence[ThreadNote], parts: Parts, definition: Definition) -> tuple[Thread, ...]:
    """One for each physician and subject of which any part is documented: those with open claims first, then by physician and subject."""
    together: dict[tuple[str, str], list[ThreadNote]] = {}
    for note in sorted(notes, key=lambda note: (note.day or date.max, note.judgement.id)):
        subject = note.judgement.verdicts[parts.subject]
        if note.physician is not None and isinstance(subject, Option) and subject.name not in parts.without:
            together.setdefault((note.physician, subject.name), []).append(note)
    found = [_thread(*key, own, parts, definition) for key, own in sorted(together.items())]
    return tuple(sorted((one for one in found if one.steps), key=lambda one: not one.open_claims))


def _thread(physician: str, subject: str, notes: Sequence[ThreadNote], parts: Parts, definition: Definition) -> Thread:
    steps = tuple(step for note in notes for step in _steps(note, parts, definition))
    title = definition.dimension(parts.subject).member(subject).title
    return Thread(physician, subject, title, tuple(note.judgement.id for note in notes), steps, tuple(_open(notes, parts, definition)))


def _steps(note: ThreadNote, parts: Parts, definition: Definition) -> Iterator[Step]:
    checks = _checks(note.judgement)
    for part, name in parts.checks.items():
        if checks[name].met:
            yield Step(note.judgement.id, note.day, part, definition.checks[name].title, checks[name].evidence)


def _open(notes: Sequence[ThreadNote], parts: Parts, definition: Definition) -> Iterator[OpenClaim]:
    """The claims after the last check, in order of time."""
    checked = max((place for place, note in enumerate(notes) if _checks(note.judgement)[parts.check].met), default=-1)
    for note in notes[checked + 1 :]:
        claims = [step for step in _steps(note, parts, definition) if step.part == CLAIM]
        yield from (OpenClaim(step, question(note.judgement, parts, definition)) for step in claims)


def question(judgement: Judgement, parts: Parts, definition: Definition) -> str | None:
    """What would check the claim of a note: from the bank's need that is of claim and check, else the check's own question."""
    met, reached = checks_met(judgement.verdicts), levels_reached(judgement.verdicts)
    for need in definition.questions:
        of_both = need.lacks is not None and {parts.check, parts.claim} <= set(need.lacks.names)
        if of_both and need.holds(met, reached) and (asked := chain(need, definition, judgement.verdicts, judgement.id)):
            return asked[0]
    return next(iter(definition.checks[parts.check].coaching), None)


def _checks(judgement: Judgement) -> Mapping[str, Check]:
    return {name: check for verdict in judgement.verdicts.values() if isinstance(verdict, Mapping) for name, check in verdict.items()}
