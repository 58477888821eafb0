"""`insight keys`: create, list, rotate and revoke the keys of programs, on the machine of the database."""

import json
from typing import Annotated, Any

import typer

from insight_classifier.command import plain_errors, say, tell
from service.database import DEFAULT_DATABASE, now
from service.people.credentials import Credential, new_key
from service.people.rules import SCOPES, checked, checked_overlap
from service.people.shapes import shown
from service.people.store import add_key, all_keys, revoke_key, rotate_key
from service.people.usage import all_notes_on
from service.terminal import DatabaseOption, opened, table, who

KeyArgument = Annotated[str, typer.Argument(help="The visible beginning of the key, ic_live_ and 12 digits.")]
COLUMNS = ("id", "name", "source", "scopes", "status", "expires_at", "last_used_at", "notes_today")
FIRST_KEY = "insight keys create --name NAME --scopes admin"


def keys_app() -> typer.Typer:
    """The group of commands."""
    app = typer.Typer(help="Create, list, rotate and revoke the keys of programs.", no_args_is_help=True)
    for name, command in (("create", create_command), ("list", list_command), ("rotate", rotate_command), ("revoke", revoke_command)):
        app.command(name)(command)
    return app


def create_command(
    name: Annotated[str, typer.Option(help="What it is for, in your words.")],
    scopes: Annotated[str, typer.Option(help=f"What it may do, separated by commas: {', '.join(SCOPES)}.")],
    source: Annotated[str | None, typer.Option(help="The CRM it stands for, such as veeva-emea; made from the name by default.")] = None,
    expires_days: Annotated[int | None, typer.Option(help="Days until it ends; never by default.")] = None,
    rate: Annotated[int | None, typer.Option(help="Requests a minute; the service's own by default.")] = None,
    quota: Annotated[int | None, typer.Option(help="Notes a day; the service's own by default.")] = None,
    database: DatabaseOption = DEFAULT_DATABASE,
) -> None:
    """Make a key and show it, this once."""
    with plain_errors(), opened(database) as base:
        at, credential, asked = now(), new_key(), [scope.strip() for scope in scopes.split(",") if scope.strip()]
        wish = checked(name, source, asked, at=at, days=expires_days, rate=rate, quota=quota)
        base.write(lambda connection: add_key(connection, wish, credential, who=who(), at=at))
        _show(credential)


def list_command(
    as_json: Annotated[bool, typer.Option("--json", help="For a program.")] = False, database: DatabaseOption = DEFAULT_DATABASE
) -> None:
    """All keys, the newest first; never a secret."""
    with plain_errors(), opened(database) as base:
        at = now()
        with base.read() as connection:
            notes = all_notes_on(connection, at.date())
            keys = [shown(row, at, notes.get(row.lineage, 0)) for row in all_keys(connection)]
        say(json.dumps({"keys": keys}, indent=2, ensure_ascii=False) if as_json else _table(keys) or f"No key yet: {FIRST_KEY}")


def rotate_command(
    key: KeyArgument,
    overlap_hours: Annotated[float, typer.Option(help="How long the old key goes on beside the new one.")] = 24.0,
    database: DatabaseOption = DEFAULT_DATABASE,
) -> None:
    """Make a new key that may do the same, show it, and let the old one end after the overlap."""
    with plain_errors(), opened(database) as base:
        at, credential, overlap = now(), new_key(), checked_overlap(overlap_hours)
        _, old = base.write(lambda c: rotate_key(c, key, credential, overlap=overlap, who=who(), at=at))
        _show(credential)
        tell(f"{old.id} ends at {old.expires_at:%Y-%m-%d %H:%M} UTC.")


def revoke_command(
    key: KeyArgument,
    why: Annotated[str | None, typer.Option(help="Kept in the audit.")] = None,
    database: DatabaseOption = DEFAULT_DATABASE,
) -> None:
    """End a key and its tokens; a running service follows within seconds."""
    with plain_errors(), opened(database) as base:
        row = base.write(lambda connection: revoke_key(connection, key, who=who(), at=now(), why=why))
        say(f"{row.id} ({row.name}) is revoked since {row.revoked_at:%Y-%m-%d %H:%M:%S} UTC.")


def first_key_notice(*, on_loopback: bool) -> str:
    """What a service without any key says when it starts."""
    until = "until there is one, or an account"
    open_to = f"calls from this machine need none {until}" if on_loopback else "every call is refused until there is one"
    return f"there is no key yet: {open_to}. Make the first: {FIRST_KEY}"


def _show(credential: Credential) -> None:
    say(credential.text)
    tell(f"this key is shown once. As an OAuth client: id {credential.id}, secret: what follows it after the underscore.")


def _table(keys: list[dict[str, Any]]) -> str:
    return table(COLUMNS, [[_cell(column, key[column]) for column in COLUMNS] for key in keys]) if keys else ""


def _cell(column: str, value: object) -> str:
    if value is None:
        return "-"
    if column.endswith("_at"):
        return str(value)[:16].replace("T", " ")
    return ",".join(value) if isinstance(value, list) else str(value)
