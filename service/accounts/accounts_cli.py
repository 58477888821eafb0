"""`insight accounts`: who may work at the pages, on the machine of the database."""

import json
from typing import Annotated, Any

import typer
from argon2 import PasswordHasher
from sqlalchemy import Connection, Row

from insight_classifier.command import plain_errors, say, tell
from service.accounts.roles import ROLES
from service.accounts.rules import checked, checked_author, checked_login, checked_roles
from service.accounts.store import (
    add_account,
    all_accounts,
    by_login,
    disable,
    enable,
    reset,
    set_author,
    set_roles,
)
from service.accounts.tokens import first_password
from service.database import DEFAULT_DATABASE, now
from service.errors import RequestError
from service.terminal import DatabaseOption, opened, table, who

LoginArgument = Annotated[str, typer.Argument(help="The e-mail address or login.")]
RoleOption = Annotated[list[str], typer.Option("--role", help=f"What the person may do; may stand more than once: {', '.join(ROLES)}.")]
COLUMNS = ("login", "name", "roles", "author", "status", "signed_in_at", "id")
FIRST_ACCOUNT = "insight accounts create --email ADDRESS --role admin"


def register(app: typer.Typer) -> None:
    """Add the group to `insight`."""
    group = typer.Typer(help="The people who may work at the pages.", no_args_is_help=True)
    group.command("create")(create_command)
    group.command("list")(list_command)
    group.command("disable")(disable_command)
    group.command("enable")(enable_command)
    group.command("reset")(reset_command)
    group.command("roles")(roles_command)
    group.command("author")(author_command)
    app.add_typer(group, name="accounts")


def create_command(
    email: Annotated[str, typer.Option("--email", "--login", help="E-mail address, or another login.")],
    role: RoleOption,
    name: Annotated[str | None, typer.Option(help="As colleagues see it; made from the login by default.")] = None,
    author: Annotated[str | None, typer.Option(help="The CRM's id of the author whose notes are the person's own.")] = None,
    database: DatabaseOption = DEFAULT_DATABASE,
) -> None:
    """Make an account, and show its first password, this once. It counts for three days, and must be changed."""
    with plain_errors(), opened(database) as base:
        wish, password, at = checked(email, name, role, author), first_password(), now()
        hashed = PasswordHasher().hash(password)
        base.write(lambda connection: add_account(connection, wish, password=hashed, who=who(), at=at))
        _show(wish.login, password)


def list_command(
    as_json: Annotated[bool, typer.Option("--json", help="For a program.")] = False, database: DatabaseOption = DEFAULT_DATABASE
) -> None:
    """All accounts, the disabled ones too; never a password."""
    with plain_errors(), opened(database) as base:
        with base.read() as connection:
            accounts = [_shown(row) for row in all_accounts(connection)]
        if as_json:
            say(json.dumps({"accounts": accounts}, indent=2, ensure_ascii=False))
        else:
            rows = [[_cell(column, account[column]) for column in COLUMNS] for account in accounts]
            say(table(COLUMNS, rows) if rows else f"No account yet: {FIRST_ACCOUNT}")


def disable_command(
    login: LoginArgument,
    why: Annotated[str | None, typer.Option(help="Kept in the audit.")] = None,
    database: DatabaseOption = DEFAULT_DATABASE,
) -> None:
    """Sign the person out everywhere, and let nobody sign in with it any more."""
    with plain_errors(), opened(database) as base:
        base.write(lambda c: disable(c, _found(c, login).id, who=who(), at=now(), why=why))
        say(f"{login} is disabled.")


def enable_command(login: LoginArgument, database: DatabaseOption = DEFAULT_DATABASE) -> None:
    """Undo disable; the password is the one it was."""
    with plain_errors(), opened(database) as base:
        base.write(lambda c: enable(c, _found(c, login).id, who=who(), at=now()))
        say(f"{login} is enabled.")


def reset_command(login: LoginArgument, database: DatabaseOption = DEFAULT_DATABASE) -> None:
    """Sign the person out everywhere, and show a new first password, this once."""
    with plain_errors(), opened(database) as base:
        password = first_password()
        hashed = PasswordHasher().hash(password)
        base.write(lambda c: reset(c, _found(c, login).id, password=hashed, who=who(), at=now()))
        _show(login, password)


def roles_command(login: LoginArgument, role: RoleOption, database: DatabaseOption = DEFAULT_DATABASE) -> None:
    """Give other roles instead of those of now; the person is signed out everywhere."""
    with plain_errors(), opened(database) as base:
        roles = checked_roles(role)
        base.write(lambda c: set_roles(c, _found(c, login).id, roles, who=who(), at=now()))
        say(f"{login} has {', '.join(roles)}.")


def author_command(
    login: LoginArgument,
    author: Annotated[str | None, typer.Argument(help="The CRM's id of the author; nothing: none.")] = None,
    database: DatabaseOption = DEFAULT_DATABASE,
) -> None:
    """Say whose notes are the person's own."""
    with plain_errors(), opened(database) as base:
        known = checked_author(author)
        base.write(lambda c: set_author(c, _found(c, login).id, known, who=who(), at=now()))
        say(f"{login} sees the notes of {known}." if known else f"{login} has no notes.")


def _found(connection: Connection, login: str) -> Row[Any]:
    row = by_login(connection, checked_login(login))
    if row is None:
        raise RequestError(f"There is no account {login[:60]}. List them: insight accounts list.", "account_not_found")
    return row


def _show(login: str, password: str) -> None:
    say(password)
    tell(f"this first password of {login} is shown once and counts for three days. Sign in with it at /login; it must be changed there.")


def _shown(row: Row[Any]) -> dict[str, Any]:
    times = {name: moment and moment.isoformat() for name, moment in (("created_at", row.created_at), ("signed_in_at", row.signed_in_at))}
    status = "disabled" if row.disabled_at else "first password" if row.must_change else "active"
    told = {"id": row.id, "login": row.login, "name": row.name, "roles": row.roles.split(), "author": row.author, "status": status}
    return {**told, **times, "created_by": row.created_by, "provider": row.issuer}


def _cell(column: str, value: object) -> str:
    if value is None:
        return "-"
    if column.endswith("_at"):
        return str(value)[:16].replace("T", " ")
    return ",".join(value) if isinstance(value, list) else str(value)
