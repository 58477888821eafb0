"""Whether the service lives, whether it may be sent work, and a test of itself at start."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from insight_classifier.definition import Definition, Member
from insight_classifier.judgement import Judgement, Span
from insight_classifier.notes import Note
from insight_classifier.predictor import Predictor
from service.errors import ServiceError, WorkerDied
from service.schemas import Shapes
from service.scoring import Scorer

HIGH_WATER = 0.9  # share of the queue above which no more work should be sent here


@dataclass
class SelfTest:
    """What became of the test at start; `failure` says it in words, None where it passed."""

    done: bool = False
    failure: str | None = None
    example: dict[str, Any] | None = None  # the judgement that was made


class Health:
    """The truth about a running service."""

    def __init__(self, scorer: Scorer, shapes: Shapes) -> None:
        self.scorer, self.shapes = scorer, shapes
        self.self_test = SelfTest()

    def live(self) -> dict[str, str]:
        """Raises WorkerDied where only a restart helps."""
        if not self.scorer.batcher.alive:
            raise WorkerDied("The thread that judges is gone; the service must be restarted.")
        return {"status": "alive"}

    def ready(self) -> dict[str, object]:
        """Raises ServiceError, naming what is wrong, where no work should be sent here."""
        found = dict(self._troubles())
        checks = {name: trouble or "ok" for name, trouble in found.items()}
        if any(found.values()):
            detail = " ".join(trouble for trouble in found.values() if trouble)
            raise ServiceError(detail, "not_ready", retry_after=self.scorer.batcher.retry_after(), checks=checks)
        return {"status": "ready", "checks": checks, "waiting": self.scorer.batcher.waiting}

    def _troubles(self) -> Iterator[tuple[str, str | None]]:
        batcher = self.scorer.batcher
        waiting, busy = batcher.waiting, batcher.busy_seconds
        failed = self.self_test.failure or (None if self.self_test.done else "The test at start has not ended.")
        full = waiting > HIGH_WATER * batcher.queue_notes
        stuck = busy > self.scorer.settings.deadline_seconds
        yield "self_test", failed
        yield "worker", None if batcher.alive else "The thread that judges is gone."
        yield "progress", f"One batch has taken {busy:.0f} s." if stuck else None
        yield "queue", f"{waiting} of {batcher.queue_notes} notes are waiting." if full else None

    def test(self) -> None:
        """Judge a note made of the definition's own examples, the whole way, and look at every part of the answer."""
        predictor = self.scorer.predictor
        example = None
        try:
            note = golden_note(predictor.definition)
            judgement = predictor.judge([note])[0]
            example = judgement.to_dict()
            self.shapes.judgement.model_validate(example)
            failure = next(_faults(note, judgement, predictor), None)
        except Exception as problem:  # noqa: BLE001 whoever asks /readyz is told
            failure = f"{type(problem).__name__} while judging."
        self.self_test = SelfTest(True, failure and f"The test at start failed: {failure}", example)


def golden_note(definition: Definition) -> Note:
    """The acceptable example of every member, one a line."""
    texts = dict.fromkeys(member.acceptable.text for dimension in definition.dimensions for member in dimension.members)
    return Note("self-test", {definition.main_field: "\n".join(texts)})


def _faults(note: Note, judgement: Judgement, predictor: Predictor) -> Iterator[str]:
    if not math.isfinite(judgement.probability):
        yield "the label's probability is no number."
    for span in _spans(judgement):
        if note.fields[span.field][span.start : span.end] != span.text:
            yield "a quote does not stand where it is said to stand."
    for member in _ruled_alone(predictor.definition):
        example = Note("self-test", {predictor.definition.main_field: member.acceptable.text})
        if not predictor.screen(example).spans.get(member.name):
            yield f"the rules do not find {member.title} in its own example."


def _spans(judgement: Judgement) -> Iterator[Span]:
    for verdict in judgement.verdicts.values():
        checks = verdict.values() if isinstance(verdict, dict) else [verdict]
        for check in checks:
            yield from getattr(check, "evidence", ())


def _ruled_alone(definition: Definition) -> Iterator[Member]:
    return (member for member in definition.checks.values() if member.judged_by == ("rules",))
