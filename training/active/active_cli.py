"""`insight label-next`: which notes to label next, and why."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from insight_classifier.command import ModelOption, default_model, plain_errors, tell
from insight_classifier.errors import ArgumentError, FileError
from insight_classifier.lines_out import lines_out, refuse_own_input

if TYPE_CHECKING:  # imported by the command that needs them
    from insight_classifier.definition import Definition
    from insight_classifier.notes import LabelledNote, Note


def label_next_command(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Notes to choose from: JSON Lines, CSV or Parquet, or - for standard input.")],
    dimension: Annotated[str, typer.Option(help="What is to be labelled: a dimension of the definition.")],
    count: Annotated[int, typer.Option(min=1, help="How many notes.")] = 50,
    queue: Annotated[
        list[str] | None,
        typer.Option(
            help="audit, uncertain, neighbours, diverse, rare or label_errors; may be repeated. All of them take turns by default."
        ),
    ] = None,
    labelled: Annotated[Path | None, typer.Option(help="What is labelled so far: a folder or a file of labelled notes.")] = None,
    output: Annotated[Path | None, typer.Option(help="JSON Lines, one chosen note each; standard output by default.")] = None,
    seed: Annotated[int, typer.Option(help="Of what chance draws.")] = 0,
    model: ModelOption = None,
    definition: Annotated[
        Path | None, typer.Option(help="What is labelled by: also one with members that the model has not learned.")
    ] = None,
) -> None:
    """Choose notes to label next, each with the reason; what chance draws comes first and is a random sample."""
    from insight_classifier.definition_reader import read_definition
    from insight_classifier.predictor import load_predictor
    from training.active.choosing import choose
    from training.active.part import parts_of
    from training.active.pool import pool, seen
    from training.active.queues import QUEUES

    with plain_errors():
        names = queue or list(QUEUES)
        if unknown := [name for name in names if name not in QUEUES]:
            raise ArgumentError(f"there is no queue {unknown[0]!r}. Use {', '.join(QUEUES)}")
        refuse_own_input(file, output)
        predictor = load_predictor(model or default_model())
        asked = read_definition(definition) if definition else predictor.definition
        parts = parts_of(asked, dimension)
        known = _labelled(labelled, asked)
        notes = _notes(file, predictor.definition)
        here = {note.id for note in notes}
        notes += [item.note for name, item in known.items() if name not in here]
        what = seen(predictor, notes)
        chosen = choose([pool(part, notes, what, known) for part in parts], count, list(dict.fromkeys(names)), seed=seed)
        with lines_out(output) as lines:
            for item in chosen:
                lines.write(json.dumps({"id": item.id, "dimension": dimension, **asdict(item)}, ensure_ascii=False) + "\n")
        tell(f"{len(chosen)} notes to label, of {len(notes)}, {len(known)} of them labelled")


def _notes(file: str, definition: "Definition") -> "list[Note]":
    """Those that can be read; how many cannot is told. Raises FileError where none can."""
    from insight_classifier.errors import NoteError
    from insight_classifier.note_files import read_records
    from insight_classifier.notes import read_note

    found, failed = {}, 0
    for record in read_records(file, definition):
        try:
            if record.error:
                raise record.error
            note = read_note(record.content, definition, record.number)
            found[note.id] = note
        except NoteError:
            failed += 1
    if failed:
        tell(f"{failed} lines of {file} are no notes and are left out: insight score says what is wrong with each")
    if not found:
        raise FileError(f"{file}: holds no note. Give notes as insight score takes them.")
    return list(found.values())


def _labelled(path: Path | None, definition: "Definition") -> "dict[str, LabelledNote]":
    from training.data import load_notes

    return {} if path is None else {item.note.id: item for item in load_notes(path, definition, partial=True)}


def register(app: typer.Typer) -> None:
    """Add the command to `insight`."""
    app.command("label-next")(label_next_command)
