"""What every baseline is: something that learns from the training notes and judges as a model does."""

from collections.abc import Sequence
from typing import Protocol

from insight_classifier.definition import Definition
from insight_classifier.judgement import Judgement, Origin
from insight_classifier.notes import LabelledNote, Note


class Baseline(Protocol):
    """`origin` names it and its settings; its fingerprint changes with them."""

    origin: Origin

    def judges(self, definition: Definition) -> frozenset[str]:
        """The parts that it judges, named as in the metrics; it has no column for the others."""
        ...

    def fit(self, train: Sequence[LabelledNote], validation: Sequence[LabelledNote], definition: Definition) -> None:
        """Learn; the validation notes may choose a setting and nothing more."""
        ...

    def judge(self, notes: Sequence[Note]) -> list[Judgement]:
        """One judgement a note, in order."""
        ...
