"""Notes that may be labelled next: what a model says of each, what it is about, and what people said of some."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_classifier.errors import ModelError
from insight_classifier.notes import LabelledNote, Note
from insight_classifier.outputs import Floats
from insight_classifier.predictor import Predictor
from training.active.part import UNKNOWN, Part

Ints = NDArray[np.int64]
AUTHOR = ("author", "msl")
AT_ONCE = 256  # notes that are judged together


@dataclass(frozen=True)
class Pool:
    """Of one part, in the order of the notes.

    `vectors` (notes, size) of unit length; `chances` (notes, classes), None where the model has no head for it; `labels` (notes,), UNKNOWN
    where nobody labelled it; `authors` (notes,): numbers from 0, a note of unknown author is an author of its own.
    """

    part: Part
    ids: tuple[str, ...]
    vectors: Floats
    chances: Floats | None
    labels: Ints
    authors: Ints

    @property
    def labelled(self) -> Ints:
        """The rows that have a label."""
        return np.flatnonzero(self.labels != UNKNOWN)

    @property
    def unlabelled(self) -> Ints:
        return np.flatnonzero(self.labels == UNKNOWN)

    def said(self, row: int) -> str:
        """The class that a person gave."""
        return self.part.classes[int(self.labels[row])]


@dataclass(frozen=True)
class Seen:
    """What a model makes of notes: `heads` by name, (notes, classes) of each; `vectors` (notes, size)."""

    heads: Mapping[str, Floats]
    vectors: Floats


def seen(predictor: Predictor, notes: Sequence[Note]) -> Seen:
    """Judge the notes. Raises ModelError where the model gives no note vectors."""
    logits, vectors = [], []
    for begin in range(0, len(notes), AT_ONCE):
        found = predictor.run(predictor.prepare(notes[begin : begin + AT_ONCE]))
        if found.vectors is None:
            raise ModelError(f"the model {predictor.model.name} gives no note vectors: it was made before there were any. Use a newer one.")
        logits.append(found.logits)
        vectors.append(found.vectors.astype(np.float64))
    heads = predictor.decoder.calibration.heads(predictor.definition, np.concatenate(logits))
    wide = {name: np.stack([1 - chance, chance], axis=1) if chance.ndim == 1 else chance for name, chance in heads.items()}
    return Seen(wide, np.concatenate(vectors))


def pool(part: Part, notes: Sequence[Note], what: Seen, labelled: Mapping[str, LabelledNote]) -> Pool:
    """`labelled`: people's labels by the note's id."""
    labels = [part.label(labelled[note.id]) if note.id in labelled else UNKNOWN for note in notes]
    return Pool(
        part,
        tuple(note.id for note in notes),
        what.vectors,
        chances if (chances := what.heads.get(part.name)) is not None and chances.shape[1] == len(part.classes) else None,
        np.array(labels, dtype=np.int64),
        _authors(notes),
    )


def _authors(notes: Sequence[Note]) -> Ints:
    names = [next((str(value) for key in AUTHOR if (value := note.metadata.get(key))), f"\0{row}") for row, note in enumerate(notes)]
    return np.unique(names, return_inverse=True)[1].astype(np.int64)
