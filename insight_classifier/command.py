"""What all sub-commands share: their common options, messages on standard error, errors as one line, output that may fail."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Annotated, TextIO

import typer

from insight_classifier.errors import InsightError

DEFAULT_MODEL = "home-office-2"

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
        tell(str(problem))
        raise typer.Exit(2) from problem


def tell(message: str) -> None:
    """A line on standard error. Where it is closed or full nobody can be told."""
    if sys.stderr is not None:
        try:
            print(f"insight: {message}", file=sys.stderr, flush=True)
        except OSError:
            discard(sys.stderr)


def say(text: str) -> None:
    """Lines of a result on standard output, at once: a reader who has left or a full disk ends the command."""
    if sys.stdout is None:
        tell("standard output is closed. Send it to a file or a terminal.")
        raise typer.Exit(2)
    try:
        print(text, flush=True)
    except OSError as problem:
        raise typer.Exit(output_failed(problem)) from problem


def output_failed(problem: OSError, what: str = "standard output") -> int:
    """The exit status where output takes no more: 0 where its reader has seen enough."""
    discard(sys.stdout)
    if problem.errno == errno.EPIPE:
        return 0
    tell(f"{what}: {problem.strerror}. Free space, or send it elsewhere.")
    return 2


def discard(stream: TextIO) -> None:
    """What a broken stream still holds goes nowhere, so that Python does not stumble over it at exit."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
