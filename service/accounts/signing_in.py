"""Signing in and out, and changing one's password: counted, compared, stored and audited."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from service.accounts import attempts
from service.accounts.passwords import Passwords
from service.accounts.rules import LONGEST_LOGIN, LONGEST_PASSWORD, Account, checked_password, normal_login, normal_password
from service.accounts.sessions import Spans, begin, end
from service.accounts.store import account_of_row, account_row, by_login, named, refresh_hash, set_password
from service.accounts.tokens import hash_of, new_token
from service.accounts.visitor import Visitor
from service.audit.store import append
from service.database import Database, now
from service.errors import RequestError, ServiceError

WRONG = "The login or the password is wrong, or the account does not count any more. An administrator can reset it: insight accounts reset."
SIGN_IN = "sign-in"  # who it is while nobody knows


class SignIn:
    """For the event loop of one application."""

    def __init__(self, database: Database, passwords: Passwords, spans: Spans, *, now: Callable[[], datetime] = now) -> None:
        self.database, self.passwords, self.spans, self.now = database, passwords, spans, now

    async def by_password(self, login: str, password: str, address: str | None) -> tuple[Account, str]:
        """The account, and the token for its cookie.

        Raises LimitReached, StorageUnavailable, or ServiceError in the same words and after the same work whatever is wrong.
        """
        login, password = _known(login), normal_password(password)[: LONGEST_PASSWORD + 1]
        row = await self._counted(login, address)
        right = await self.passwords.are_same(row.password if row else None, password)
        fresh = await self.passwords.hashed(password) if right and row and self.passwords.is_old(row.password) else None
        token, at = new_token(), self.now()

        def settle(connection: Connection) -> Account | None:
            found = by_login(connection, login)
            if not right or not row or not found or not _counts(found, row.password, at):
                append(connection, who=SIGN_IN, action="session.refuse", what=named(found.id if found else "unknown"), at=at)
                return None
            attempts.forget(connection, attempts.of_account(login)[0])
            attempts.give_back(connection, attempts.of_address(address)[0])
            if fresh:
                refresh_hash(connection, found.id, fresh)
            return self.begin(connection, found, token, at)

        account = await self.database.write_async(settle)
        if account is None:
            raise ServiceError(WRONG, "sign_in_refused")
        return account, token

    def begin(self, connection: Connection, row: Row[Any], token: str, at: datetime) -> Account:
        """A session of an account, however it was found to be the person's."""
        begin(connection, row.id, hash_of(token), at, self.spans)
        append(connection, who=row.id, action="session.begin", what=named(row.id), at=at)
        return account_of_row(row)

    async def leave(self, visitor: Visitor) -> None:
        """Sign out this browser."""
        token, who = visitor.token, visitor.account.id
        if token is None:
            return

        def leave(connection: Connection) -> None:
            if end(connection, hash_of(token)):
                append(connection, who=who, action="session.end", what=named(who), at=self.now())

        await self.database.write_async(leave)

    async def change_password(self, account: Account, current: str, wanted: str, address: str | None) -> str:
        """Signs out every browser; the token of a new session for this one. Raises RequestError, LimitReached or ServiceError."""
        new = checked_password(wanted, account)
        row = await self._counted(account.login, address)
        if not await self.passwords.are_same(row.password if row else None, normal_password(current)):
            raise ServiceError("The present password is wrong.", "sign_in_refused")
        if normal_password(current) == new:
            raise RequestError("The new password is the present one. Take another.", "password_refused")
        hashed, token, at = await self.passwords.hashed(new), new_token(), self.now()

        def change(connection: Connection) -> None:
            found = account_row(connection, account.id)
            if not row or not _counts(found, row.password, at):
                raise ServiceError("The account was changed meanwhile. Sign in again.", "sign_in_refused")
            attempts.forget(connection, attempts.of_account(account.login)[0])
            attempts.give_back(connection, attempts.of_address(address)[0])
            self.begin(connection, set_password(connection, account.id, password=hashed, who=account.id, at=at), token, at)

        await self.database.write_async(change)
        return token

    async def _counted(self, login: str, address: str | None) -> Row[Any] | None:
        """The account there is, after this attempt was counted. Raises LimitReached."""

        def counted(connection: Connection) -> Row[Any] | None:
            attempts.count(connection, (attempts.of_account(login), attempts.of_address(address)), self.now())
            return by_login(connection, login)

        return await self.database.write_async(counted)


def _known(login: str) -> str:
    """As it would be stored; what no account can be called becomes nothing."""
    known = normal_login(login)
    return known if known.isprintable() and len(known) <= LONGEST_LOGIN else ""


def _counts(found: Row[Any], compared: str | None, at: datetime) -> bool:
    """Whether an account may be signed in to with the password whose hash was compared."""
    in_time = found.password_until is None or at < found.password_until
    return found.disabled_at is None and found.password == compared and in_time
