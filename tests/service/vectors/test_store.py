"""Vectors in the database: kept once, found by version and model, gone with the note."""

import numpy as np
import pytest
from sqlalchemy import Connection

from service.database import Database
from service.vectors.rules import to_bytes
from service.vectors.store import Made, erase, keep, vectors_of


def made(version: str, *numbers: float, note: str = "n1", model: str = "m1") -> Made:
    return Made(note, version, model, to_bytes(np.array(numbers, dtype=np.float16)))


def test_vectors_are_found_by_version_and_model(database: Database):
    def work(connection: Connection) -> None:
        keep(connection, [made("v1", 1, 0), made("v2", 0, 1), made("v1", 0.6, 0.8, model="m2")])
        found = vectors_of(connection, ["v1", "v2", "v3"], "m1")
        assert {name: vector.tolist() for name, vector in found.items()} == {"v1": [1, 0], "v2": [0, 1]}
        assert vectors_of(connection, ["v1"], "m2")["v1"] == pytest.approx([0.6, 0.8], abs=0.001)

    database.write(work)


def test_what_a_model_made_of_a_version_before_stays(database: Database):
    database.write(lambda connection: [keep(connection, [made("v1", *numbers)]) for numbers in ((1, 0), (0, 1))])
    with database.read() as connection:
        assert vectors_of(connection, ["v1"], "m1")["v1"].tolist() == [1, 0]


def test_nothing_is_kept_of_nothing(database: Database):
    database.write(lambda connection: keep(connection, []))


def test_the_vectors_of_an_erased_note_go_and_others_stay(database: Database):
    def work(connection: Connection) -> None:
        keep(connection, [made("v1", 1, 0), made("v2", 1, 0, note="n2"), made("v1", 1, 0, model="m2")])
        assert erase(connection, ["n1", "n3"]) == 2
        assert list(vectors_of(connection, ["v1", "v2"], "m1")) == ["v2"]

    database.write(work)
