"""The baseline of a rule of thumb for scales: count the words that report a question, and say the level that such a count goes with."""

import re
from collections.abc import Sequence
from importlib.resources import files

import numpy as np

from insight_classifier.definition import Definition
from insight_classifier.judgement import Judgement
from insight_classifier.notes import LabelledNote, Note
from insight_classifier.outputs import Floats
from training.aligned import Ints
from training.baselines.decider import decider, origin
from training.baselines.targets import targets

CUES = "question_cues.txt"
MOST = 8  # counts from here on are one


class Keyword:
    """Judges the scales of a definition; with none it judges nothing."""

    def __init__(self) -> None:
        self.cues = read_cues()
        self.origin = origin("keyword", "1", cues=self.cues)

    def judges(self, definition: Definition) -> frozenset[str]:
        return frozenset(dimension.name for dimension in definition.of_kind("scale"))

    def fit(self, train: Sequence[LabelledNote], validation: Sequence[LabelledNote], definition: Definition) -> None:
        self.decide = decider(train, definition, self.origin)
        gold, counted = targets(train, definition), self.count([item.note for item in train])
        self.tables = {d.name: _table(counted, gold[d.name], len(d.members)) for d in definition.of_kind("scale")}

    def judge(self, notes: Sequence[Note]) -> list[Judgement]:
        counted = self.count(notes)
        return self.decide(notes, {name: table[counted] for name, table in self.tables.items()})

    def count(self, notes: Sequence[Note]) -> Ints:
        """How many cues each note has, at most `MOST`."""
        pattern = re.compile("|".join(rf"(?<!\w){re.escape(cue)}(?!\w)" for cue in self.cues), re.IGNORECASE)
        found = [sum(len(pattern.findall(value)) for value in note.fields.values()) for note in notes]
        return np.minimum(np.array(found, dtype=np.int64), MOST)


def read_cues() -> tuple[str, ...]:
    """The cues of the data file, the longest first, so that a phrase is not counted as its parts."""
    lines = (files("training.baselines") / CUES).read_text(encoding="utf-8").splitlines()
    return tuple(sorted((line.strip() for line in lines if line.strip() and not line.startswith("#")), key=len, reverse=True))


def _table(counted: Ints, gold: Ints, levels: int) -> Floats:
    """The share of each level for each count, shape (counts, levels); one note a level is added, so that rare counts are not certain."""
    table = np.ones((MOST + 1, levels))
    np.add.at(table, (counted, gold), 1)
    return np.asarray(table / table.sum(axis=1, keepdims=True))
