"""The forms of a file of decisions: labelled notes, and what Label Studio and Argilla read. Pure."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from insight_classifier.definition import Definition
from service.exchange import argilla, label_studio
from service.exchange.lines import Stated, line_of

Records = Callable[[Sequence[Stated], Definition], Iterable[dict[str, Any]]]


@dataclass(frozen=True)
class Format:
    """`records`: what is written of one note. `strict`: only answers that pass the checker of labelled notes.

    `companion`: what the tool must be set up with first, and the name of that file.
    """

    name: str
    title: str
    suffix: str
    media_type: str
    records: Records
    opening: str = ""
    between: str = ""
    closing: str = ""
    strict: bool = False
    companion: tuple[str, Callable[[Definition], str]] | None = None

    def records_of(self, note: Sequence[Stated], definition: Definition) -> Iterator[str]:
        """Each record of a note as JSON."""
        return (json.dumps(record, ensure_ascii=False) for record in self.records(note, definition))


class Joined:
    """A file put together from records, a few at a time."""

    def __init__(self, form: Format) -> None:
        self.form, self._begun = form, False

    def add(self, records: Sequence[str]) -> str:
        """What stands in the file for them."""
        if not records:
            return ""
        before = self.form.between if self._begun else self.form.opening
        self._begun = True
        return before + self.form.between.join(records)

    def end(self) -> str:
        """What closes the file; of labelled notes nothing where there is no line."""
        return self.form.closing if self._begun else self.form.opening + self.form.closing.lstrip("\n")


def _lines(note: Sequence[Stated], definition: Definition) -> Iterable[dict[str, Any]]:
    return (line_of(one) for one in note)


def _tasks(note: Sequence[Stated], definition: Definition) -> Iterable[dict[str, Any]]:
    return (label_studio.task(note, definition),)


def _records(note: Sequence[Stated], definition: Definition) -> Iterable[dict[str, Any]]:
    return (argilla.record(note, definition),)


def _settings(definition: Definition) -> str:
    return json.dumps(argilla.settings(definition), ensure_ascii=False, indent=2) + "\n"


def _array(name: str, title: str, records: Records, companion: tuple[str, Callable[[Definition], str]]) -> Format:
    """A file that is one JSON array."""
    return Format(name, title, "json", "application/json", records, "[\n", ",\n", "\n]\n", companion=companion)


FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        Format("jsonl", "Labelled notes", "jsonl", "application/x-ndjson", _lines, between="\n", closing="\n", strict=True),
        _array("label-studio", "Label Studio", _tasks, ("label-studio.xml", label_studio.interface)),
        _array("argilla", "Argilla 2", _records, ("settings.json", _settings)),
    )
}
DEFAULT = "jsonl"
