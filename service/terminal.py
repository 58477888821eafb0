"""What the commands at the terminal share: the database, made ready where it is new, and who sits there."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from service.database import Database
from service.migrations import migrate, require_current, revision_of

DatabaseOption = Annotated[str, typer.Option("--database", help="Address of the database.", envvar="INSIGHT_DATABASE", show_envvar=True)]


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """A database that is new is made ready; another version's is left as it is. Raises ConfigError."""
    if revision_of(url) is None:
        migrate(url)
    require_current(url)
    with Database(url) as database:
        yield database


def who() -> str:
    """The person at the terminal, for the audit."""
    try:
        return f"terminal:{getpass.getuser()}"
    except (KeyError, OSError):  # a container's user may have no name
        return "terminal"


def table(columns: tuple[str, ...], rows: list[list[str]]) -> str:
    """Columns side by side, each as wide as it needs."""
    lines = [list(columns), *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)
