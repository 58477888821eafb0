"""The `insight` command. Each sub-command parses, then a plain function does the work; errors are one line on stderr.

Exit status: 0 done, 1 a bug, 2 bad arguments or input, 3 partial success, 130 interrupted.
training and service add their sub-commands through the entry-point group `insight.commands`.
"""

import errno
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path
from typing import IO, Annotated

import typer
from rich.console import Console

from insight_classifier.definition import Definition
from insight_classifier.definition_difference import differences
from insight_classifier.definition_flips import flips
from insight_classifier.definition_markdown import markdown
from insight_classifier.definition_reader import default_definition, examine, read_definition
from insight_classifier.errors import FileError, InsightError
from insight_classifier.note_files import read_records
from insight_classifier.notes import read_note
from insight_classifier.record import Record
from insight_classifier.scoring import Failure, score

DEFAULT_MODEL = "home-office-1"

ModelOption = Annotated[Path | None, typer.Option("--model", help="Model folder; the shipped one by default.", envvar="INSIGHT_MODEL")]
DefinitionOption = Annotated[
    Path | None, typer.Option("--definition", help="Judge under another definition file that the model's heads fit.")
]


def default_model() -> Path:
    """The shipped model: in the package where it is installed, in models/ in a checkout."""
    inside = Path(str(files("insight_classifier") / "models" / DEFAULT_MODEL))
    return inside if inside.is_dir() else Path(__file__).resolve().parent.parent / "models" / DEFAULT_MODEL


@contextmanager
def plain_errors() -> Iterator[None]:
    """Errors that we raise on purpose become one line on stderr and exit status 2."""
    try:
        yield
    except InsightError as problem:
        print(f"insight: {problem}", file=sys.stderr)
        raise typer.Exit(2) from problem


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
    if (file is None) == (text is None):
        raise typer.BadParameter("give a FILE (or - for standard input), or --text, but not both")
    with plain_errors():
        if text is not None:
            _score_text(text, model, definition, as_json=as_json)
        elif file is not None:
            raise typer.Exit(_score_file(file, output, model, definition, text_column))


def _score_text(text: str, model: Path | None, definition: Path | None, *, as_json: bool) -> None:
    from insight_classifier.predictor import load_predictor
    from insight_classifier.rendering import render

    predictor = load_predictor(model or default_model(), definition=definition)
    note = read_note({predictor.definition.main_field: text}, predictor.definition)
    judgement = predictor.judge([note])[0]
    if as_json:
        print(json.dumps(judgement.to_dict(), ensure_ascii=False, indent=2))
    else:
        Console(highlight=False).print(render(note, judgement, predictor.definition))


def _score_file(source: str, output: Path | None, model: Path | None, definition: Path | None, text_column: str | None) -> int:
    from insight_classifier.predictor import load_predictor

    predictor = load_predictor(model or default_model(), definition=definition)
    if output is not None and source != "-" and output.exists() and Path(source).exists() and output.samefile(source):
        raise FileError(f"{output}: is the input, and would be lost. Choose another --output.")
    records = read_records(source, predictor.definition, text_column)
    first = next(records, None)  # a file that cannot be read at all is refused before the output is touched
    judged = failed = 0
    with _lines_out(output) as out:
        for result in score(_with_first(first, records), predictor):
            out.write(json.dumps(result.to_dict(), ensure_ascii=False) + "\n")
            failed += isinstance(result, Failure)
            judged += not isinstance(result, Failure)
    print(f"insight: {judged:,} judged, {failed:,} failed", file=sys.stderr)
    return 3 if failed else 0


def _with_first(first: Record | None, others: Iterator[Record]) -> Iterator[Record]:
    if first is not None:
        yield first
        yield from others


