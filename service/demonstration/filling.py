"""The demonstration into a database: notes by the way of bulk jobs, then what people did. All of it in one transaction, or none."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import Connection, exists, select

from insight_classifier.errors import ConfigError
from insight_classifier.notes import LabelledNote
from insight_classifier.predictor import Predictor
from insight_classifier.record import Record
from service.accounts.store import DEMONSTRATION, any_account
from service.audit.store import append
from service.database import Database
from service.demonstration.deciding import Team, decide
from service.demonstration.following import follow_insights, follow_safety
from service.demonstration.people import LEAD, REVIEWER, SECOND, add_people
from service.demonstration.presence import is_there
from service.demonstration.story import Telling, authors, read_story, tell
from service.jobs.rules import Chunk
from service.notes.store import NOTES
from service.offline import Offline
from service.people.store import any_key
from service.recording import Recorder, Said
from service.reviews.scores import Policy

PIECE = 40  # notes between two words of progress
DOUBLE_SHARE = 0.3  # more than usual, so that there are disputes to look at
SEED = 7

Progress = Callable[[int, int], None]  # notes judged, and all of them


def is_in_use(connection: Connection) -> bool:
    """Whether it holds anything of anybody: notes, keys or accounts that are not invented."""
    others = bool(connection.scalar(select(exists().where(NOTES.c.source != DEMONSTRATION))))
    return others or any_key(connection) or any_account(connection)


def require_unused(connection: Connection) -> None:
    """Raises ConfigError where invented notes would stand among real ones."""
    if is_in_use(connection):
        raise ConfigError("the database is in use: invented notes are never put among real ones. Name an empty one with --database.")


def fill(
    database: Database, predictor: Predictor, notes: Sequence[LabelledNote], due_after: timedelta, at: datetime, progress: Progress
) -> None:  # fmt: skip
    """Judge the notes and put the whole year on record. Blocks for some seconds. Raises ConfigError where the database is in use."""
    story, definition = read_story(), predictor.definition
    chance = Random(SEED)
    tellings = tell(notes, definition, story, at, chance)
    dated = Dated(database, predictor, due_after)
    said = dated.judge(tellings, progress)

    def write(connection: Connection) -> None:
        require_unused(connection)
        if is_there(connection):  # another start was quicker
            return
        told = dated.store(connection, said, tellings)
        people = add_people(connection, authors(story)[0].id, at)
        team = Team((people[REVIEWER], people[SECOND]), people[LEAD])
        luck = Random(SEED)
        decide(connection, told, team, Policy(definition, DOUBLE_SHARE), story, at, luck)
        follow_insights(connection, told, team.lead, story, at, luck)
        follow_safety(connection, told, people[REVIEWER], story, at, luck)
        append(connection, who=DEMONSTRATION, action="demonstration.load", what="notes", after={"notes": len(told)}, at=at)

    database.write(write)


class Dated:
    """The way of bulk jobs, with the moments of a story instead of the clock's."""

    def __init__(self, database: Database, predictor: Predictor, due_after: timedelta) -> None:
        self._at: datetime | None = None
        recorder = Recorder(database, predictor.definition, due_after=due_after, wake=lambda: None)
        self._desk = Offline(predictor, recorder, double_share=DOUBLE_SHARE, clock=self._now)

    def judge(self, tellings: Sequence[Telling], progress: Progress) -> list[Said]:
        """What the model says of each note, in order."""
        said: list[Said] = []
        for first in range(0, len(tellings), PIECE):
            piece = tellings[first : first + PIECE]
            records = [Record(number, telling.record) for number, telling in enumerate(piece, first + 1)]
            said += self._desk.judge(Chunk(DEMONSTRATION, first // PIECE + 1, DEMONSTRATION, records))
            progress(len(said), len(tellings))
        return said

    def store(self, connection: Connection, said: Sequence[Said], tellings: Sequence[Telling]) -> dict[str, Telling]:
        """Each note as it was received, with its card; by note id."""
        told = {}
        for one, telling in zip(said, tellings, strict=True):
            self._at = telling.received_at
            [line] = self._desk.store(connection, [one])
            if line.note_id is not None and not line.failed:
                told[line.note_id] = telling
        return told

    def _now(self) -> datetime:
        assert self._at is not None
        return self._at
