"""Which of the model's output numbers belongs to what, and how logits become probabilities.

The model gives each note one row of logits, dimension after dimension: a check has one, a scale of n levels has n - 1
(level k or higher, given level k - 1 or higher: so levels cannot cross), a choice one an option.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_classifier.definition import Definition

Floats = NDArray[np.float64]
Vectors = NDArray[np.float16]  # of notes, (notes, size), each of unit length; their products are the notes' similarity


@dataclass(frozen=True)
class Output:
    """One head: the logits `start:stop` of a row. A check has a head of its own; `tag` is the evidence that it may look at."""

    dimension: str
    member: str | None  # the check; None for scales and choices
    kind: str
    start: int
    stop: int
    lane: bool = False  # of a safety lane, where a miss costs most

    @property
    def name(self) -> str:
        return self.member or self.dimension


@dataclass(frozen=True)
class Outputs:
    """What the model says of notes: logits (notes, outputs), and for each note evidence logits (owned tokens, tags).

    `vectors`: what each note is about, (notes, size); None where the model folder was made before there were any.
    """

    logits: Floats
    tags: Sequence[Floats]
    vectors: Vectors | None = None


def outputs(definition: Definition) -> tuple[Output, ...]:
    """The heads in the order of the logits."""
    found: list[Output] = []
    position = 0
    for dimension in definition.dimensions:
        names: Sequence[str | None] = [m.name for m in dimension.learned] if dimension.kind == "checks" else [None]
        width = {"checks": 1, "scale": len(dimension.members) - 1, "choice": len(dimension.members)}[dimension.kind]
        for name in names:
            found.append(Output(dimension.name, name, dimension.kind, position, position + width, bool(dimension.lane)))
            position += width
    return tuple(found)


def sigmoid(logits: Floats) -> Floats:
    """1 / (1 + exp(-x)), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.asarray(logits, dtype=np.float64))))


def logit(probabilities: Floats) -> Floats:
    """The inverse of `sigmoid`; probabilities are kept 1e-7 away from 0 and 1."""
    clipped = np.clip(probabilities, 1e-7, 1 - 1e-7)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))


def probabilities(kind: str, logits: Floats) -> Floats:
    """Of one head: (notes,) for a check, (notes, levels) for a scale, (notes, options) for a choice."""
    if kind == "checks":
        return sigmoid(logits[:, 0])
    if kind == "choice":
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))
    reached = np.cumprod(sigmoid(logits), axis=1)  # P(level >= 1), P(level >= 2), …
    edges = np.concatenate([np.ones((len(logits), 1)), reached, np.zeros((len(logits), 1))], axis=1)
    return np.asarray(edges[:, :-1] - edges[:, 1:])


def level(distribution: Floats) -> NDArray[np.int64]:
    """The median level of each note: the highest that is at least as likely reached as not."""
    at_least = 1.0 - np.cumsum(distribution, axis=1)[:, :-1]
    return np.asarray((at_least >= 0.5).sum(axis=1))


def label_probability(definition: Definition, checks: Mapping[str, Floats]) -> Floats:
    """P(rule holds), from the probabilities of all checks that it hangs on, taken as independent given the note: (notes,)."""
    names, rows = definition.label_rows
    chances = np.stack([checks[name] for name in names], axis=-1)[..., None, :]
    return np.asarray(np.where(rows, chances, 1.0 - chances).prod(axis=-1).sum(axis=-1))
