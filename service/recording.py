"""What was said of notes goes on record: note, judgement, safety scan and messages in one transaction, or none of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from insight_classifier.definition import Definition
from service.database import Database, content_json, now
from service.errors import RequestError
from service.models.serving import Serving
from service.notes.batches import judged_many, keep_many
from service.notes.reading import find_judgements, judged_by
from service.notes.rows import Kept
from service.notes.rules import DEFAULT_SOURCE, Delivery, hash_of
from service.notes.store import failed
from service.safety.fingerprint import rules_fingerprint
from service.safety.rules import Lane, Scan
from service.safety.store import record_many
from service.vectors.store import Made
from service.vectors.store import keep as keep_vectors
from service.webhooks.outbox import emit, emit_many
from service.webhooks.rules import Event

NOTE_ID, ERROR = "note_id", "error"  # keys of a result
CREATED = "judgement.created"

Result = dict[str, Any]  # a judgement, or {"id", "error", …} with what the rules found, as JSON
Then = Callable[[Connection, Sequence[Result]], None]  # runs in the same transaction, once the note ids are known


@dataclass(frozen=True)
class Said:
    """One record as it came, and what became of it. `delivery` is None where it was refused before it was a note.

    `again`: the result was on record already. `scanned`: False where there was no time for the safety rules.
    `definition`: whose rules scanned it, None for the recorder's own. `vector`: as `vectors.rules.stored_vector` gives it.
    """

    record: object
    result: Result
    delivery: Delivery | None = None
    source: str | None = None  # of the caller
    again: bool = False
    scanned: bool = True
    definition: Definition | None = None
    vector: bytes | None = None

    @property
    def judged(self) -> bool:
        return ERROR not in self.result


class Recorder:
    """Puts results on record under one definition's safety lane.

    After a commit `wake` is called, since it may have made messages, and `kept` is told which notes have changed.
    """

    def __init__(
        self,
        database: Database,
        definition: Definition,
        *,
        due_after: timedelta,
        wake: Callable[[], None],
        kept: Callable[[Sequence[str]], None] = lambda note_ids: None,
    ) -> None:
        self.database, self.due_after, self.wake, self.kept = database, due_after, wake, kept
        self.lane, self.definition = Lane(definition), definition
        self._rules: dict[tuple[str, str], str] = {}
        self._rules_of(definition)

    def is_urgent(self, result: Result) -> bool:
        """Whether a person must look at the note, as far as the result tells."""
        return any(hit.urgent for hit in self.lane.hits(result))

    async def known(self, deliveries: Sequence[Delivery | None], serving: Serving) -> list[Result | None]:
        """The judgements that are on record of the same records with the same words, by the same model under the same definition."""
        asked = [delivery for delivery in deliveries if delivery is not None and delivery.record_id is not None]
        if not asked:
            return [None] * len(deliveries)
        made_by = serving.definition.fingerprint, serving.model.fingerprint
        found = iter(await self.database.read_async(lambda connection: find_judgements(connection, asked, *made_by)))
        results = [next(found) if d is not None and d.record_id is not None else None for d in deliveries]
        return [None if result is None else result.judgement for result in results]

    async def record(self, said: Sequence[Said], then: Then | None = None) -> list[Result]:
        """The results once they are on record, each with its note's id; of a note that was erased, that. Raises StorageUnavailable."""
        at = now()

        def write(connection: Connection) -> list[Result]:
            results = self.store(connection, said, at)
            if then:
                then(connection, results)
            return results

        results = await self.database.write_async(write)
        self.wake()
        self.kept([result[NOTE_ID] for result in results if NOTE_ID in result])
        return results

    def submit(self, said: Sequence[Said]) -> None:
        """As `record`, where nobody waits; messages are found within a second. Raises StorageUnavailable where nothing more is taken."""
        at = now()
        self.database.submit(lambda connection: self.store(connection, said, at))

    def store(self, connection: Connection, said: Sequence[Said], at: datetime) -> list[Result]:
        """As `record`, in the caller's transaction. Call `wake` after its commit."""
        given = iter(keep_many(connection, [one.delivery for one in said if one.delivery is not None], at))
        kept = [next(given) if one.delivery is not None else None for one in said]
        whole = [(one, place) for one, place in zip(said, kept, strict=True) if isinstance(place, Kept)]
        self._judgements(connection, whole, at)
        scans = [self._scan(one, place, at) for one, place in zip(said, kept, strict=True) if one.scanned and not one.again]
        record_many(connection, scans, at, emit=_emitter(at), due_after=self.due_after)
        return [_answer(one, place) for one, place in zip(said, kept, strict=True)]

    def _judgements(self, connection: Connection, kept: Sequence[tuple[Said, Kept]], at: datetime) -> None:
        new = [(one, place) for one, place in kept if one.judged and not one.again]
        before = judged_by(connection, [place.version_id for _, place in new if not place.is_new])
        told = judged_many(connection, [(place, one.result) for one, place in new], at)
        stored = [one for one, judgement_id in zip(new, told, strict=True) if isinstance(judgement_id, str)]
        keep_vectors(connection, [_made(one.vector, one.result, place) for one, place in stored if one.vector])
        for one, place in kept:
            if not one.judged:
                failed(connection, place, one.result[ERROR]["code"], at)
        first = {_identity(one, place): _created(one, place, at) for one, place in reversed(new)}
        emit_many(connection, [event for identity, event in reversed(first.items()) if identity not in before])

    def _rules_of(self, definition: Definition) -> str:
        """A model that is swapped in may bring other rules. Their files are read once."""
        key = definition.fingerprint, str(definition.source)
        if key not in self._rules:
            self._rules[key] = rules_fingerprint(definition)
        return self._rules[key]

    def _scan(self, said: Said, kept: Kept | RequestError | None, at: datetime) -> Scan:
        hits, rules = self.lane.hits(said.result), self._rules_of(said.definition or self.definition)
        delivery = said.delivery
        if delivery is None or not isinstance(kept, Kept):
            words, name = content_json(said.record), str(said.result["id"])
            source = delivery.source if delivery else said.source or DEFAULT_SOURCE
            return Scan(_stand_in(source, name, words), hash_of(words), source, at, hits, said.judged, name, rules=rules)
        where = (kept.note_id, delivery.content_hash, delivery.source, at, hits, said.judged, delivery.record_id)
        return Scan(*where, written_at=delivery.written_at, modified_at=delivery.modified_at, rules=rules)


