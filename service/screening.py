"""The safety lane at the door: what the rules find is known before anything can fail, and goes with every refusal.

A note that is refused (too long, a wrong type beside it) still has a text, and the text may report harm.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from insight_classifier.decode import Findings
from insight_classifier.errors import InsightError
from insight_classifier.judgement import Span
from insight_classifier.notes import MAX_CHARACTERS, Note
from insight_classifier.predictor import Predictor
from insight_classifier.scoring import rule_flags
from service.errors import Unjudged
from service.records import HALF_PAIR, NoteReader

OVERLAP = 400  # characters that neighbouring pieces of an overlong text share, so that a sentence on the cut is seen whole


@dataclass(frozen=True)
class Screened:
    """A note that may be judged, with what the rules found in it."""

    note: Note
    findings: Findings


class Screen:
    """Reads a caller's record and scans it. Takes milliseconds of computation: call it in a thread."""

    def __init__(self, predictor: Predictor, reader: NoteReader) -> None:
        self.predictor, self.reader = predictor, reader

    def __call__(self, record: object, number: int = 1) -> Screened:
        """The note, scanned. Raises Unjudged, with what was found, where the record is refused."""
        try:
            note = self.reader(record, number)
        except InsightError as problem:
            raise Unjudged(problem, self._found_in_refused(record)) from problem
        return Screened(note, self.predictor.screen(note))

    def unjudged(self, screened: Screened, cause: InsightError) -> Unjudged:
        """The error of a note whose judging failed after it was scanned."""
        spans, single = screened.findings.spans, len(screened.note.fields) == 1
        return Unjudged(cause, rule_flags(spans, self.predictor.definition, single_field=single))

    def _found_in_refused(self, record: object) -> dict[str, Any]:
        names = [field.name for field in self.predictor.definition.fields]
        texts = {name: record[name] for name in names if isinstance(record.get(name), str)} if isinstance(record, dict) else {}
        if not any(text.strip() for text in texts.values()):
            return {}
        found: dict[str, dict[Span, None]] = {}
        for name, text in texts.items():
            for member, span in self._scan(name, text):
                found.setdefault(member, {}).setdefault(span)
        spans = {member: tuple(found.get(member, ())) for member in self._ruled}
        return rule_flags(spans, self.predictor.definition, single_field=len(texts) == 1)

    @property
    def _ruled(self) -> Iterator[str]:
        return (name for name, member in self.predictor.definition.checks.items() if "rules" in member.judged_by)

    def _scan(self, name: str, text: str) -> Iterator[tuple[str, Span]]:
        """Findings in any text, however long; spans quote it as it was sent."""
        readable = HALF_PAIR.sub("\ufffd", text)
        for start in range(0, max(len(text), 1), MAX_CHARACTERS - OVERLAP):
            piece = readable[start : start + MAX_CHARACTERS]
            for member, spans in self.predictor.safety(Note("", {name: piece})).items():
                for span in spans:
                    first, last = span.start + start, span.end + start
                    yield member, replace(span, start=first, end=last, text=text[first:last])
