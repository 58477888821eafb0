"""A learning curve without training a network: a logistic regression on note vectors, from ever larger parts of the labelled notes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from training.active.pool import Ints, Pool
from training.curve.fit import Floats

SHARES: tuple[float, ...] = (0.1, 0.18, 0.32, 0.56, 1.0)
REPEATS = 6  # parts of each size
DRAWS = 200  # of the bootstrap
LEAST_PART = 20


@dataclass(frozen=True)
class Curve:
    """`sizes` in notes; `draws` of the scores, (1 + DRAWS, sizes): the first as measured, the others with notes and parts drawn again."""

    statistic: str
    sizes: Floats
    draws: Floats


def curve(train: Pool, held_out: Pool, *, seed: int = 0) -> Curve | None:
    """How the score on held-out notes grows. AUC of a check, accuracy of a scale or a choice. None where two classes cannot be learned."""
    rows, judged = train.labelled, held_out.labelled
    random = np.random.default_rng(seed)
    sizes = [size for share in SHARES if (size := int(share * len(rows))) >= LEAST_PART]
    drawn = [list(_parts(train, rows, size, random)) for size in sizes]
    gold = held_out.labels[judged]
    if not drawn or not all(drawn) or len(np.unique(gold)) < 2:
        return None
    said = [np.stack([_chances(train, held_out, part) for part in parts]) for parts in drawn]
    draws = [_scores(said, gold, np.arange(len(gold)), [np.arange(len(part)) for part in said])]
    while len(draws) <= DRAWS:
        chosen = _drawn_authors(held_out.authors[judged], random)
        if len(np.unique(gold[chosen])) > 1:
            parts = [random.integers(0, len(part), len(part)) for part in said]
            draws.append(_scores(said, gold, chosen, parts))
    return Curve("AUC" if train.part.member else "accuracy", np.array(sizes, dtype=np.float64), np.array(draws))


def _parts(train: Pool, rows: Ints, size: int, random: np.random.Generator) -> Iterator[Ints]:
    """Parts of one size that hold two classes at least; of everything there is but one."""
    for _ in range(REPEATS if size < len(rows) else 1):
        for _ in range(20):
            part = random.choice(rows, size, replace=False)
            if len(np.unique(train.labels[part])) > 1:
                yield part
                break


def _chances(train: Pool, held_out: Pool, part: Ints) -> Floats:
    """(held-out notes, classes), 0 for classes that the part does not hold."""
    fit = LogisticRegression(C=10.0, max_iter=200).fit(train.vectors[part], train.labels[part])
    found = np.zeros((len(held_out.labelled), len(train.part.classes)))
    found[:, fit.classes_] = fit.predict_proba(held_out.vectors[held_out.labelled])
    return found


def _drawn_authors(authors: Ints, random: np.random.Generator) -> Ints:
    """The notes of authors drawn with replacement."""
    names = np.unique(authors)
    return np.concatenate([np.flatnonzero(authors == name) for name in random.choice(names, len(names))])


def _scores(said: list[Floats], gold: Ints, rows: Ints, parts: list[Ints]) -> list[float]:
    return [float(np.mean([_score(chances[one][rows], gold[rows]) for one in part])) for chances, part in zip(said, parts, strict=True)]


def _score(chances: Floats, gold: Ints) -> float:
    if chances.shape[1] == 2:
        return float(roc_auc_score(gold, chances[:, 1]))
    return float((chances.argmax(axis=1) == gold).mean())