def _stand_in(source: str, record_id: str, words: str) -> str:
    """What a refused record goes by on the safety desk: sent again it is the same; a number in place of an id tells nothing."""
    return f"refused_{hash_of([source, record_id, '' if not record_id.isdecimal() else words])[:40]}"


def _made(vector: bytes, result: Result, kept: Kept) -> Made:
    return Made(kept.note_id, kept.version_id, result["model"]["fingerprint"], vector)


def _identity(said: Said, kept: Kept) -> tuple[str, str, str]:
    """What makes two judgements the same one, which is on record once."""
    return kept.version_id, said.result["definition"]["fingerprint"], said.result["model"]["fingerprint"]


def _created(said: Said, kept: Kept, at: datetime) -> Event:
    delivery = said.delivery
    assert delivery is not None
    where = {NOTE_ID: kept.note_id, "version_id": kept.version_id, "source": delivery.source, "record_id": delivery.record_id}
    return Event(CREATED, {**where, "is_current": kept.is_current, "judgement": said.result}, at, text=delivery.fields)


def _emitter(at: datetime) -> Callable[[Connection, str, Mapping[str, Any]], int]:
    return lambda connection, event, data: emit(connection, event, data, at=at)


def _answer(said: Said, kept: Kept | RequestError | None) -> Result:
    if isinstance(kept, Kept):
        return {**said.result, NOTE_ID: kept.note_id}
    if isinstance(kept, RequestError):
        return {"id": said.result["id"], ERROR: {"code": kept.code, "detail": str(kept)}}
    return said.result
