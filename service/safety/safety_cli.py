"""`insight safety`: what a person must look at, and what was scanned, on the machine of the database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

import typer

from insight_classifier.command import plain_errors, say
from service.database import DEFAULT_DATABASE, Database, now
from service.safety.desk import items
from service.safety.report import Day, Waiting, days, waiting
from service.safety.rules import STATES

DatabaseOption = Annotated[str, typer.Option("--database", envvar="INSIGHT_DATABASE", help="Address of the database.")]
COLUMNS = ("id", "state", "due_at", "flags", "source", "record_id", "note_id")
DAY_COLUMNS = ("day", "scanned", "found", "none found", "not judged")


def register(app: typer.Typer) -> None:
    """Add the group to `insight`."""
    group = typer.Typer(help="The safety lane: what a person must look at, and what was scanned.", no_args_is_help=True)
    group.command("list")(list_command)
    group.command("report")(report_command)
    app.add_typer(group, name="safety")


def list_command(
    overdue: Annotated[bool, typer.Option("--overdue", help="Only open ones whose time is over.")] = False,
    state: Annotated[str | None, typer.Option(help=f"Only those in one state: {', '.join(STATES)}.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100,
    database: DatabaseOption = DEFAULT_DATABASE,
) -> None:
    """The items, the most urgent first. Never a word of a note."""
    if state is not None and state not in STATES:
        raise typer.BadParameter(f"use {', '.join(STATES)}", param_hint="--state")
    with plain_errors(), Database(database) as opened, opened.read() as connection:
        found = items(connection, limit=limit, state=state, overdue_at=now() if overdue else None)
    rows = [[_cell(item[column]) for column in COLUMNS] for item in found]
    say(_table(COLUMNS, rows) if rows else "Nothing is overdue." if overdue else "There is no such item.")


def report_command(
    past: Annotated[int, typer.Option("--days", min=1, max=3660, help="How many days back.")] = 14,
    database: DatabaseOption = DEFAULT_DATABASE,
) -> None:
    """Versions of notes by day: scanned, found, none found, not judged by the model; and what waits for a person."""
    at = now()
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    with plain_errors(), Database(database) as opened, opened.read() as connection:
        counted, left = days(connection, midnight - timedelta(days=past - 1)), waiting(connection, at)
    say(_table(DAY_COLUMNS, [_day(day) for day in counted]) if counted else f"Nothing was scanned in {past} days.")
    say(_waiting(left, at))


def _day(day: Day) -> list[str]:
    return [day.day, *(f"{count:,}" for count in (day.scanned, day.found, day.none_found, day.unjudged))]


def _waiting(left: Waiting, at: datetime) -> str:
    if left.due_at is None:
        return "No item is open."
    when = "was due" if left.due_at <= at else "is due"
    return f"{left.open:,} open, {left.overdue:,} of them overdue. The oldest, {left.oldest}, {when} {_cell(left.due_at)} UTC."


def _cell(value: object) -> str:
    """One line, whatever a CRM calls its records."""
    if value is None:
        return "-"
    text = f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
    return "".join(character if character.isprintable() else "?" for character in text)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in (columns, *rows))
