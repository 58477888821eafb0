"""What a hash stands for in the database: a key, or the token that one was exchanged for."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, literal, null, select, union_all

from service.people.rules import Caller, Grant, ending
from service.people.tables import AccessToken, ApiKey

TOKEN_LIFE = timedelta(hours=1)

_keys, _tokens = ApiKey.__table__, AccessToken.__table__
_OF_KEY = ("id", "lineage", "name", "source", "rate", "quota", "expires_at", "revoked_at")


def find_grant(connection: Connection, digest: str) -> Grant | None:
    """One statement for keys and tokens, so that neither answers faster than the other, nor than none."""
    of_key = [_keys.c[name] for name in _OF_KEY]
    ends = null().cast(_tokens.c.expires_at.type).label("token_ends")
    key = select(*of_key, _keys.c.hash, _keys.c.scopes, ends, literal(False).label("token")).where(_keys.c.hash == digest)
    token = select(*of_key, _tokens.c.hash, _tokens.c.scopes, _tokens.c.expires_at, literal(True))
    token = token.join_from(_tokens, _keys).where(_tokens.c.hash == digest)
    row = connection.execute(union_all(key, token)).first()
    return None if row is None else _grant(row)


def token_end(key_ends: datetime, at: datetime) -> datetime:
    """When a token issued now ends: after an hour, or with its key."""
    return min(key_ends, at + TOKEN_LIFE)


def add_token(connection: Connection, digest: str, key_id: str, scopes: frozenset[str], at: datetime, ends: datetime) -> None:
    """Store a token by its hash, and forget those that ended."""
    connection.execute(delete(AccessToken).where(_tokens.c.expires_at <= at))
    values = {"hash": digest, "key_id": key_id, "scopes": " ".join(sorted(scopes)), "created_at": at, "expires_at": ends}
    connection.execute(insert(AccessToken).values(values))


def _grant(row: Row[Any]) -> Grant:
    caller = Caller(row.name, row.source, frozenset(row.scopes.split()), row.id, row.lineage, row.rate, row.quota)
    return Grant(row.hash, caller, ending(row.revoked_at, row.expires_at, row.token_ends), bool(row.token))
