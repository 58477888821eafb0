"""`insight reviews`: decisions out into a file and in again, on the machine of the database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer
from sqlalchemy import Connection

from insight_classifier.command import DefinitionOption, default_model, plain_errors, tell
from insight_classifier.definition import Definition
from insight_classifier.definition_reader import read_definition
from insight_classifier.errors import FileError
from insight_classifier.json_lines import json_lines
from insight_classifier.record import open_file
from service.database import DEFAULT_DATABASE, Database, now
from service.exchange.formats import DEFAULT, FORMATS, Joined
from service.exchange.sending import Outgoing, audit, outgoing
from service.exchange.store import PIECE, decided
from service.exchange.taking_in import TakenIn, take_in
from service.migrations import require_current
from service.reviews.views import View, read_view
from service.terminal import DatabaseOption, who

NOBODY = "nobody"  # whose own queue is empty
WhyOption = Annotated[str, typer.Option("--why", help="What it is for; kept in the audit. Name no person.")]


def register(app: typer.Typer) -> None:
    """Add the group to `insight`."""
    group = typer.Typer(help="Decisions of reviewers: out as labelled notes or for other tools, and in again.", no_args_is_help=True)
    group.command("export")(export_command)
    group.command("import")(import_command)
    app.add_typer(group, name="reviews")


def export_command(
    why: WhyOption,
    output: Annotated[Path, typer.Option(help="The file to write.")],
    form: Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.")] = DEFAULT,
    view: Annotated[str, typer.Option(help="Only notes of a view: the address of a list behind its question mark.")] = "",
    every: Annotated[
        bool, typer.Option("--every", help="One line for each decision of each person, for agreement and soft labels.")
    ] = False,
    disputed: Annotated[bool, typer.Option("--disputed", help="Also notes on which people differ, as decided last.")] = False,
    definition: DefinitionOption = None,
    database: DatabaseOption = DEFAULT_DATABASE,
) -> None:
    """Write what people decided: what settled a note, else what all agree on, else the latest decision."""
    with plain_errors():
        known = _definition(definition)
        file, asked = outgoing(known, form, every=every, disputed=disputed), read_view(view.removeprefix("?"), known)
        require_current(database)
        with Database(database) as opened:
            _send(opened, file, asked, output, why)
        if file.form.companion:
            name, text = file.form.companion
            with _whole(output.with_name(name)) as beside:
                beside.write(text(known))
            tell(f"{output.with_name(name)} sets the tool up for it")
        for words in file.left.words():
            tell(words)
        tell(f"{file.sent:,} records in {output}")


def import_command(
    file: Annotated[Path, typer.Argument(help="What `insight reviews export` wrote as labelled notes.")],
    why: Annotated[str | None, typer.Option("--why", help="What it is for; kept in the audit. Name no person.")] = None,
    definition: DefinitionOption = None,
    database: DatabaseOption = DEFAULT_DATABASE,
) -> None:
    """Take decisions in: all of a file or, where a line is wrong, none. What is there already is left as it is."""
    with plain_errors():
        known, at = _definition(definition), now()
        require_current(database)
        with open_file(file) as source, Database(database) as opened:

            def write(connection: Connection) -> TakenIn:
                source.seek(0)  # it may be run twice
                return take_in(connection, json_lines(source, known.main_field, str(file)), known, who(), at, why=why)

            done = opened.write(write)
        tell(f"{done.stored:,} decisions stored, {done.known:,} were there already")


def _send(database: Database, file: Outgoing, view: View, output: Path, why: str) -> None:
    with database.read() as connection:
        ids = decided(connection, view, NOBODY)
    database.write(lambda connection: audit(connection, file, view, len(ids), who(), why, now()))
    joined = Joined(file.form)
    with _whole(output) as written:
        for first in range(0, len(ids), PIECE):
            with database.read() as connection:
                written.write(joined.add(file.records(connection, ids[first : first + PIECE])))
        written.write(joined.end())


@contextmanager
def _whole(path: Path) -> Iterator[IO[str]]:
    """A file that is there whole or not at all, for nobody else to read. Raises FileError."""
    part = path.with_name(f".{path.name}.part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline="") as file:
            yield file
        os.replace(part, path)
    except OSError as problem:
        raise FileError(f"{path}: {problem.strerror}. Choose another --output.") from problem
    finally:
        part.unlink(missing_ok=True)


def _definition(path: Path | None) -> Definition:
    """The one that is named, else that of the shipped model, by which the service judges."""
    return read_definition(path or default_model() / "definition.yaml")
