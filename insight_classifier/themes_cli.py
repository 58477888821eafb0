"""`insight themes`: what insights and near misses are about, from judgements and the notes they are of."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from insight_classifier.command import plain_errors, say, tell
from insight_classifier.definition_reader import default_definition, read_definition
from insight_classifier.errors import ArgumentError, FileError
from insight_classifier.measures.emerging import emerging
from insight_classifier.measures.facts import day_of
from insight_classifier.measures.theme import ThemeNote
from insight_classifier.measures.themes import themes
from insight_classifier.measures.themes_file import ThemeNotes, read_theme_notes


class _Earlier(msgspec.Struct):
    memory: dict[str, str]


def themes_command(
    file: Annotated[str, typer.Argument(help="Judgements, as insight score writes them: JSON Lines, or - for standard input.")],
    notes: Annotated[Path, typer.Option(help="The notes, with their words, author, physician, country and date, by id.")],
    earlier: Annotated[Path | None, typer.Option(help="What --json wrote the last time: its themes keep their identity.")] = None,
    today: Annotated[str | None, typer.Option(help="The day to look from (2026-03-31); that of the latest note by default.")] = None,
    definition: Annotated[Path | None, typer.Option(help="Definition that was judged by; the shipped one by default.")] = None,
    as_json: Annotated[Path | None, typer.Option("--json", help="Write themes as JSON here, - for standard output.")] = None,
) -> None:
    """Group insights and near misses by what they are about."""
    with plain_errors():
        read = read_theme_notes(file, notes, read_definition(definition) if definition else default_definition())
        day = _day(today, read.notes)
        found = themes(read.notes, read_memory(earlier) if earlier else None)
        rising = emerging(found, day) if day else {}
        _warn(read, dated=bool(rising))
        from insight_classifier.measures.themes_text import printed, to_plain

        if as_json:
            _put(as_json, json.dumps(to_plain(found, rising), ensure_ascii=False, indent=2))
        if as_json != Path("-"):
            say(printed(found, rising))


def read_memory(path: Path) -> dict[str, str]:
    """What each note stood with, from themes as JSON. Raises FileError."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Earlier).memory
    except OSError as problem:
        raise FileError(f"{path}: {problem.strerror}. Check the path and the permissions.") from problem
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise FileError(f"{path}: {problem}. Give what insight themes --json wrote.") from problem


def _day(given: str | None, notes: Sequence[ThemeNote]) -> date | None:
    if given is None:
        return max((note.day for note in notes if note.day), default=None)
    day = day_of(given)
    if day is None:
        raise ArgumentError(f"--today {given[:40]}: write a day as 2026-03-31")
    return day


def _warn(read: ThemeNotes, *, dated: bool) -> None:
    """What a reader must know beside the themes, on standard error."""
    if read.missing:
        tell(f"{read.missing:,} insights or near misses are not among the notes, and are left out. Give all notes with --notes")
    if not read.notes:
        tell("none of these notes is an insight or a near miss, so there are no themes")
    elif all(note.author is None for note in read.notes):
        tell("no note names its author (author or msl), so nothing is told of independent voices: all themes are candidates")
    if read.notes and not dated:
        tell("no note has a date (date or written_at, as 2026-03-01) in the year looked at, so nothing is told of what is emerging")


def _put(path: Path, text: str) -> None:
    if path == Path("-"):
        say(text)
        return
    try:
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError as problem:
        raise FileError(f"{path}: {problem.strerror}. Choose another file.") from problem
