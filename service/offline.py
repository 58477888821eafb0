"""How the notes of bulk jobs are judged, by whatever judges, and put on the same record as all others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from insight_classifier.errors import NoteError
from insight_classifier.notes import Note, read_note
from insight_classifier.record import Record
from insight_classifier.scoring import Failure, Judging, Result, score_chunk
from service.database import now
from service.jobs.rules import Chunk, JobLine
from service.notes.rules import Delivery, delivery_of
from service.people.rules import LOCAL
from service.recording import ERROR, NOTE_ID, Recorder, Said
from service.records import METADATA, given_id
from service.reviews.cards import refresh
from service.reviews.scores import Policy
from service.vectors.rules import stored_vector


class Offline:
    """Both functions are called in the worker's thread."""

    def __init__(
        self, predictor: Judging, recorder: Recorder, *, double_share: float = Policy.double_share, clock: Callable[[], datetime] = now
    ) -> None:  # fmt: skip
        self._predictor, self._recorder, self._clock = predictor, recorder, clock
        self._policy = Policy(predictor.definition, double_share)

    def judge(self, chunk: Chunk) -> list[Said]:
        """What became of each record of a chunk. A record that cannot be judged is told of in its place."""
        source = None if chunk.source == LOCAL else chunk.source
        results = score_chunk(chunk.records, self._predictor)
        return [self._said(record, result, source) for record, result in zip(chunk.records, results, strict=True)]

    def store(self, connection: Connection, said: Sequence[Said]) -> list[JobLine]:
        """Put them on record, in the caller's transaction."""
        results = self._recorder.store(connection, said, self._clock())
        refresh(connection, [result[NOTE_ID] for result in results if NOTE_ID in result], self._policy)
        return [JobLine(result, failed=ERROR in result, note_id=result.get(NOTE_ID)) for result in results]

    def _said(self, record: Record, result: Result, source: str | None) -> Said:
        delivery = self._delivery(record, result, source)
        rules, vector = self._predictor.definition, stored_vector(result)
        return Said(record.content, result.to_dict(), delivery, source, definition=rules, vector=vector)

    def _delivery(self, record: Record, result: Result, source: str | None) -> Delivery | None:
        """None where there is no note; nor is one kept that failed and has no id: sent again it would be another note."""
        if record.error is not None:
            return None
        try:
            note = read_note(record.content, self._predictor.definition, record.number)
        except NoteError:
            return None
        delivery = delivery_of(_flat(note), given_id(record.content), source)
        return None if isinstance(result, Failure) and delivery.record_id is None else delivery


def _flat(note: Note) -> Note:
    """A file may have a note's metadata beside its fields, as columns, or in an object of their own, as the API has them."""
    inner: Any = note.metadata.get(METADATA)
    if not isinstance(inner, Mapping):
        return note
    return replace(note, metadata={**{key: value for key, value in note.metadata.items() if key != METADATA}, **inner})
