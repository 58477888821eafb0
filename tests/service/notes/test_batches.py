"""Many notes in a few statements are what they would be one by one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from sqlalchemy import Connection

from service.database import Database
from service.errors import RequestError
from service.notes.batches import judged_many, keep_many
from service.notes.rows import Kept
from service.notes.rules import Delivery
from service.notes.store import erase
from service.notes.tables import JudgementRow, MemberRow, NoteRow, VersionRow
from tests.service.notes.made import delivery, judgement
from tests.service.notes.test_store import count

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def arrive(database: Database, deliveries: list[Delivery], model: str = "m1") -> tuple[list[Kept | RequestError], list[str | RequestError]]:
    def write(connection: Connection) -> tuple[list[Kept | RequestError], list[str | RequestError]]:
        kept = keep_many(connection, deliveries, AT)
        return kept, judged_many(connection, [(one, judgement(model=model)) for one in kept if isinstance(one, Kept)], AT)

    return database.write(write)


def codes(outcomes: list[str | RequestError]) -> list[str | None]:
    return [one.code if isinstance(one, RequestError) else None for one in outcomes]


def test_a_batch_keeps_its_order_and_its_doubles_are_one(database: Database):
    first, second, again, nameless = (delivery("one", "r2"), delivery("two", "r1"), delivery("one", "r2"), delivery("one", None))
    kept, judgements = arrive(database, [first, second, again, nameless])
    assert [one.is_new for one in kept if isinstance(one, Kept)] == [True, True, False, True]
    assert kept[0].version_id == kept[2].version_id  # type: ignore[union-attr]
    assert judgements[0] == judgements[2]
    assert [count(database, table) for table in (NoteRow, VersionRow, JudgementRow, MemberRow)] == [3, 3, 3, 12]


def test_the_later_version_in_a_batch_counts(database: Database):
    kept, _ = arrive(database, [delivery("one"), delivery("two")])
    assert [one.is_new for one in kept if isinstance(one, Kept)] == [True, True]
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT current_version_id FROM notes").scalar() == kept[1].version_id  # type: ignore[union-attr]


def test_a_batch_that_comes_again_adds_nothing_but_another_model_s_judgements(database: Database):
    deliveries = [delivery(f"text {n}", f"r{n}") for n in range(20)]
    _, first = arrive(database, deliveries)
    kept, again = arrive(database, deliveries)
    assert (again, any(one.is_new for one in kept if isinstance(one, Kept))) == (first, False)
    arrive(database, deliveries, "m2")
    assert [count(database, table) for table in (NoteRow, VersionRow, JudgementRow)] == [20, 20, 40]


def test_an_erased_note_fails_alone(database: Database):
    deliveries = [delivery("one", "r1"), delivery("two", "r2")]
    kept, _ = arrive(database, deliveries)
    database.write(lambda connection: erase(connection, [kept[0].note_id]))  # type: ignore[union-attr]
    assert codes(arrive(database, deliveries)[0]) == ["note_erased", None]  # type: ignore[arg-type]
    late = [(one, judgement(model="m3")) for one in kept if isinstance(one, Kept)]
    assert codes(database.write(lambda connection: judged_many(connection, late, AT))) == ["note_erased", None]
    assert count(database, JudgementRow) == 2 - 1 + 1


def test_the_same_batch_by_two_processes_in_different_order_is_kept_once(database: Database, database_url: str):
    deliveries = [delivery(f"text {n}", f"r{n}") for n in range(50)]
    with Database(database_url) as other, ThreadPoolExecutor(8) as pool:
        work = lambda n: arrive((database, other)[n % 2], deliveries[:: (1, -1)[n % 2]])  # noqa: E731
        assert len(list(pool.map(work, range(8)))) == 8
    assert [count(database, table) for table in (NoteRow, VersionRow, JudgementRow)] == [50, 50, 50]


def test_one_note_is_a_batch_too(database: Database):
    kept, judgements = arrive(database, [delivery()])
    again, same = arrive(database, [delivery()])
    assert (kept[0].version_id, judgements) == (again[0].version_id, same)  # type: ignore[union-attr]
    database.write(lambda connection: erase(connection, [kept[0].note_id]))  # type: ignore[union-attr]
    assert codes(arrive(database, [delivery()])[0]) == ["note_erased"]  # type: ignore[arg-type]
    assert codes(database.write(lambda c: judged_many(c, [(kept[0], judgement())], AT))) == ["note_erased"]  # type: ignore[list-item]


def test_nothing_is_nothing(database: Database):
    assert arrive(database, []) == ([], [])
