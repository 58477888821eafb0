"""`insight score`: judge a file of notes, or one note for a person to read."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from insight_classifier.command import DefinitionOption, ModelOption, default_model, plain_errors, say, tell
from insight_classifier.errors import ArgumentError
from insight_classifier.lines_out import lines_out, refuse_own_input
from insight_classifier.note_files import read_records
from insight_classifier.notes import read_note
from insight_classifier.record import Record
from insight_classifier.scoring import Failure, score


def score_command(
    file: Annotated[
        str | None, typer.Argument(help="JSON Lines, CSV or Parquet file of notes, or - for JSON Lines on standard input.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="Judge this one note and print it for a person.")] = None,
    output: Annotated[Path | None, typer.Option(help="Write JSON Lines here; standard output by default.")] = None,
    model: ModelOption = None,
    definition: DefinitionOption = None,
    text_column: Annotated[str | None, typer.Option(help="The column that holds the note.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="With --text: print JSON for a machine.")] = False,
) -> None:
    """Judge notes: one JSON judgement a line, in the order of the input."""
    with plain_errors():
        if file is not None:
            _refuse_beside("a FILE", {"--text": text}, "one of them is judged")
            _refuse_beside("a FILE", {"--json": as_json or None}, "a file is always judged to JSON Lines")
            raise typer.Exit(_score_file(file, output, model, definition, text_column))
        if text is None:
            raise ArgumentError("there is nothing to judge. Give a FILE (- for standard input), or --text. See insight score --help")
        _refuse_beside("--text", {"--output": output, "--text-column": text_column}, "the judgement of one note is printed")
        _score_text(text, model, definition, as_json=as_json)


def _refuse_beside(what: str, options: Mapping[str, object], reason: str) -> None:
    """Options that would be ignored are refused."""
    for name, value in options.items():
        if value is not None:
            raise ArgumentError(f"{name} does not go with {what}: {reason}. Leave it out")


def _score_text(text: str, model: Path | None, definition: Path | None, *, as_json: bool) -> None:
    from insight_classifier.predictor import load_predictor
    from insight_classifier.rendering import printed

    predictor = load_predictor(model or default_model(), definition=definition)
    note = read_note({predictor.definition.main_field: text}, predictor.definition)
    judgement = predictor.judge([note])[0]
    if as_json:
        unicode = sys.stdout is not None and sys.stdout.encoding.lower() == "utf-8"
        say(json.dumps(judgement.to_dict(), ensure_ascii=not unicode, indent=2))
    else:
        say(printed(note, judgement, predictor.definition))


def _score_file(source: str, output: Path | None, model: Path | None, definition: Path | None, text_column: str | None) -> int:
    from insight_classifier.predictor import load_predictor

    refuse_own_input(source, output)
    predictor = load_predictor(model or default_model(), definition=definition)
    records = read_records(source, predictor.definition, text_column)
    first = next(records, None)  # a file that cannot be read at all is refused before the output is touched
    judged = failed = 0
    with lines_out(output) as out:
        for result in score(_with_first(first, records), predictor):
            out.write(json.dumps(result.to_dict(), ensure_ascii=False) + "\n")
            failed += isinstance(result, Failure)
            judged += not isinstance(result, Failure)
    tell(f"{judged:,} judged, {failed:,} failed")
    return 3 if failed else 0


def _with_first(first: Record | None, others: Iterator[Record]) -> Iterator[Record]:
    if first is not None:
        yield first
        yield from others
