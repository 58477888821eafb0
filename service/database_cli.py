"""`insight database`: bring the tables to this version before the service starts, and tell which revision they have."""

from typing import Annotated

import typer

from insight_classifier.command import plain_errors, say
from service.database import DEFAULT_DATABASE
from service.migrations import head, migrate, revision_of

DatabaseOption = Annotated[str, typer.Option("--database", envvar="INSIGHT_DATABASE", help="Address of the database.")]


def register(app: typer.Typer) -> None:
    """Add the group to `insight`."""
    group = typer.Typer(help="The tables of the database.", no_args_is_help=True)
    group.command("upgrade")(upgrade_command)
    group.command("current")(current_command)
    app.add_typer(group, name="database")


def upgrade_command(database: DatabaseOption = DEFAULT_DATABASE) -> None:
    """Create the tables, or bring them to this version: all of it or nothing. `insight serve` does it too, when it starts."""
    with plain_errors():
        say(f"the database is at revision {migrate(database)}")


def current_command(database: DatabaseOption = DEFAULT_DATABASE) -> None:
    """The revision of the database, and the one that this version needs. Exit status 3 where they differ."""
    with plain_errors():
        revision, needed = revision_of(database), head()
        say(f"the database is at revision {revision or 'none'}, this version needs {needed}")
        if revision != needed:
            raise typer.Exit(3)
