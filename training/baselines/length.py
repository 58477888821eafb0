"""The baseline that sees only how long the note is: a logistic regression on log length, a head."""

from collections.abc import Sequence

import numpy as np

from insight_classifier.definition import Definition
from insight_classifier.judgement import Judgement
from insight_classifier.notes import LabelledNote, Note
from insight_classifier.outputs import Floats
from training.baselines.classifiers import Classifiers
from training.baselines.decider import decider, origin
from training.baselines.targets import heads, targets


class Length:
    """Judges by the number of characters of all fields."""

    def __init__(self, *, seed: int = 1) -> None:
        self.seed = seed
        self.origin = origin("length", "1", seed=seed)

    def judges(self, definition: Definition) -> frozenset[str]:
        return frozenset(head.name for head in heads(definition))

    def fit(self, train: Sequence[LabelledNote], validation: Sequence[LabelledNote], definition: Definition) -> None:
        self.decide = decider(train, definition, self.origin)
        self.classifiers = Classifiers(heads(definition), (1.0,), self.seed)
        features, others = (_features([item.note for item in side]) for side in (train, validation))
        self.classifiers.fit(features, targets(train, definition), others, targets(validation, definition))

    def judge(self, notes: Sequence[Note]) -> list[Judgement]:
        return self.decide(notes, self.classifiers(_features(notes)))


def _features(notes: Sequence[Note]) -> Floats:
    """The natural logarithm of one more than the length, shape (notes, 1)."""
    characters = [sum(map(len, note.fields.values())) for note in notes]
    return np.asarray(np.log1p(np.array(characters, dtype=float)).reshape(-1, 1))
