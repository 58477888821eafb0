"""The `insight` command, put together. Each sub-command parses, then a plain function does the work; errors are one line on stderr.

Exit status: 0 done, 1 a bug, 2 bad arguments or input, 3 partial success, 130 interrupted.
training and service add their sub-commands through the entry-point group `insight.commands`.
"""

import errno
import sys
from importlib.metadata import entry_points
from io import TextIOWrapper
from typing import Any

import typer

from insight_classifier.baseline_cli import baseline_app
from insight_classifier.command import DEFAULT_MODEL, DefinitionOption, ModelOption, default_model, output_failed, plain_errors, say, tell
from insight_classifier.contrast_cli import contrast_command
from insight_classifier.definition_cli import definition_app
from insight_classifier.measure_cli import measure_command
from insight_classifier.plan_cli import plan_command
from insight_classifier.score_cli import score_command
from insight_classifier.themes_cli import themes_command

__all__ = ["DEFAULT_MODEL", "DefinitionOption", "ModelOption", "default_model", "make_app", "plain_errors", "run", "say", "tell"]

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# typer exports one leaf of its tree of usage errors, not the root.
_UsageError: type[Any] = typer.BadParameter.__bases__[0]


def make_app() -> typer.Typer:
    """The command with everything that is installed."""
    app = typer.Typer(
        help="Judge field notes against the home office's definition of a strategic insight.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    app.command("score")(score_command)
    app.command("measure")(measure_command)
    app.command("themes")(themes_command)
    app.command("contrast")(contrast_command)
    app.command("plan")(plan_command)
    app.add_typer(baseline_app(), name="baseline")
    app.add_typer(definition_app(), name="definition")
    for point in entry_points(group="insight.commands"):
        try:
            register = point.load()
        except ImportError:  # the extra that this command needs is not installed
            continue
        register(app)
    return app


def run() -> int:
    """Do what the arguments of the process say; its exit status."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that lacks characters is no reason to fail
    try:
        status = make_app()(prog_name="insight", standalone_mode=False)
    except _UsageError as problem:
        status = _misused(problem)
    except OSError as problem:
        if problem.errno not in FULL or problem.filename is not None:
            raise
        status = output_failed(problem, "standard output or a file")
    failed = _flushed()
    return output_failed(failed) if failed else status if isinstance(status, int) else 0


def _misused(problem: Any) -> int:  # noqa: ANN401 an error of typer's own tree
    """One line on what was wrong with the arguments, and where the right ones stand."""
    said = " ".join(problem.format_message().split())
    if said and type(problem).__name__ != "NoArgsIsHelpError":  # then the help is printed already
        readable = "".join(character if character.isprintable() else "\ufffd" for character in said)
        stop = "" if readable[-1] in ".?)" else "."
        tell(f"{readable}{stop} See {problem.ctx.command_path if problem.ctx else 'insight'} --help")
    return 2


def _flushed() -> OSError | None:
    """Why standard output cannot take what is still to be written."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as problem:
        return problem
    return None
