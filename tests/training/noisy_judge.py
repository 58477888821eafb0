"""A judge for tests: it has seen the person's judgements and blurs them by a known amount, the same each time."""

from collections.abc import Sequence

import numpy as np

from insight_classifier.definition import Definition
from insight_classifier.judgement import Judgement
from insight_classifier.notes import LabelledNote, Note
from training.baselines.decider import decider, origin
from training.baselines.targets import heads, targets


class NoisyJudge:
    """`noise` 0 is the person, 1 is a guess. Gives no evidence; the label is derived from its checks."""

    def __init__(self, definition: Definition, labelled: Sequence[LabelledNote], *, noise: float = 0.7, seed: int = 0) -> None:
        self.definition, self.model = definition, origin(f"noisy{noise}", "1", seed=seed)
        self.decide = decider(labelled, definition, self.model)
        random = np.random.default_rng(seed)
        gold = targets(labelled, definition)
        self.rows = {item.note.id: row for row, item in enumerate(labelled)}
        self.answers = {}
        for head in heads(definition)[1:]:
            blurred = (1 - noise) * np.eye(head.size)[gold[head.name]] + noise * random.dirichlet(np.ones(head.size), len(labelled))
            self.answers[head.name] = blurred[:, 1] if head.kind == "checks" else blurred

    def judge(self, notes: Sequence[Note]) -> list[Judgement]:
        rows = [self.rows[note.id] for note in notes]
        return self.decide(notes, {name: values[rows] for name, values in self.answers.items()})
