"""`insight audit`: prove that the record of who did what is whole."""

from typing import Annotated

import typer

from insight_classifier.command import plain_errors, say, tell
from service.audit.rules import LEAST_DAYS, oldest_kept
from service.audit.store import expire, stands, verify
from service.database import DEFAULT_DATABASE, Database, now

DatabaseOption = Annotated[str, typer.Option("--database", envvar="INSIGHT_DATABASE", help="Address of the database.")]


def register(app: typer.Typer) -> None:
    """Add the group to `insight`."""
    group = typer.Typer(help="The append-only record of who did what.", no_args_is_help=True)
    group.command("verify")(verify_command)
    group.command("expire")(expire_command)
    app.add_typer(group, name="audit")


def verify_command(
    database: DatabaseOption = DEFAULT_DATABASE,
    known: Annotated[str | None, typer.Option("--known", help="A hash printed earlier and noted elsewhere: it must still stand.")] = None,
) -> None:
    """Find rows that were changed, removed, added or moved; exit status 3 where there are any. Note the hash that it prints elsewhere."""
    with plain_errors(), Database(database) as opened, opened.read() as connection:
        rows, last, found = verify(connection)
        problems = [fault.problem for fault in found]
        if known is not None and not stands(connection, known.strip().lower()):
            problems.append("the hash noted earlier is in no row: rows were cut off at the end, or the chain was written anew")
    for problem in problems:
        tell(problem)
    if problems:
        raise typer.Exit(3)
    say(f"{rows} rows are an unbroken chain that ends at {last}\n")


def expire_command(
    database: DatabaseOption = DEFAULT_DATABASE,
    days: Annotated[int, typer.Option(help=f"Keep this many days; {LEAST_DAYS} at least.")] = 2 * LEAST_DAYS,
) -> None:
    """Take away old rows; one row says that it was done, and the rest stays a chain."""
    with plain_errors(), Database(database) as opened:
        at = now()
        before = oldest_kept(at, days)
        say(f"{opened.write(lambda connection: expire(connection, before=before, who='terminal', at=at))} rows older than {days} days went")
