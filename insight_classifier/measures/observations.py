"""Everything that is measured from, in columns: the model's word on each note, people's on some, and what is known of each."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from insight_classifier.definition import Definition
from insight_classifier.errors import ArgumentError
from insight_classifier.measures.audit_file import Audit, no_audit, read_audit
from insight_classifier.measures.events import Event, Judged
from insight_classifier.measures.facts import (
    ANSWERED,
    AUTHOR,
    DATE,
    PERIODS,
    SAME,
    TENURE,
    TICKED,
    UNKNOWN,
    Bands,
    Column,
    Facts,
    period,
    tenure_band,
)
from insight_classifier.measures.judged_file import read_judgements
from insight_classifier.measures.kinds import Kinds
from insight_classifier.measures.notes_file import read_facts
from insight_classifier.measures.rates import Sample
from insight_classifier.measures.recalibration import Ints


@dataclass(frozen=True)
class Observations:
    """Notes under one definition. `authors`: numbers from 0; notes of unknown author are as of one more. `failed`: could not be judged.

    `ids`: of the notes, in the order of their columns; `origins`: how many notes each definition and model judged.
    """

    definition: Definition
    judged: Judged
    audit: Audit
    author: Column
    columns: Mapping[str, Column]
    written: Column
    answered: Column
    failed: int = 0
    origins: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    ids: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.judged)

    @property
    def authors(self) -> Ints:
        return np.where(self.author.codes == UNKNOWN, len(self.author.names), self.author.codes).astype(np.int64)

    def sample(self, event: Event) -> Sample:
        """The event in all notes, for an estimate of its rate."""
        return Sample(event.chances(self.judged), self.audit.labels(event, len(self)), self.authors)

    def kinds(self, dimension: str) -> Kinds:
        """A scale's levels or a choice's options in all notes."""
        labels = np.full(len(self), -1, dtype=np.int64)
        if len(self.audit.rows):
            labels[self.audit.rows] = self.audit.audited.members[dimension]
        return Kinds(self.judged.members[dimension].astype(np.float64), labels, self.authors)

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def ladder(self, name: str) -> list[Column]:
        """The column, and before it those that it refines: of a month the year and the quarter."""
        names = list(PERIODS)
        coarser = names[names.index(name) + 1 :] if name in names else []
        return [*(self.columns[f"{name}/{other}"] for other in reversed(coarser)), self.columns[name]]


def read_observations(
    source: str,
    definition: Definition,
    names: Collection[str] = (),
    *,
    notes: Path | None = None,
    audit: Path | None = None,
    bands: Bands = (),
) -> Observations:
    """From files. `names`: what notes are to be told apart by: any metadata, or a period (month, quarter, year) or tenure band.

    Raises FileError where a file is wrong, ArgumentError where no note has one of the names.
    """
    facts = Facts(frozenset({ANSWERED, AUTHOR, DATE, TICKED, *map(_origin, names)}))
    read = read_judgements(source, definition, facts)
    rows = {name: row for row, name in enumerate(read.ids)}
    if notes is not None:
        read_facts(notes, rows, facts)
    labels = no_audit() if audit is None else read_audit(audit, definition, rows)
    columns = {name: _column(name, facts, len(read.ids), bands, has_notes=notes is not None) for name in names}
    author, dates, answered = (facts.column(name, len(read.ids)) for name in (AUTHOR, DATE, ANSWERED))
    columns |= {f"{name}/{unit}": period(dates, unit) for name in names if name in PERIODS for unit in PERIODS}
    columns[TICKED] = facts.column(TICKED, len(read.ids))
    return Observations(definition, read.judged, labels, author, columns, dates, answered, read.failed, Counter(read.origins), read.ids)


def _origin(name: str) -> str:
    """Which metadata a name is made of."""
    return DATE if name in PERIODS else "tenure_months" if name == TENURE else name


def _column(name: str, facts: Facts, notes: int, bands: Bands, *, has_notes: bool) -> Column:
    known = facts.column(_origin(name), notes)
    if not known.names:
        others = ", ".join(sorted(facts.seen - {"id", "metadata"})[:20]) or "none"
        wanted = " or ".join(SAME.get(_origin(name), (_origin(name),)))
        mend = "Use a name that they have" if has_notes else "Give --notes FILE, which has it by id"
        raise ArgumentError(f"{name}: no note has {wanted}; known are {others}. {mend}")
    found = period(known, name) if name in PERIODS else tenure_band(known, bands) if name == TENURE else known
    if not found.names:
        form = "a date in ISO 8601, such as 2026-03-01" if name in PERIODS else "a number of months, such as 18"
        raise ArgumentError(f"{name}: no note's {_origin(name)} is {form}. Write it so")
    return found
