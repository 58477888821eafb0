"""The author's own label in the CRM beside the home office's, note by note: how far they agree, and what the author's rests on. Pure.

`ticked` estimates the same for all notes from a model's word; here both words are people's, and nothing is estimated but the interval.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_classifier.definition import Definition
from insight_classifier.measures.estimates import Estimate, Range, jackknifed, range_of
from insight_classifier.measures.facts import AUTHOR, SAME, TICKED
from insight_classifier.measures.rates import LEAST_AUTHORS, LEAST_LABELS, blocks_of
from insight_classifier.notes import LabelledNote

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Share:
    """A share of notes, or a difference of two; `range` is None where too few notes or authors tell."""

    value: float
    range: Range | None


@dataclass(frozen=True)
class Criterion:
    """Of a check that the label hangs on, where the two disagree.

    `missing`: of the notes that the author alone calls an insight, the share that lacks it. `weight`: how much likelier an author is to
    tick a note that meets it than one that does not; `home`: the same of the home office's label. None where one side has no note.
    """

    name: str
    missing: Share | None
    weight: Share | None
    home: Share | None


@dataclass(frozen=True)
class FieldLabel:
    """`both`, `author_only`, `home_only`, `neither`: notes. `kappa` is None where one side always says the same."""

    notes: int
    authors: int
    both: int
    author_only: int
    home_only: int
    neither: int
    agreement: Share
    kappa: Share | None
    criteria: tuple[Criterion, ...]


def field_label(notes: Sequence[LabelledNote], definition: Definition) -> FieldLabel | None:
    """Of the notes whose author ticked something that the definition knows, and whose label is known. None where there is none."""
    told = [note for note in notes if note.label_known(definition) and _ticked(note, definition) is not None]
    if not told:
        return None
    said = np.array([_ticked(note, definition) for note in told], dtype=bool)
    met = np.array([note.label_met(definition) for note in told])
    authors = _authors(told)
    share = _Shares(authors)
    kappa = share.of(lambda rows: _kappa(said[rows], met[rows]))
    checks = {name: np.array([note.checks[name] for note in told]) for name in definition.label.rule.names}
    return FieldLabel(
        len(told),
        int(authors.max()) + 1,
        both=int((said & met).sum()),
        author_only=int((said & ~met).sum()),
        home_only=int((~said & met).sum()),
        neither=int((~said & ~met).sum()),
        agreement=share.of(lambda rows: float((said[rows] == met[rows]).mean())) or Share(float((said == met).mean()), None),
        kappa=kappa,
        criteria=tuple(_criterion(name, check, said, met, share) for name, check in checks.items()),
    )


def _criterion(name: str, check: Bools, said: Bools, met: Bools, share: "_Shares") -> Criterion:
    alone = said & ~met
    return Criterion(
        name,
        share.of(lambda rows: _mean(~check[rows][alone[rows]])),
        share.of(lambda rows: _mean(said[rows][check[rows]]) - _mean(said[rows][~check[rows]])),
        share.of(lambda rows: _mean(met[rows][check[rows]]) - _mean(met[rows][~check[rows]])),
    )


@dataclass(frozen=True)
class _Shares:
    """Statistics with ranges that count authors, not notes."""

    authors: Ints

    def of(self, statistic: Callable[[Bools], float]) -> Share | None:
        """None where it has no value; without a range where too few notes or authors tell."""
        everything = np.ones(len(self.authors), dtype=bool)
        value = statistic(everything)
        if not np.isfinite(value):
            return None
        blocks = blocks_of(self.authors)
        present = np.bincount(blocks) > 0
        if len(self.authors) < LEAST_LABELS or present.sum() < LEAST_AUTHORS:
            return Share(value, None)
        without = np.array([statistic(blocks != block) for block in range(len(present))])
        return Share(value, range_of(self._estimate(value, without, present)))

    def _estimate(self, value: float, without: Floats, present: Bools) -> Estimate:
        """Without an author of whom everything hangs the value stays where it is: nothing better is known."""
        return jackknifed(value, np.where(np.isfinite(without), without, value), present)


def _ticked(note: LabelledNote, definition: Definition) -> bool | None:
    meant = definition.label.crm_values.get(str(note.note.metadata.get(TICKED)))
    return None if meant is None else meant == definition.label.met


def _authors(notes: Sequence[LabelledNote]) -> Ints:
    """Numbers from 0; notes of unknown author are as of one more."""
    names = [next((str(value) for key in SAME[AUTHOR] if (value := note.note.metadata.get(key))), "") for note in notes]
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def _mean(values: Bools) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _kappa(said: Bools, met: Bools) -> float:
    """Cohen's."""
    agreed, chance = _mean(said == met), said.mean() * met.mean() + (1 - said.mean()) * (1 - met.mean())
    return float((agreed - chance) / (1 - chance)) if chance < 1 else float("nan")
