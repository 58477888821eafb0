"""Invented people: an account for each role and a second reviewer, whose passwords are made at each start and told once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from argon2 import PasswordHasher
from sqlalchemy import Connection

from service.accounts.roles import ROLES
from service.accounts.rules import checked
from service.accounts.store import DEMONSTRATION, add_account, all_accounts, by_login, set_password
from service.accounts.tokens import first_password

HOST = "demo.example"
SECOND = "reviewer2"
NO_HASH = "none"  # that no password has
REVIEWER, LEAD, AUTHOR = "reviewer", "lead", "author"
LOGINS: Mapping[str, str] = {**{role: role for role in ROLES}, SECOND: REVIEWER}  # role by the first part of the login


def login_of(name: str) -> str:
    return f"{name}@{HOST}"


def passwords() -> dict[str, tuple[str, str]]:
    """A new password for each login, and its hash. Takes about a second."""
    made = {login_of(name): first_password() for name in LOGINS}
    hasher = PasswordHasher()
    return {login: (password, hasher.hash(password)) for login, password in made.items()}


def add_people(connection: Connection, author: str, at: datetime) -> dict[str, str]:
    """The accounts, made where they are missing; ids by name. They cannot be signed in to before `open_to`. Raises RequestError."""
    found = {}
    for name, role in LOGINS.items():
        row = by_login(connection, login_of(name))
        if row is None:
            number = " 2" if name == SECOND else ""
            wish = checked(login_of(name), f"Demo {ROLES[role].title.lower()}{number}", [role], author if role == AUTHOR else None)
            row = add_account(connection, wish, password=None, who=DEMONSTRATION, at=at)
        found[name] = str(row.id)
    return found


def open_to(connection: Connection, made: Mapping[str, tuple[str, str]], at: datetime) -> Sequence[str]:
    """Give the invented accounts other passwords, by their hashes; the logins. Nobody else's account is touched."""
    found = [(login, row) for login in made if (row := by_login(connection, login)) and row.created_by == DEMONSTRATION]
    for login, row in found:
        set_password(connection, row.id, password=made[login][1], who=DEMONSTRATION, at=at)
    return [login for login, row in found if row.disabled_at is None]


def shut(connection: Connection, at: datetime) -> None:
    """Nobody signs in to an invented account until it is opened again."""
    for row in all_accounts(connection):
        if row.created_by == DEMONSTRATION:
            set_password(connection, row.id, password=NO_HASH, who=DEMONSTRATION, at=at)
