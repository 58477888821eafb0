"""What notes of other authors say of each labelled note: a logistic regression on note vectors, in folds that keep authors apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from insight_classifier.outputs import Floats

Ints = NDArray[np.int64]
FOLDS = 5
LEAST_OF_A_CLASS = 5  # a class with fewer labels is not learned


@dataclass(frozen=True)
class HeldOut:
    """`rows` of the notes that were judged; `chances` (rows, classes): 0 for classes that no fold could learn."""

    rows: Ints
    chances: Floats


def out_of_fold(vectors: Floats, labels: Ints, authors: Ints, classes: int, *, seed: int = 0) -> HeldOut | None:
    """Each labelled note judged by a fit on notes of other authors; labels below 0 are none. None where two classes cannot be learned.

    Weak where the vectors come from a model that learned these very labels: then it repeats their errors.
    """
    counts = np.bincount(labels[labels >= 0], minlength=classes)
    usable = np.flatnonzero((labels >= 0) & (counts[labels] >= LEAST_OF_A_CLASS))
    known = labels[usable]
    folds = min(FOLDS, len(np.unique(authors[usable])), *counts[counts >= LEAST_OF_A_CLASS].tolist())
    if len(np.unique(known)) < 2 or folds < 2:
        return None
    chances = np.zeros((len(usable), classes))
    split = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    for train, held in split.split(vectors[usable], known, authors[usable]):
        if len(np.unique(known[train])) < 2:
            return None
        fit = LogisticRegression(C=10.0, max_iter=300).fit(vectors[usable[train]], known[train])
        chances[np.ix_(held, fit.classes_)] = fit.predict_proba(vectors[usable[held]])
    return HeldOut(usable, chances)
