"""`insight backup` and `insight restore`, on the machine of the database or one that reaches it."""

from pathlib import Path
from typing import Annotated

import typer

from insight_classifier.command import plain_errors, say, tell
from service.backup.copying import backup, restore
from service.database import DEFAULT_DATABASE, now
from service.migrations import head

DatabaseOption = Annotated[str, typer.Option("--database", help="Address of the database.", envvar="INSIGHT_DATABASE", show_envvar=True)]
FileArgument = Annotated[Path, typer.Argument(help="The backup; FILE.manifest.json beside it tells what it is, with its checksum.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `insight`."""
    app.command("backup")(backup_command)
    app.command("restore")(restore_command)


def backup_command(file: FileArgument, database: DatabaseOption = DEFAULT_DATABASE) -> None:
    """Write the whole database, as it is at one moment, into a file. The service may go on running."""
    with plain_errors():
        made = backup(database, file, now())
    say(f"{file}: {made.size:,} bytes of a {made.kind} database at revision {made.revision}, SHA-256 {made.sha256}")


def restore_command(
    file: FileArgument,
    database: DatabaseOption = DEFAULT_DATABASE,
    replace: Annotated[bool, typer.Option("--replace", help="Lose what the database holds now.")] = False,
) -> None:
    """Put a backup in the database's place, all of it or nothing. Stop the service first."""
    with plain_errors():
        restored = restore(database, file, replace=replace)
    say(f"the database is as it was at {restored.made_at}, at revision {restored.revision}")
    tell("notes that were erased after that moment are back: erase them again.")
    if restored.revision != head():
        tell(f"this version needs revision {head()}: run insight database upgrade.")
