"""A predictor that waits its turn: the notes of bulk jobs go through the queue of all others, where callers who wait come first."""

import time
from collections.abc import Sequence
from concurrent.futures import wait
from typing import Any

from insight_classifier.decode import Findings
from insight_classifier.judgement import Judgement
from insight_classifier.notes import Note
from service.errors import JudgingFailed, Overloaded
from service.scoring import Scorer
from service.work import Task

DEADLINE = 3600.0  # seconds for a piece: nobody waits at the other end
LEFT = 0.5  # part of the queue that is left to callers who wait
PAUSE_SECONDS = 0.1


class Queued:
    """The model that is live now. It may be asked from any thread, which waits. A chunk keeps to one: ask for a new one for the next."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer, self._predictor = scorer, scorer.models.live.predictor
        self.definition, self.safety, self.model = self._predictor.definition, self._predictor.safety, self._predictor.model

    def screen(self, note: Note) -> Findings:
        return self._predictor.screen(note)

    def decide(self, notes: Sequence[Note], findings: Sequence[Findings]) -> list[Judgement]:
        """As Predictor.decide, in pieces that leave room in the queue. Raises NotAllowedNow where the service closes."""
        step = max(1, int(self._scorer.batcher.queue_notes * LEFT))
        judged: list[Judgement] = []
        for first in range(0, len(notes), step):
            judged += self._piece(notes[first : first + step], findings[first : first + step])
        return judged

    def _piece(self, notes: Sequence[Note], findings: Sequence[Findings]) -> list[Judgement]:
        tasks = [Task(windows, found, self._predictor) for windows, found in zip(self._predictor.prepare(notes), findings, strict=True)]
        futures = self._submitted(tasks)
        wait(futures)
        try:
            return [future.result() for future in futures]
        except JudgingFailed as problem:  # as the predictor itself would fail: then it is asked note by note
            raise RuntimeError("a note of this piece cannot be judged") from problem

    def _submitted(self, tasks: Sequence[Task]) -> list[Any]:
        """Once there is room."""
        while True:
            try:
                return list(self._scorer.batcher.submit(tasks, time.monotonic() + DEADLINE))
            except Overloaded:
                time.sleep(PAUSE_SECONDS)


def has_room(scorer: Scorer) -> bool:
    """Whether the queue has room to spare for a chunk of a job."""
    return scorer.batcher.queued(1) < scorer.batcher.queue_notes * LEFT
