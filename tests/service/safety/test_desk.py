"""Decisions on items, when two people decide at once."""

from concurrent.futures import ThreadPoolExecutor

from service.database import Database
from service.errors import RequestError
from service.safety.desk import Decision, acknowledge, events
from tests.service.safety.conftest import START, Lane, hit, scan


def test_of_people_who_decide_at_once_one_does_and_the_others_are_told_who(lane: Lane):
    item = lane.record(scan("n1", "v1", hit()))["n1"]
    with Database(lane.database.url.render_as_string(hide_password=False)) as other, ThreadPoolExecutor(8) as pool:

        def decide(n: int) -> str:
            try:
                database = (lane.database, other)[n % 2]
                return str(database.write(lambda c: acknowledge(c, item, Decision(f"p{n}", START)))["acknowledged_by"])
            except RequestError as problem:
                return str(problem.members["decided_by"])

        assert len(set(pool.map(decide, range(8)))) == 1
    with lane.database.read() as connection:
        assert [event["kind"] for event in events(connection, item)] == ["first", "acknowledged"]