class _WholeLines:
    """Writes each line with one call, so that an interrupt never leaves half of one."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self.file, self.name, self.count = file, name, 0

    def write(self, line: str) -> None:
        data = line.encode("utf-8", errors="backslashreplace")
        done = 0
        try:
            while done < len(data):
                done += os.write(self.file.fileno(), data[done:])
        except KeyboardInterrupt:
            os.write(self.file.fileno(), data[done:])
            raise
        except OSError as problem:
            self._cut(done)
            if problem.errno == errno.EPIPE:
                raise typer.Exit(0) from problem
            raise FileError(
                f"{self.name}: {problem.strerror} after {self.count:,} whole lines. Free space, or choose another --output."
            ) from problem
        self.count += 1

    def _cut(self, done: int) -> None:
        if done and self.file.seekable():
            self.file.truncate(os.lseek(self.file.fileno(), 0, os.SEEK_CUR) - done)


@contextmanager
def _lines_out(output: Path | None) -> Iterator[_WholeLines]:
    if output is None:
        yield _WholeLines(sys.stdout.buffer, "standard output")
        return
    try:
        file = output.open("wb", buffering=0)
    except OSError as problem:
        raise FileError(f"{output}: {problem.strerror}. Choose another --output.") from problem
    with file:
        yield _WholeLines(file, str(output))


def check_command(file: Annotated[Path, typer.Argument(help="Definition file.")]) -> None:
    """Check a definition: every mistake with its line and the mend."""
    with plain_errors():
        definition, mistakes = examine(file)
        for mistake in mistakes:
            print(f"{file}, {mistake}")
        if definition is None or mistakes:
            print(f"insight: {len(mistakes)} mistakes in {file}", file=sys.stderr)
            raise typer.Exit(2)
        print(f"{file}: {definition.name} version {definition.version} is sound ({definition.fingerprint})")


def show_command(file: Annotated[Path | None, typer.Argument(help="Definition file; the shipped one by default.")] = None) -> None:
    """Print a definition for a person, as Markdown."""
    with plain_errors():
        print(markdown(read_definition(file) if file else default_definition()))


def diff_command(
    old: Annotated[Path, typer.Argument(help="The definition before.")],
    new: Annotated[Path, typer.Argument(help="The definition after.")],
    notes: Annotated[Path | None, typer.Option(help="Judged notes (JSON Lines): which labels flip?")] = None,
) -> None:
    """Say what changed in words, and which notes' labels flip."""
    with plain_errors():
        before, after = read_definition(old), read_definition(new)
        found = differences(before, after)
        print("\n".join(found) if found else "Nothing changed.")
        if notes is not None:
            _print_flips(before, after, notes)


def _print_flips(before: Definition, after: Definition, notes: Path) -> None:
    records = read_records(str(notes), before)
    flipped = untold = 0
    for flip in flips(before, after, (record.content for record in records)):
        known = flip.before is not None and flip.after is not None
        flipped, untold = flipped + known, untold + (not known)
        print(f"{flip.id}: {flip.before} -> {flip.after}. {flip.reason}" if known else f"{flip.id}: cannot be told. {flip.reason}")
    print(f"{flipped} labels flip{f', {untold} notes cannot be told' if untold else ''}.")


def make_app() -> typer.Typer:
    """The command with everything that is installed."""
    app = typer.Typer(
        help="Judge field notes against the home office's definition of a strategic insight.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    app.command("score")(score_command)
    definition = typer.Typer(help="Check, show and compare definitions.", no_args_is_help=True)
    for name, command in (("check", check_command), ("show", show_command), ("diff", diff_command)):
        definition.command(name)(command)
    app.add_typer(definition, name="definition")
    for point in entry_points(group="insight.commands"):
        try:
            register = point.load()
        except ImportError:  # the extra that this command needs is not installed
            continue
        register(app)
    return app


def main() -> None:
    """The console script."""
    try:
        make_app()()
    except KeyboardInterrupt:
        print("insight: interrupted; what was written stands in whole lines", file=sys.stderr)
        sys.exit(130)
