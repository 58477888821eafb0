"""From a person that a provider knows to a session here: found, made or linked, with the roles of today's groups, in one transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from service.accounts.claims import Mapped, Person, person_of
from service.accounts.rules import Account, checked
from service.accounts.signing_in import SIGN_IN, SignIn
from service.accounts.store import add_account, by_login, by_subject, link, named, set_author, set_roles
from service.accounts.tokens import new_token
from service.audit.store import append
from service.errors import ServiceError

UNVERIFIED = "Your provider does not stand for your e-mail address, so that it cannot be told whose account it is. Verify it there first."
TAKEN = "The account with your e-mail address belongs to another person at your provider, or is disabled. Ask an administrator."


class Federation:
    """Accounts by what a provider claims."""

    def __init__(self, sign_in: SignIn, mapped: Mapped) -> None:
        self.sign_in, self.mapped = sign_in, mapped

    async def enter(self, claims: dict[str, Any]) -> tuple[Account, str]:
        """The account and the token for its cookie. Raises ServiceError or Forbidden."""
        person, token, at = person_of(claims, self.mapped), new_token(), self.sign_in.now()

        def settle(connection: Connection) -> Account | str:
            row = self._found(connection, person, at)
            if isinstance(row, str):
                append(connection, who=SIGN_IN, action="session.refuse", what=named("unknown"), at=at)
                return row
            return self.sign_in.begin(connection, self._as_of_today(connection, row, person, at), token, at)

        account = await self.sign_in.database.write_async(settle)
        if isinstance(account, str):
            raise ServiceError(account, "sign_in_refused")
        return account, token

    def _found(self, connection: Connection, person: Person, at: datetime) -> Row[Any] | str:
        """The person's account, or why there is none."""
        row = by_subject(connection, person.issuer, person.subject)
        if row is None and person.email is None:
            return UNVERIFIED
        if row is None and person.email is not None:
            row = by_login(connection, person.email)
            if row is None:
                wish = checked(person.email, person.name, person.roles, person.author)
                return add_account(connection, wish, password=None, who=SIGN_IN, at=at, known=(person.issuer, person.subject))
            if row.issuer is not None or row.disabled_at is not None:
                return TAKEN
            row = link(connection, row.id, person.issuer, person.subject, who=SIGN_IN, at=at)
        return TAKEN if row is None or row.disabled_at is not None else row

    def _as_of_today(self, connection: Connection, row: Row[Any], person: Person, at: datetime) -> Row[Any]:
        """Groups decide on roles at each sign-in; another role signs out the browsers of before."""
        row = set_roles(connection, row.id, person.roles, who=SIGN_IN, at=at)
        return set_author(connection, row.id, person.author, who=SIGN_IN, at=at) if self.mapped.author_claim else row
