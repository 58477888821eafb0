"""The baseline that has not read the note: the commonest answer of the training notes."""

from collections.abc import Sequence

from insight_classifier.definition import Definition
from insight_classifier.judgement import Judgement
from insight_classifier.notes import LabelledNote, Note
from training.baselines.decider import decider, origin
from training.baselines.targets import heads


class Majority:
    """Says of every note what most training notes are."""

    def __init__(self) -> None:
        self.origin = origin("majority", "1")

    def judges(self, definition: Definition) -> frozenset[str]:
        return frozenset(head.name for head in heads(definition))

    def fit(self, train: Sequence[LabelledNote], validation: Sequence[LabelledNote], definition: Definition) -> None:
        self.decide = decider(train, definition, self.origin)

    def judge(self, notes: Sequence[Note]) -> list[Judgement]:
        return self.decide(notes, {})
