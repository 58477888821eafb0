"""One logistic regression a head, over any features."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from insight_classifier.outputs import Floats
from training.aligned import Ints
from training.baselines.targets import Head


class Features(Protocol):
    """A matrix (notes, features), dense or sparse."""

    @property
    def shape(self) -> tuple[int, ...]: ...


class Classifiers:
    """Fitted regressions by head; a head that the training notes have one class of gives that class."""

    def __init__(self, heads: Sequence[Head], strengths: Sequence[float], seed: int) -> None:
        self.heads, self.strengths, self.seed = tuple(heads), tuple(strengths), seed
        self.models: dict[str, LogisticRegression | int] = {}

    def fit(self, train: Features, gold: Mapping[str, Ints], validation: Features, gold_validation: Mapping[str, Ints]) -> None:
        """Fit each head at the strength (sklearn's C) whose log loss on the validation notes is the least."""
        for head in self.heads:
            known = np.unique(gold[head.name])
            if len(known) == 1:
                self.models[head.name] = int(known[0])
                continue
            fitted = [self._model(strength).fit(train, gold[head.name]) for strength in self.strengths]
            losses = [self._loss(model, head, validation, gold_validation[head.name]) for model in fitted] if len(fitted) > 1 else [0.0]
            self.models[head.name] = fitted[int(np.argmin(losses))]

    def __call__(self, features: Features) -> dict[str, Floats]:
        """Probabilities by head: (notes,) of the positive class for two classes of a check, else (notes, classes)."""
        found = {head.name: self._probabilities(self.models[head.name], head, features) for head in self.heads}
        return {head.name: found[head.name][:, 1] if head.kind == "checks" else found[head.name] for head in self.heads}

    def _model(self, strength: float) -> LogisticRegression:
        return LogisticRegression(C=strength, max_iter=1000, random_state=self.seed)

    def _loss(self, model: LogisticRegression, head: Head, features: Features, gold: Ints) -> float:
        chances = np.clip(self._probabilities(model, head, features), 1e-6, None)
        return float(log_loss(gold, chances / chances.sum(axis=1, keepdims=True), labels=list(range(head.size))))

    def _probabilities(self, model: LogisticRegression | int, head: Head, features: Features) -> Floats:
        chances = np.zeros((features.shape[0], head.size))
        if isinstance(model, int):
            chances[:, model] = 1.0
        else:
            chances[:, model.classes_] = model.predict_proba(features)
        return chances
