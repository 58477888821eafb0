"""The safety lane at the door: what the rules find is known before anything can fail, and goes with every refusal.

A note that is refused (too long, a wrong type beside it) still has a text, and the text may report harm.
"""

from dataclasses import dataclass

from insight_classifier.decode import Findings
from insight_classifier.errors import InsightError
from insight_classifier.notes import Note
from insight_classifier.predictor import Predictor
from insight_classifier.scoring import flags_of_refused, rule_flags
from service.errors import Unjudged
from service.records import NoteReader


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
            raise Unjudged(problem, flags_of_refused(record, self.predictor.safety, self.predictor.definition)) from problem
        return Screened(note, self.predictor.screen(note))

    def unjudged(self, screened: Screened, cause: InsightError) -> Unjudged:
        """The error of a note whose judging failed after it was scanned."""
        spans, single = screened.findings.spans, len(screened.note.fields) == 1
        return Unjudged(cause, rule_flags(spans, self.predictor.definition, single_field=single))
