"""spaCy's own text classifier, trained here: one multilabel pipeline for all yes/no heads, one exclusive pipeline for each other head."""

import random
from collections.abc import Mapping, Sequence

import numpy as np
import spacy
from spacy.language import Language
from spacy.training import Example
from spacy.util import fix_random_seed, minibatch

from insight_classifier.definition import Definition
from insight_classifier.judgement import Judgement
from insight_classifier.notes import LabelledNote, Note
from insight_classifier.outputs import Floats
from training.aligned import Ints
from training.baselines.decider import decider, origin
from training.baselines.targets import Head, heads, targets, text, texts

BATCH = 16  # notes a step
DROPOUT = 0.2


class Textcat:
    """spaCy's default architecture (bag of words and a small convolutional network), over `spacy.blank("en")`."""

    def __init__(self, *, epochs: int = 10, seed: int = 1) -> None:
        self.epochs, self.seed = epochs, seed
        self.origin = origin("textcat", "1", epochs=epochs, seed=seed)

    def judges(self, definition: Definition) -> frozenset[str]:
        return frozenset(head.name for head in heads(definition))

    def fit(self, train: Sequence[LabelledNote], validation: Sequence[LabelledNote], definition: Definition) -> None:
        self.decide = decider(train, definition, self.origin)
        written, gold = texts(train, definition), targets(train, definition)
        self.binary = tuple(head for head in heads(definition) if head.kind == "checks")
        self.graded = tuple(head for head in heads(definition) if head.kind != "checks")
        self.flags = self._trained("textcat_multilabel", written, _flags(self.binary, gold))
        self.classes = {head.name: self._trained("textcat", written, _classes(head, gold[head.name])) for head in self.graded}

    def judge(self, notes: Sequence[Note]) -> list[Judgement]:
        written = [text(note, self.decide.definition) for note in notes]
        flags = _chances(self.flags, written, [head.name for head in self.binary])
        answers = {head.name: flags[:, column] for column, head in enumerate(self.binary)}
        classes = {head.name: _chances(self.classes[head.name], written, [str(k) for k in range(head.size)]) for head in self.graded}
        return self.decide(notes, answers | classes)

    def _trained(self, component: str, written: Sequence[str], categories: Sequence[Mapping[str, float]]) -> Language:
        """A pipeline of one component, trained on texts with their categories."""
        fix_random_seed(self.seed)
        nlp = spacy.blank("en")
        nlp.add_pipe(component)
        items = [Example.from_dict(nlp.make_doc(words), {"cats": dict(cats)}) for words, cats in zip(written, categories, strict=True)]
        optimizer = nlp.initialize(lambda: items)
        shuffle = random.Random(self.seed)
        for _ in range(self.epochs):
            shuffle.shuffle(items)
            for batch in minibatch(items, size=BATCH):
                nlp.update(batch, sgd=optimizer, drop=DROPOUT)
        return nlp


def _flags(binary: Sequence[Head], gold: Mapping[str, Ints]) -> list[dict[str, float]]:
    notes = len(gold[binary[0].name])
    return [{head.name: float(gold[head.name][row]) for head in binary} for row in range(notes)]


def _classes(head: Head, gold: Ints) -> list[dict[str, float]]:
    return [{str(k): float(k == said) for k in range(head.size)} for said in gold.tolist()]


def _chances(nlp: Language, written: Sequence[str], names: Sequence[str]) -> Floats:
    """Probabilities of the named categories, shape (notes, names)."""
    return np.array([[doc.cats[name] for name in names] for doc in nlp.pipe(written)], dtype=float).reshape(-1, len(names))
