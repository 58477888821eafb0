"""Keys in the database. Each function runs inside the caller's transaction; what happens to a key is audited in the same one."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, exists, insert, or_, select, update

from service.audit.store import append
from service.errors import RequestError
from service.people.credentials import Credential
from service.people.rules import Wish, ending
from service.people.tables import ApiKey

KEYS = ApiKey.__table__.c
SECRET = "hash"
USED_EVERY = timedelta(minutes=1)


def any_key(connection: Connection) -> bool:
    """Whether there is a key, even one that ended."""
    return bool(connection.scalar(select(exists().where(KEYS.id.is_not(None)))))


def all_keys(connection: Connection) -> Sequence[Row[Any]]:
    """Every key without its hash, the newest first."""
    columns = [column for column in KEYS if column.name != SECRET]
    return connection.execute(select(*columns).order_by(KEYS.created_at.desc(), KEYS.id)).all()


def key(connection: Connection, key_id: str) -> Row[Any]:
    """Raises RequestError where there is none."""
    found = connection.execute(select(ApiKey.__table__).where(KEYS.id == key_id)).first()
    if found is None:
        raise RequestError(f"There is no key {key_id[:40]}. List them: insight keys list, or GET /v1/keys.", "key_not_found")
    return found


def add_key(connection: Connection, wish: Wish, credential: Credential, *, who: str, at: datetime, lineage: str | None = None) -> Row[Any]:
    """Store a new key; of the credential only the hash."""
    values = {
        **asdict(wish),
        "scopes": " ".join(wish.scopes),
        "id": credential.id,
        "lineage": lineage or credential.id,
        SECRET: credential.hash,
        "created_at": at,
        "created_by": who,
    }
    connection.execute(insert(ApiKey).values(values))
    added = key(connection, credential.id)
    append(connection, who=who, action="key.create", what=_named(credential.id), after=_told(added), at=at)
    return added


def rotate_key(
    connection: Connection, key_id: str, credential: Credential, *, overlap: timedelta, who: str, at: datetime
) -> tuple[Row[Any], Row[Any]]:
    """A new key that may do what the old one may, and lives as long; the old one ends after the overlap. The new and the old.

    Raises RequestError.
    """
    old = _lasting(key(connection, key_id), at)
    lifetime = old.expires_at - old.created_at if old.expires_at else None
    wish = Wish(old.name, old.source, tuple(old.scopes.split()), at + lifetime if lifetime else None, old.rate, old.quota)
    new = add_key(connection, wish, credential, who=who, at=at, lineage=old.lineage)
    _change(
        connection, old, "key.rotate", {"expires_at": ending(old.expires_at, at + overlap)}, who=who, at=at, why=f"replaced by {new.id}"
    )
    return new, key(connection, key_id)


def revoke_key(connection: Connection, key_id: str, *, who: str, at: datetime, why: str | None = None) -> Row[Any]:
    """End a key now, and with it all its tokens. A key that was revoked before stays as it is. Raises RequestError."""
    old = key(connection, key_id)
    if old.revoked_at is None:
        _change(connection, old, "key.revoke", {"revoked_at": at}, who=who, at=at, why=why)
    return key(connection, key_id)


def mark_used(connection: Connection, key_id: str, at: datetime) -> None:
    """At most once a minute, whatever the number of processes."""
    stale = or_(KEYS.last_used_at.is_(None), KEYS.last_used_at <= at - USED_EVERY)
    connection.execute(update(ApiKey).where(KEYS.id == key_id, stale).values(last_used_at=at))


def _lasting(found: Row[Any], at: datetime) -> Row[Any]:
    if ending(found.revoked_at, found.expires_at) <= at:
        raise RequestError(f"The key {found.id} has ended and cannot be rotated. Create a new one.", "key_ended")
    return found


def _change(
    connection: Connection, old: Row[Any], action: str, values: Mapping[str, datetime], *, who: str, at: datetime, why: str | None
) -> None:
    connection.execute(update(ApiKey).where(KEYS.id == old.id).values(**values))
    after = _told(key(connection, old.id))
    append(connection, who=who, action=action, what=_named(old.id), before=_told(old), after=after, why=why, at=at)


def _named(key_id: str) -> str:
    return f"key:{key_id}"


def _told(row: Row[Any]) -> dict[str, Any]:
    """What the audit is told of a key: nothing that opens a door."""
    kept = ("name", "source", "scopes", "rate", "quota", "lineage", "expires_at", "revoked_at")
    told = {name: getattr(row, name) for name in kept}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in told.items() if value is not None}
