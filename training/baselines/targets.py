"""What a baseline learns: the text of a note, and a whole number a head. Heads are named as the metrics are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from insight_classifier.definition import Definition
from insight_classifier.notes import LabelledNote, Note
from training.aligned import LABEL, Ints


@dataclass(frozen=True)
class Head:
    """One thing to predict: `size` classes, 2 for the label and for checks."""

    name: str
    kind: str
    size: int


def heads(definition: Definition) -> tuple[Head, ...]:
    """The label, then every head of the definition that a model may judge."""
    found = [Head(LABEL, "checks", 2)]
    for dimension in definition.dimensions:
        if dimension.kind == "checks":
            found += [Head(f"{dimension.name}.{member.name}", "checks", 2) for member in dimension.learned]
        else:
            found.append(Head(dimension.name, dimension.kind, len(dimension.members)))
    return tuple(found)


def targets(labelled: Sequence[LabelledNote], definition: Definition) -> dict[str, Ints]:
    """The person's judgement of each note, by head."""
    found = {LABEL: [int(item.label_met(definition)) for item in labelled]}
    for dimension in definition.dimensions:
        if dimension.kind == "checks":
            found |= {f"{dimension.name}.{m.name}": [int(item.checks[m.name]) for item in labelled] for m in dimension.learned}
        elif dimension.kind == "scale":
            found[dimension.name] = [item.levels[dimension.name] for item in labelled]
        else:
            found[dimension.name] = [dimension.names.index(item.options[dimension.name]) for item in labelled]
    return {name: np.array(values, dtype=np.int64) for name, values in found.items()}


def text(note: Note, definition: Definition) -> str:
    """All fields of the note in reading order; several are told apart by their titles, as the model reads them."""
    filled = [field for field in definition.fields if note.fields.get(field.name, "").strip()]
    if len(filled) == 1:
        return note.fields[filled[0].name]
    return "\n".join(f"{field.title}: {note.fields[field.name]}" for field in filled)


def texts(labelled: Sequence[LabelledNote], definition: Definition) -> list[str]:
    """The text of each labelled note."""
    return [text(item.note, definition) for item in labelled]
