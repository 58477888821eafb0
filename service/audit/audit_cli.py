"""`insight audit`: prove that the record of who did what is whole."""

from typing import Annotated

import typer

from insight_classifier.command import plain_errors, say, tell
from service.audit.store import verify
from service.database import DEFAULT_DATABASE, Database

DatabaseOption = Annotated[str, typer.Option("--database", envvar="INSIGHT_DATABASE", help="Address of the database.")]


def register(app: typer.Typer) -> None:
    """Add the group to `insight`."""
    group = typer.Typer(help="The append-only record of who did what.", no_args_is_help=True)
    group.command("verify")(verify_command)
    app.add_typer(group, name="audit")


def verify_command(database: DatabaseOption = DEFAULT_DATABASE) -> None:
    """Find rows that were changed, removed, added or moved. Prints the last hash: note it elsewhere and compare, or pass 3 for faults."""
    with plain_errors(), Database(database) as opened, opened.read() as connection:
        rows, last, found = verify(connection)
    for fault in found:
        tell(fault.problem)
    if found:
        raise typer.Exit(3)
    say(f"{rows} rows are an unbroken chain that ends at {last}\n")
