"""`insight demonstration`: invented notes in an empty database, and out of it again."""

import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from insight_classifier.command import plain_errors, say, tell
from insight_classifier.predictor import load_predictor
from service import logs
from service.database import Database, now
from service.demonstration.corpus import FOLDER, NOTES, choose
from service.demonstration.filling import fill, is_in_use, require_unused
from service.demonstration.people import open_to, passwords, shut
from service.demonstration.presence import is_there
from service.demonstration.removing import forget, remove
from service.migrations import migrate, require_current
from service.settings import Settings, read_settings
from service.terminal import DatabaseOption, table, who

StartModel = Callable[[Settings], Path]  # the folder to start with; raises InsightError


def register(app: typer.Typer, start_model: StartModel) -> None:
    """Add the group to `insight`."""
    group = typer.Typer(help="Invented notes, to look at the pages before there are real ones.", no_args_is_help=True)

    @group.command("load")
    def load_command(
        notes: Annotated[Path, typer.Option(help="Folder of labelled notes.", show_default="the checkout's data")] = FOLDER,
        count: Annotated[int, typer.Option(min=1, max=5000, help="How many.")] = NOTES,
        unless_used: Annotated[bool, typer.Option("--unless-used", help="Leave a database that is in use as it is, and say so.")] = False,
        model: Annotated[Path | None, typer.Option(help="Model folder; the shipped one by default.")] = None,
        definition: Annotated[Path | None, typer.Option(help="Judge under another definition file that the model's heads fit.")] = None,
    ) -> None:
        """Fill an empty database with a year of invented work, once; each time, give its invented accounts new passwords and show them."""
        with plain_errors():
            settings = read_settings(model=model, definition=definition)
            load(settings, start_model, notes, count, unless_used=unless_used)

    @group.command("remove")
    def remove_command(database: DatabaseOption = Settings.model_fields["database"].default) -> None:
        """Take all of it away. Stop the service first."""
        with plain_errors():
            require_current(database)
            with Database(database) as opened:
                with opened.read() as connection:
                    alone = not is_in_use(connection)
                if not (alone and opened.dialect == "sqlite"):
                    done = remove(opened, who(), now())
                    kept = f" {done.items} items of the safety lane stay: nothing of it can be deleted." if done.items else ""
                    tell(f"{done.notes} invented notes and their accounts are gone.{kept}")
                    return
            forget(database)
            tell("the database held nothing else and is new again")

    app.add_typer(group, name="demonstration")


def load(settings: Settings, start_model: StartModel, folder: Path, count: int, *, unless_used: bool) -> None:
    """Raises InsightError."""
    logs.configure(settings.log_level)
    migrate(settings.database)
    with Database(settings.database) as database:
        with database.read() as connection:
            there, used = is_there(connection), is_in_use(connection)
        if used and (there or unless_used):
            _leave(database, there=there)
            return
        if not there:
            _fill(database, settings, start_model, folder, count)
        made = passwords()
        logins = database.write(lambda connection: open_to(connection, made, now()))
    tell("the notes, people and figures are invented. Everyone may sign in at /login until the next start; the passwords are kept nowhere:")
    say(table(("login", "password"), [[login, made[login][0]] for login in logins]))


def _fill(database: Database, settings: Settings, start_model: StartModel, folder: Path, count: int) -> None:
    with database.read() as connection:
        require_unused(connection)
    predictor = load_predictor(start_model(settings), definition=settings.definition, threads=settings.threads)
    notes = choose(folder, predictor.definition, count)
    fill(database, predictor, notes, timedelta(hours=settings.safety_hours), now(), _progress)
    if sys.stderr is not None and sys.stderr.isatty():
        tell("")


def _leave(database: Database, *, there: bool) -> None:
    """Nobody invented comes near real notes."""
    if there:
        database.write(lambda connection: shut(connection, now()))
        tell("invented notes stand beside your own, and nobody invented can sign in. Take them away: insight demonstration remove")
    else:
        tell("the database is in use: no demonstration is loaded")


def _progress(done: int, all_of: int) -> None:
    """On one line of a terminal; elsewhere only the end."""
    if sys.stderr is not None and sys.stderr.isatty():
        print(f"\rinsight: {done} of {all_of} invented notes are judged", end="", file=sys.stderr, flush=True)  # noqa: T201
    elif done == all_of:
        tell(f"{all_of} invented notes are judged")
