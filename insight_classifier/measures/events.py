"""What a note may document, as the model's chance of it and as people's word on it. Pure.

An event is asked of `Judged`, the model's word on all notes, and of `Audited`, people's word on some of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from insight_classifier.definition import Definition
from insight_classifier.rule import Rule

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Judged:
    """The model's word on notes, a column a member: `label` (notes,), `checks` by name (notes,), `members` by dimension (notes, members).

    Scales and choices stand in `members`: the chance of each level or option.
    """

    label: Singles
    checks: Mapping[str, Singles]
    members: Mapping[str, Singles]

    def __len__(self) -> int:
        return len(self.label)


@dataclass(frozen=True)
class Audited:
    """People's word on notes: `checks` by name (labelled,), and of scales and choices the number of the member by dimension (labelled,)."""

    checks: Mapping[str, Bools]
    members: Mapping[str, NDArray[np.int8]]


class Event(Protocol):
    """Something that each note documents or does not. `asked`: the checks that people must have been asked to say so."""

    @property
    def asked(self) -> tuple[str, ...]: ...

    def chances(self, judged: Judged) -> Floats:
        """The model's chance of it, (notes,)."""

    def truths(self, audited: Audited) -> Bools:
        """People's word on it, (labelled,)."""


@dataclass(frozen=True)
class Holds:
    """A rule over checks, whose chances are taken as independent given the note; a check that requires another counts with it."""

    names: tuple[str, ...]
    rows: tuple[tuple[bool, ...], ...]  # the combinations of the named checks for which it holds

    @property
    def asked(self) -> tuple[str, ...]:
        return self.names

    def chances(self, judged: Judged) -> Floats:
        total = np.zeros(len(judged))
        for row in self.rows:
            total += np.prod([judged.checks[n] if met else 1 - judged.checks[n] for n, met in zip(self.names, row, strict=True)], axis=0)
        return total

    def truths(self, audited: Audited) -> Bools:
        said = np.stack([audited.checks[name] for name in self.names], axis=-1)
        return np.asarray((said[:, None, :] == np.array(self.rows, dtype=bool).reshape(1, -1, len(self.names))).all(axis=2).any(axis=1))


@dataclass(frozen=True)
class LabelMet:
    """The label's positive outcome: the model's own calibrated chance of it, and the rule over people's checks."""

    rule: Holds

    @property
    def asked(self) -> tuple[str, ...]:
        return self.rule.names

    def chances(self, judged: Judged) -> Floats:
        return judged.label.astype(np.float64)

    def truths(self, audited: Audited) -> Bools:
        return self.rule.truths(audited)


@dataclass(frozen=True)
class Among:
    """One of these members of a scale or a choice."""

    dimension: str
    members: tuple[int, ...]

    @property
    def asked(self) -> tuple[str, ...]:
        return ()

    def chances(self, judged: Judged) -> Floats:
        return np.asarray(judged.members[self.dimension][:, list(self.members)].sum(axis=1, dtype=np.float64))

    def truths(self, audited: Audited) -> Bools:
        return np.isin(audited.members[self.dimension], self.members)


def holds(rule: Rule, definition: Definition) -> Holds:
    """The event that a rule over the definition's checks holds."""
    names, rows = definition.rows_where(rule)
    return Holds(names, tuple(map(tuple, rows.tolist())))


def label_met(definition: Definition) -> LabelMet:
    return LabelMet(holds(definition.label.rule, definition))
