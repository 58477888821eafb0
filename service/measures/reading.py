"""From the database to columns: all current judgements with what is known of their notes, and what people decided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row

from insight_classifier.definition import Definition
from insight_classifier.measures.audit_file import Audit
from insight_classifier.measures.events import Audited
from insight_classifier.measures.facts import ANSWERED, AUTHOR, DATE, PERIODS, TENURE, TICKED, Bands, Facts, period, tenure_band
from insight_classifier.measures.judged_file import Columns
from insight_classifier.measures.observations import Observations
from service.database import now
from service.measures.chance import Drawn, drawn
from service.measures.store import answers, judged_notes
from service.reviews.answers import flat
from service.reviews.views import FACETS

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MONTHS = "tenure_months"
NAMES = (*FACETS, TENURE)  # by what notes are told apart, beside the time


@dataclass(frozen=True)
class Notes:
    """All judged notes. `observations.audit`: everything that people decided, which is no sample; `sampled` makes it one.

    `draws`, `insight`, `decided`: (notes,). `unsettled`: rows of notes on which people differ. `elsewhere`: notes that were judged by
    other members than the definition has, and are left out. `at`: when they were read.
    """

    observations: Observations
    draws: Ints
    insight: Bools
    decided: Bools
    unsettled: Ints
    elsewhere: int
    at: datetime

    def __len__(self) -> int:
        return len(self.observations)


def read_notes(connection: Connection, definition: Definition, bands: Bands = ()) -> Notes | None:
    """None where no note is judged. Blocks for some ten seconds for a hundred thousand notes: call it in a thread."""
    at = now()
    columns, facts = Columns(definition), Facts(frozenset({ANSWERED, AUTHOR, DATE, TICKED, MONTHS, *FACETS}))
    kept, elsewhere = _read(judged_notes(connection), columns, facts)
    if not kept:
        return None
    audit, unsettled = _audit(connection, kept, definition)
    decided = np.zeros(len(kept), dtype=bool)
    decided[audit.rows] = True
    observations = _observations(columns, facts, audit, definition, bands)
    draws, insight = (np.array([getattr(row, name) for row in kept], dtype=kind) for name, kind in (("draw", np.int64), ("insight", bool)))
    return Notes(observations, draws, insight, decided, unsettled, elsewhere, at)


def sampled(notes: Notes, rows: Ints) -> tuple[Observations, Drawn]:
    """The same notes with those of these decisions alone that are a sample by chance of these rows."""
    sample = drawn(notes.draws, notes.decided, rows)
    whole = notes.observations.audit
    places = np.searchsorted(whole.rows, sample.rows)
    said = Audited(
        {name: column[places] for name, column in whole.audited.checks.items()},
        {name: column[places] for name, column in whole.audited.members.items()},
    )
    return replace(notes.observations, audit=Audit(sample.rows, said)), sample


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is held of a note beside its columns."""

    id: str
    version: str
    draw: int
    insight: bool
    decided: bool


def _read(rows: Iterable[Row[Any]], columns: Columns, facts: Facts) -> tuple[list[_Kept], int]:
    decode, kept, elsewhere = msgspec.json.Decoder(columns.kind).decode, list[_Kept](), 0
    for row in rows:
        try:
            line: Any = decode(row.said)
        except msgspec.MsgspecError:
            elsewhere += 1
            continue
        line.id, line.metadata, line.error = row.id, None, None
        if columns.lacks(line) is not None:
            elsewhere += 1
            continue
        facts.add(len(kept), {**(row.metadata or {}), **_known(row)})
        columns.add(len(kept) + 1, line, facts, "the database")
        kept.append(_Kept(row.id, row.current_version_id, row.draw, row.insight, row.decided))
    return kept, elsewhere


def _known(row: Row[Any]) -> Mapping[str, Any]:
    """What the database knows of a note better than its metadata."""
    return {AUTHOR: row.author, DATE: row.at.date().isoformat(), ANSWERED: row.answered_at and row.answered_at.date().isoformat()}


def _audit(connection: Connection, kept: Sequence[_Kept], definition: Definition) -> tuple[Audit, Ints]:
    """Answers that say everything which people are asked; others, of another version of the definition, count as none."""
    places = {note.id: row for row, note in enumerate(kept) if note.decided}
    current = {note.id: note.version for note in kept if note.decided}
    asked = {(d.name, m.name) for d in definition.of_kind("checks") for m in d.learned} | {
        (d.name, "") for d in definition.dimensions if d.kind != "checks"
    }
    found: dict[int, Mapping[tuple[str, str], int]] = {}
    unsettled = []
    for note_id, answer, settled in answers(connection, current, definition):
        said = flat(answer, definition)
        if asked <= said.keys():
            found[places[note_id]] = said
            unsettled += [] if settled else [places[note_id]]
    rows = sorted(found)
    return Audit(np.array(rows, dtype=np.int64), _said([found[row] for row in rows], definition)), np.array(
        sorted(unsettled), dtype=np.int64
    )


def _said(answered: Sequence[Mapping[tuple[str, str], int]], definition: Definition) -> Audited:
    """What rules alone find, people are not asked, and it counts as not met: no measure of it is made of labels."""

    def column(key: tuple[str, str], kind: Any) -> NDArray[Any]:  # noqa: ANN401 any of numpy's
        return np.array([one.get(key, 0) for one in answered], dtype=kind)

    checks = {name: column((d.name, name), bool) for d in definition.of_kind("checks") for name in d.names}
    members = {d.name: column((d.name, ""), np.int8) for d in definition.dimensions if d.kind != "checks"}
    return Audited(checks, members)


def _observations(columns: Columns, facts: Facts, audit: Audit, definition: Definition, bands: Bands) -> Observations:
    read, notes = columns.done(), len(columns.ids)
    known = {name: facts.column(name, notes) for name in (AUTHOR, DATE, ANSWERED, TICKED, MONTHS, *FACETS)}
    dates = known[DATE]
    times = {unit: period(dates, unit) for unit in PERIODS}
    ladders = {f"{name}/{unit}": times[unit] for name in PERIODS for unit in PERIODS}
    named = {name: known[name] for name in FACETS} | {TENURE: tenure_band(known[MONTHS], bands), TICKED: known[TICKED]}
    return Observations(
        definition, read.judged, audit, known[AUTHOR], {**named, **times, **ladders}, dates, known[ANSWERED], 0, read.origins
    )
