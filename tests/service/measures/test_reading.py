"""From the database to columns, and people's decisions as a sample."""

import numpy as np
from sqlalchemy import update

from insight_classifier.definition import Definition
from service.database import Database
from service.measures.reading import read_notes, sampled
from service.notes.store import JUDGEMENTS
from tests.service.measures.conftest import AUTHORS, Filled, read
from tests.service.reviews.desk import every_check
from tests.service.reviews.test_store import answer


def test_no_note_is_no_columns(database: Database, definition: Definition) -> None:
    with database.read() as connection:
        assert read_notes(connection, definition) is None


def test_every_judged_note_with_its_facts(filled: Filled) -> None:
    notes = read(filled(24))
    observations = notes.observations
    assert len(notes) == 24
    assert len(observations.author.names) == AUTHORS
    assert observations["team"].names == ("north", "south")
    assert observations["tenure_band"].names == ("new", "old")
    assert observations["quarter"].names == ("2026-Q2",)  # when they were received: the desk's CRM sends no other moment
    assert list(notes.insight[:4]) == [False, True, False, True]


def test_decisions_by_chance_are_the_sample(filled: Filled, definition: Definition) -> None:
    notes = read(filled(24, decided=10))
    observations, sample = sampled(notes, np.arange(24))
    assert (sample.notes, sample.missing) == (10, 0)
    assert list(observations.audit.rows) == list(sample.rows)
    met = {bool(said) for said in observations.audit.audited.checks[next(iter(definition.checks))]}
    assert met == {True, False}


def test_where_people_differ_the_first_counts_until_it_is_settled(filled: Filled) -> None:
    desk = filled(4, decided=4)
    desk.decide("n0", "change", "bert", answer=answer(desk, *every_check(desk.definition)))
    notes = read(desk)
    assert len(notes.unsettled) == 1
    assert notes.decided.all()


def test_judgements_by_other_members_are_left_out_and_counted(filled: Filled) -> None:
    desk = filled(6)
    one = desk.kept["n0"].note_id
    desk.database.write(lambda c: c.execute(update(JUDGEMENTS).where(JUDGEMENTS.c.note_id == one).values(judgement={"label": "x"})))
    notes = read(desk)
    assert (len(notes), notes.elsewhere) == (5, 1)
