"""Accounts in the database. Each function runs inside the caller's transaction; what happens to an account is audited in the same one."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, insert, select, update

from service.accounts.rules import FIRST_PASSWORD_LIFE, Account, Wish
from service.accounts.sessions import end_sessions_of
from service.accounts.tables import AccountRow
from service.audit.store import append
from service.errors import RequestError

ACCOUNTS = AccountRow.__table__.c
ID = "acc_"
SECRET = "password"
DEMONSTRATION = "demonstration"  # who makes accounts that are invented: this machine needs none for them


def any_account(connection: Connection) -> bool:
    """Whether there is an account of a person, even a disabled one."""
    return bool(connection.scalar(select(exists().where(ACCOUNTS.created_by != DEMONSTRATION))))


def all_accounts(connection: Connection) -> Sequence[Row[Any]]:
    """Every account without its password, by login."""
    columns = [column for column in ACCOUNTS if column.name != SECRET]
    return connection.execute(select(*columns).order_by(ACCOUNTS.login)).all()


def account_row(connection: Connection, account_id: str) -> Row[Any]:
    """Raises RequestError where there is none."""
    found = connection.execute(select(AccountRow.__table__).where(ACCOUNTS.id == account_id)).first()
    if found is None:
        raise RequestError(f"There is no account {account_id[:40]}. List them: insight accounts list.", "account_not_found")
    return found


def by_login(connection: Connection, login: str) -> Row[Any] | None:
    """`login` as `checked_login` makes it."""
    return connection.execute(select(AccountRow.__table__).where(ACCOUNTS.login == login)).first()


def by_subject(connection: Connection, issuer: str, subject: str) -> Row[Any] | None:
    """Whoever an OpenID provider knows by this name."""
    mine = (ACCOUNTS.issuer == issuer, ACCOUNTS.subject == subject)
    return connection.execute(select(AccountRow.__table__).where(*mine)).first()


def names_of(connection: Connection, account_ids: Iterable[str]) -> dict[str, str]:
    """What colleagues see instead of ids."""
    return {row.id: row.name for row in connection.execute(select(ACCOUNTS.id, ACCOUNTS.name).where(ACCOUNTS.id.in_(list(account_ids))))}


def account_of_row(row: Row[Any]) -> Account:
    return Account(row.id, row.login, row.name, tuple(row.roles.split()), row.author, bool(row.must_change), row.password is not None)


def add_account(
    connection: Connection, wish: Wish, *, password: str | None, who: str, at: datetime, known: tuple[str, str] | None = None
) -> Row[Any]:
    """A new account. `password`: the hash of a first password, which must be changed; `known`: issuer and subject of an OpenID provider.

    Raises RequestError where the login is taken.
    """
    if by_login(connection, wish.login):
        raise RequestError(f"There is an account {wish.login} already. List them: insight accounts list.", "account_exists")
    issuer, subject = known or (None, None)
    values = {
        "id": ID + secrets.token_hex(8), "login": wish.login, "name": wish.name, "roles": " ".join(wish.roles), "author": wish.author,
        "issuer": issuer, "subject": subject, "created_at": at, "created_by": who, **_first(password, at),
    }  # fmt: skip
    connection.execute(insert(AccountRow).values(values))
    added = account_row(connection, values["id"])
    append(connection, who=who, action="account.create", what=named(added.id), after=_told(added), at=at)
    return added


def disable(connection: Connection, account_id: str, *, who: str, at: datetime, why: str | None = None) -> Row[Any]:
    """Nobody signs in with it any more, and every browser is signed out. One that was disabled before stays as it is."""
    old = account_row(connection, account_id)
    return old if old.disabled_at else _changed(connection, old, "account.disable", {"disabled_at": at}, who=who, at=at, why=why)


def enable(connection: Connection, account_id: str, *, who: str, at: datetime) -> Row[Any]:
    """Undo `disable`."""
    old = account_row(connection, account_id)
    return _changed(connection, old, "account.enable", {"disabled_at": None}, who=who, at=at) if old.disabled_at else old


def reset(connection: Connection, account_id: str, *, password: str, who: str, at: datetime) -> Row[Any]:
    """Give a first password again, by its hash; every browser is signed out."""
    return _changed(connection, account_row(connection, account_id), "account.reset", _first(password, at), who=who, at=at)


def set_password(connection: Connection, account_id: str, *, password: str, who: str, at: datetime) -> Row[Any]:
    """One's own password, by its hash; every browser is signed out."""
    values = {SECRET: password, "must_change": False, "password_until": None}
    return _changed(connection, account_row(connection, account_id), "account.password", values, who=who, at=at)


def set_roles(connection: Connection, account_id: str, roles: Sequence[str], *, who: str, at: datetime) -> Row[Any]:
    """As `checked_roles` makes them. Every browser is signed out, so that no session outlives what it was allowed."""
    old, wanted = account_row(connection, account_id), " ".join(roles)
    return old if old.roles == wanted else _changed(connection, old, "account.roles", {"roles": wanted}, who=who, at=at)


def set_author(connection: Connection, account_id: str, author: str | None, *, who: str, at: datetime) -> Row[Any]:
    """Whose notes are the person's own, as `checked_author` makes it. Every browser is signed out."""
    old = account_row(connection, account_id)
    return old if old.author == author else _changed(connection, old, "account.author", {"author": author}, who=who, at=at)


def link(connection: Connection, account_id: str, issuer: str, subject: str, *, who: str, at: datetime) -> Row[Any]:
    """From now on an OpenID provider says who it is, and no password does: whoever has left there has left here."""
    old = account_row(connection, account_id)
    return _changed(connection, old, "account.link", {"issuer": issuer, "subject": subject, **_first(None, at)}, who=who, at=at)


def refresh_hash(connection: Connection, account_id: str, password: str) -> None:
    """The same password under today's parameters."""
    connection.execute(update(AccountRow).where(ACCOUNTS.id == account_id).values(password=password))


def named(account_id: str) -> str:
    """An account in the audit."""
    return f"account:{account_id}"


def _first(password: str | None, at: datetime) -> dict[str, Any]:
    """A password that somebody else knows counts for a time, and must be changed."""
    until = at + FIRST_PASSWORD_LIFE if password else None
    return {SECRET: password, "must_change": password is not None, "password_until": until}


def _changed(
    connection: Connection, old: Row[Any], action: str, values: Mapping[str, Any], *, who: str, at: datetime, why: str | None = None
) -> Row[Any]:
    connection.execute(update(AccountRow).where(ACCOUNTS.id == old.id).values(**values))
    end_sessions_of(connection, old.id)
    new = account_row(connection, old.id)
    append(connection, who=who, action=action, what=named(old.id), before=_told(old), after=_told(new), why=why, at=at)
    return new


def _told(row: Row[Any]) -> dict[str, Any]:
    """What the audit is told of an account: ids and roles; neither passwords nor who the person is."""
    told = {"roles": row.roles, "disabled_at": row.disabled_at and row.disabled_at.isoformat(), "linked": row.issuer is not None}
    return {**told, "author": row.author is not None, "must_change": bool(row.must_change)}
