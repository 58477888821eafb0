"""A model on trial beside live traffic: compared in the background, shown in a queue, in no answer."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from insight_classifier.definition import Definition
from insight_classifier.errors import ModelError
from insight_classifier.predictor import Predictor, load_predictor
from service.app import create_app
from service.database import Database
from service.erasers import ERASERS
from service.keeping import trial
from service.settings import Settings
from service.shadow.running import MOST_WAITING, Shadow
from service.shadow.store import SHADOW, counts, of_note
from tests.service.conftest import wait_until
from tests.service.reviews.desk import Desk, every_check
from tests.service.test_keeping import HERE
from tests.training.registry.models import copy_model


@pytest.fixture
def desk(database: Database, definition: Definition) -> Desk:
    return Desk(database, definition)


def shadow(desk: Desk, predictor: Predictor | None, idle: bool = True) -> Shadow:
    return Shadow(desk.database, predictor, lambda: idle)


def compared(desk: Desk, predictor: Predictor, *note_ids: str) -> int:
    async def once() -> int:
        running = shadow(desk, predictor)
        running.add(note_ids)
        return await running.round()

    return asyncio.run(once())


def test_what_differs_is_in_the_queue_until_it_is_decided(desk: Desk, predictor: Predictor) -> None:
    met = every_check(desk.definition)
    notes = {name: desk.note(name, *checks, level=level) for name, checks, level in (("a", met, 3), ("b", (), 0))}
    assert compared(desk, predictor, *notes.values()) == 2
    with desk.database.read() as connection:
        differing = sorted(name for name, note_id in notes.items() if of_note(connection, note_id))
        assert counts(connection) == (2, len(differing))
    assert differing
    assert sorted(desk.names("queue=shadow")) == differing
    desk.decide(differing[0], "confirm")
    assert differing[0] not in desk.names("queue=shadow")


def test_a_note_that_was_judged_anew_is_no_longer_compared(desk: Desk, predictor: Predictor) -> None:
    note_id = desk.note("a", *every_check(desk.definition), level=3)
    compared(desk, predictor, note_id)
    desk.note("a", text="She has other words now, and nobody has compared them.")
    assert desk.names("queue=shadow") == []


def test_what_it_says_goes_with_the_note(desk: Desk, predictor: Predictor) -> None:
    note_id = desk.note("a")
    compared(desk, predictor, note_id)
    desk.database.write(lambda connection: [erase(connection, [note_id]) for erase in ERASERS])
    assert desk.rows(SHADOW.select()) == []


def test_the_model_that_judged_is_not_compared_with_itself(desk: Desk, predictor: Predictor) -> None:
    note_id = desk.note("a", model=predictor.model.to_dict())
    assert compared(desk, predictor, note_id) == 0


def test_it_waits_while_callers_wait(desk: Desk, predictor: Predictor) -> None:
    note_id = desk.note("a")

    async def busy() -> None:
        running = shadow(desk, predictor, idle=False)
        await running.start()
        running.add([note_id])
        await asyncio.sleep(0.3)
        await running.stop()

    asyncio.run(busy())
    assert desk.rows(SHADOW.select()) == []


def test_it_leaves_out_the_oldest_and_counts_them(desk: Desk, predictor: Predictor) -> None:
    running = shadow(desk, predictor)
    running.add([str(number) for number in range(MOST_WAITING + 5)])
    assert running.left_out == 5


def test_the_next_trial_begins_anew(desk: Desk, predictor: Predictor) -> None:
    compared(desk, predictor, desk.note("a"))

    async def started(running: Shadow) -> None:
        await running.start()
        await running.stop()

    asyncio.run(started(shadow(desk, predictor)))
    assert len(desk.rows(SHADOW.select())) == 1
    asyncio.run(started(shadow(desk, None)))
    assert desk.rows(SHADOW.select()) == []


def test_a_note_that_fails_harms_nobody(desk: Desk, predictor: Predictor, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: Any) -> None:
        raise RuntimeError("out of memory")

    note_id = desk.note("a")
    running = shadow(desk, predictor)
    running.add([note_id])
    monkeypatch.setattr(running, "_compare", broken)
    asyncio.run(running._one_round())
    assert desk.rows(SHADOW.select()) == []


def test_a_service_with_a_trial_answers_as_one_without(
    settings: Settings, predictor: Predictor, database: Database, tmp_path: Path, tiny_model: Path
) -> None:
    asked = settings.model_copy(update={"shadow": copy_model(tiny_model, tmp_path / "on-trial")})
    with TestClient(create_app(asked, predictor, database=database), **HERE) as client:
        answer = client.post("/v1/score", json={"id": "a", "text": "She will not start it before she has seen renal data."})
        assert answer.status_code == 200
        assert "on-trial" not in answer.text
        wait_until(lambda: trials(database) == ["on-trial"])


def trials(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.scalars(select(SHADOW.c.model_name)))


def test_a_folder_that_is_no_model_is_refused_at_start(
    settings: Settings, definition: Definition, tmp_path: Path, tiny_model: Path
) -> None:
    with pytest.raises(ModelError, match="no model folder"):
        trial(settings.model_copy(update={"shadow": tmp_path / "none"}), definition)
    asked = settings.model_copy(update={"shadow": copy_model(tiny_model, tmp_path / "one")})
    found = trial(asked, definition)
    assert found is not None
    assert found.model == load_predictor(tmp_path / "one").model
    assert trial(settings, definition) is None
