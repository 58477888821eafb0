"""Keys in the database, and what the audit is told of them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from service.audit.tables import AuditRow
from service.database import Database
from service.errors import RequestError
from service.people.credentials import Credential, new_key
from service.people.rules import checked
from service.people.store import add_key, all_keys, any_key, key, mark_used, revoke_key, rotate_key

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def made(database: Database, **wish) -> Credential:
    credential = new_key()
    wished = checked("Veeva", None, ["score", "read"], at=AT, **wish)
    database.write(lambda c: add_key(c, wished, credential, who="test", at=AT))
    return credential


def rotated(database: Database, key_id: str, hours: float = 24, at: datetime = AT):
    fresh = new_key()
    return database.write(lambda c: rotate_key(c, key_id, fresh, overlap=timedelta(hours=hours), who="test", at=at))


def audited(database: Database) -> list[AuditRow]:
    with database.read() as connection:
        return list(connection.execute(select(AuditRow.__table__).order_by(AuditRow.sequence)))


def test_only_the_hash_is_stored(database: Database) -> None:
    with database.read() as connection:
        assert not any_key(connection)
    credential = made(database)
    with database.read() as connection:
        assert any_key(connection)
        stored = str(connection.execute(text("SELECT * FROM api_keys")).all()) + str(connection.execute(text("SELECT * FROM audit")).all())
    assert credential.id in stored
    assert credential.secret not in stored


def test_a_rotated_key_does_the_same_and_the_old_one_ends_after_the_overlap(database: Database) -> None:
    first = made(database, days=10, rate=5, quota=7)
    new, old = rotated(database, first.id, hours=2, at=AT + timedelta(days=1))
    assert (new.name, new.source, new.scopes, new.rate, new.quota) == (old.name, old.source, old.scopes, old.rate, old.quota)
    assert (old.expires_at, new.expires_at) == (AT + timedelta(days=1, hours=2), AT + timedelta(days=11))
    assert new.lineage == old.lineage == first.id


def test_an_overlap_never_lengthens_a_life(database: Database) -> None:
    _, old = rotated(database, made(database, days=1).id, hours=48)
    assert old.expires_at == AT + timedelta(days=1)


def test_a_key_that_ended_is_not_rotated(database: Database) -> None:
    first = made(database)
    database.write(lambda c: revoke_key(c, first.id, who="test", at=AT))
    with pytest.raises(RequestError, match="has ended") as problem:
        rotated(database, first.id)
    assert problem.value.code == "key_ended"


def test_revoking_twice_is_revoking_once(database: Database) -> None:
    first = made(database)
    for minutes in (0, 5):
        row = database.write(lambda c, m=minutes: revoke_key(c, first.id, who="test", at=AT + timedelta(minutes=m)))
    assert row.revoked_at == AT
    assert [act.action for act in audited(database)] == ["key.create", "key.revoke"]


def test_an_unknown_key_is_told(database: Database) -> None:
    with pytest.raises(RequestError, match="There is no key ic_live_x") as problem:
        database.write(lambda c: revoke_key(c, "ic_live_x", who="test", at=AT))
    assert problem.value.code == "key_not_found"


def test_every_act_is_audited_with_who_and_what(database: Database) -> None:
    first = made(database, quota=9)
    new, _ = rotated(database, first.id)
    create, again, rotate = audited(database)
    assert (create.who, create.action, create.what, create.after["quota"]) == ("test", "key.create", f"key:{first.id}", 9)
    assert (again.what, rotate.what, rotate.why) == (f"key:{new.id}", f"key:{first.id}", f"replaced by {new.id}")
    assert rotate.before
    assert rotate.after["expires_at"] == "2026-03-02T12:00:00+00:00"


def test_an_act_that_fails_leaves_no_trace(database: Database) -> None:
    first = made(database)
    again = checked("Veeva", None, ["score"], at=AT)
    with pytest.raises(Exception, match="(?i)unique"):
        database.write(lambda c: add_key(c, again, first, who="test", at=AT))
    assert len(audited(database)) == 1


def test_use_is_marked_once_a_minute(database: Database) -> None:
    first = made(database)
    for seconds in (0, 59, 60):
        database.write(lambda c, s=seconds: mark_used(c, first.id, AT + timedelta(seconds=s)))
        with database.read() as connection:
            used = key(connection, first.id).last_used_at
        assert used == AT + timedelta(seconds=0 if seconds < 60 else 60)


def test_the_list_tells_no_hash(database: Database) -> None:
    made(database)
    with database.read() as connection:
        assert "hash" not in all_keys(connection)[0]._fields
