"""Bulk jobs on the service's own record: notes, judgements and the safety lane, as from every other way in."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from insight_classifier.predictor import Predictor
from service.database import Database
from service.jobs.files import read_piece
from service.jobs.rules import ERRORS, RESULTS
from service.jobs.store import erase as erase_from_jobs
from service.jobs.tasks import Hands
from service.jobs.worker import Worker
from service.notes.store import erase as erase_notes
from service.notes.tables import JudgementRow, NoteRow
from service.offline import Offline
from service.recording import Recorder
from service.safety.tables import Item
from service.vectors.tables import VectorRow
from service.webhooks.outbox import emit
from tests.service.conftest import HARM
from tests.service.jobs.made import make_job, ndjson, parsed, row


def work(database: Database, predictor: Predictor) -> None:
    desk = Offline(predictor, Recorder(database, predictor.definition, due_after=timedelta(hours=24), wake=lambda: None))
    worker = Worker(Hands(database, predictor.definition, desk.judge, desk.store, emit))
    while worker._step():
        pass


def count(database: Database, table: type) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def lines(database: Database, job_id: str, kind: str):
    with database.read() as connection:
        return parsed(read_piece(connection, job_id, kind, 1))


def test_each_note_of_a_file_is_on_record_once(database: Database, predictor: Predictor, tmp_path: Path):
    job_id = make_job(database, predictor, ndjson(5), tmp_path)
    work(database, predictor)
    assert (row(database, job_id).done, count(database, NoteRow), count(database, JudgementRow)) == (5, 5, 5)
    assert count(database, VectorRow) == 5
    with database.read() as connection:
        known = set(connection.scalars(select(NoteRow.id)))
        assert set(connection.scalars(select(NoteRow.source))) == {"veeva"}
    assert {line["note_id"] for line in lines(database, job_id, RESULTS)} == known


@pytest.mark.parametrize("beside", [{"author": "A. Roy"}, {"metadata": {"author": "A. Roy"}}])
def test_metadata_stands_beside_the_fields_or_in_an_object(database: Database, predictor: Predictor, tmp_path: Path, beside: dict):
    make_job(database, predictor, json.dumps({"id": "a", "text": "Dosing was asked about.", **beside}).encode(), tmp_path)
    work(database, predictor)
    with database.read() as connection:
        assert connection.scalar(select(NoteRow.author)) == "A. Roy"


def test_harm_in_a_line_that_cannot_be_read_reaches_the_safety_desk(database: Database, predictor: Predictor, tmp_path: Path):
    job_id = make_job(database, predictor, f'{{"id": "a", "text": "{HARM}", broken\n'.encode(), tmp_path)
    work(database, predictor)
    assert count(database, Item) == 1
    (error,) = lines(database, job_id, ERRORS)
    assert (error["id"], error["error"]["code"]) == ("a", "invalid_json")
    assert "jaundice" not in json.dumps(error)


def test_a_note_that_was_erased_does_not_come_back_by_a_file(database: Database, predictor: Predictor, tmp_path: Path):
    first = make_job(database, predictor, ndjson(2), tmp_path)
    work(database, predictor)
    note_id = lines(database, first, RESULTS)[0]["note_id"]
    database.write(lambda c: erase_notes(c, [note_id]) + erase_from_jobs(c, [note_id]))
    second = make_job(database, predictor, ndjson(2), tmp_path)
    work(database, predictor)
    assert (row(database, second).done, row(database, second).failed) == (1, 1)
    assert lines(database, second, ERRORS)[0]["error"]["code"] == "note_erased"
    assert [set(line) for line in lines(database, first, RESULTS)[:1]] == [{"line", "error"}]
