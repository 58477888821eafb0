"""A task: a data set under its definition."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.external.source import Sides, read_source
from insight_classifier.definition import Definition
from insight_classifier.definition_reader import read_definition
from insight_classifier.errors import ArgumentError
from insight_classifier.notes import LabelledNote

DATA = Path("data") / "external"
DEFINITIONS = Path(__file__).parent / "definitions"


@dataclass(frozen=True)
class Task:
    """Notes of three sides and what is to be said of them."""

    name: str
    definition: Definition
    sides: Sides


def task_names() -> list[str]:
    """Every task that there is a definition of."""
    return sorted(file.stem for file in DEFINITIONS.glob("*.yaml"))


def read_task(name: str, data: Path = DATA) -> Task:
    """Raises ArgumentError where there is no such task; FileError, LabelError or DefinitionError where its files are wrong."""
    if name not in task_names():
        raise ArgumentError(f"there is no task {name!r}. Use {', '.join(task_names())}")
    definition = read_definition(DEFINITIONS / f"{name}.yaml")
    return Task(name, definition, read_source(data / name, definition))


def classes(note: LabelledNote, definition: Definition) -> Iterator[tuple[str, str | None]]:
    """What a note counts for where labels are counted: its level or option, each check that is met, or that none of them is."""
    members: Mapping[str, str] = {
        **{name: definition.dimension(name).names[level] for name, level in note.levels.items()},
        **note.options,
    }
    for dimension in definition.dimensions:
        if dimension.kind != "checks":
            yield dimension.name, members[dimension.name]
            continue
        met: list[str | None] = [name for name in dimension.names if note.checks.get(name)]
        yield from ((dimension.name, name) for name in met or [None])
