"""`insight definition`: check, show and compare definitions."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer

from insight_classifier.command import plain_errors, say, tell
from insight_classifier.definition import Definition
from insight_classifier.definition_carry import Carrying
from insight_classifier.definition_difference import differences
from insight_classifier.definition_flips import flips
from insight_classifier.definition_markdown import markdown
from insight_classifier.definition_reader import default_definition, examine, read_definition
from insight_classifier.errors import FileError
from insight_classifier.lines_out import lines_out, refuse_own_input
from insight_classifier.note_files import read_records
from insight_classifier.notes import contradictions, labelled_record, read_labelled_note
from insight_classifier.record import Record


def definition_app() -> typer.Typer:
    """The group of commands."""
    app = typer.Typer(help="Check, show and compare definitions.", no_args_is_help=True)
    for name, command in (("check", check_command), ("show", show_command), ("diff", diff_command), ("carry", carry_command)):
        app.command(name)(command)
    return app


def check_command(file: Annotated[Path, typer.Argument(help="Definition file.")]) -> None:
    """Check a definition: every mistake with its line and the mend."""
    with plain_errors():
        definition, mistakes = examine(file)
        for mistake in mistakes:
            say(f"{file}, {mistake}")
        if definition is None or mistakes:
            tell(f"{len(mistakes)} mistakes in {file}")
            raise typer.Exit(2)
        say(f"{file}: {definition.name} version {definition.version} is sound ({definition.fingerprint})")


def show_command(file: Annotated[Path | None, typer.Argument(help="Definition file; the shipped one by default.")] = None) -> None:
    """Print a definition for a person, as Markdown."""
    with plain_errors():
        say(markdown(read_definition(file) if file else default_definition()))


def diff_command(
    old: Annotated[Path, typer.Argument(help="The definition before.")],
    new: Annotated[Path, typer.Argument(help="The definition after.")],
    notes: Annotated[Path | None, typer.Option(help="Judged notes (JSON Lines): which labels flip?")] = None,
) -> None:
    """Say what changed in words, and which notes' labels flip."""
    with plain_errors():
        before, after = read_definition(old), read_definition(new)
        judged = _begun(read_records(str(notes), before)) if notes is not None else None
        found = differences(before, after)
        say("\n".join(found) if found else "Nothing changed.")
        if judged is not None:
            _print_flips(before, after, judged)


def carry_command(
    old: Annotated[Path, typer.Argument(help="The definition that the notes were labelled under.")],
    new: Annotated[Path, typer.Argument(help="The definition after.")],
    labels: Annotated[Path, typer.Option(help="Labelled notes (JSON Lines).")],
    output: Annotated[Path, typer.Option(help="The same notes under the new definition.")],
    keep: Annotated[list[str] | None, typer.Option(help="A reworded member whose labels stand all the same. May be repeated.")] = None,
) -> None:
    """Carry labels over to a changed definition: what changed its meaning is left out, for somebody to label again."""
    with plain_errors():
        carrying = Carrying(read_definition(old), read_definition(new), keep or ())
        refuse_own_input(str(labels), output)
        notes = refused = partial = 0
        with lines_out(output) as lines:
            for record in read_records(str(labels), carrying.old):
                if record.error:
                    raise FileError(f"{labels}, {record.error}.")
                carried = carrying(read_labelled_note(record.content, carrying.old, partial=True))
                if found := list(contradictions(carried, carrying.new)):
                    refused += 1
                    tell(f"note {carried.note.id} is left out: {'; '.join(found)}")
                    continue
                notes, partial = notes + 1, partial + carried.partial
                lines.write(json.dumps(labelled_record(carried, carrying.new), ensure_ascii=False) + "\n")
        again = f"To be labelled again in {partial}: {', '.join(carrying.again)}." if carrying.again else "Nothing is to be labelled again."
        say(f"{output}: {notes} notes{f', {refused} left out' if refused else ''}. {again}")


def _begun(records: Iterator[Record]) -> Iterator[Record]:
    """The same records; a file that cannot be read at all is refused now. Raises FileError."""
    first = next(records, None)
    return records if first is None else chain([first], records)


def _print_flips(before: Definition, after: Definition, records: Iterable[Record]) -> None:
    flipped = untold = 0
    for flip in flips(before, after, map(_judged, records)):
        known = flip.before is not None and flip.after is not None
        flipped, untold = flipped + known, untold + (not known)
        say(f"{flip.id}: {flip.before} -> {flip.after}. {flip.reason}" if known else f"{flip.id}: cannot be told. {flip.reason}")
    say(f"{flipped} labels flip{f', {untold} notes cannot be told' if untold else ''}.")


def _judged(record: Record) -> Mapping[str, Any]:
    """The record, or why it could not be read, in the shape of a judgement's error."""
    if record.error is None:
        return record.content
    return {"id": record.content.get("id"), "error": {"code": record.error.code, "detail": str(record.error)}}
