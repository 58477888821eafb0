"""How far reviewers agree, from their decisions: for each dimension, of all and of two people, under one version of the definition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Row, func, select

from insight_classifier.agreement import Agreement, Metric, alpha_of_counts, kappa
from insight_classifier.definition import Definition
from service.reviews.answers import Answer, Key, flat
from service.reviews.kinds import DECIDING
from service.reviews.store import REVIEWS

LABEL: Key = ("label", "")
MOST_ROWS = 8000  # the latest decisions that are compared: more would narrow an interval by a hundredth or two
NOT_SAID = -1


@dataclass(frozen=True)
class Single:
    """Agreement on one check, scale or choice; of the derived label under ("label", ""). `pair`: two people, else all."""

    key: Key
    all: Agreement  # Krippendorff's alpha
    pairs: dict[tuple[str, str], Agreement]  # Cohen's kappa


@dataclass(frozen=True)
class Told:
    """Decisions on notes that two or more decided on. `said`: places of answers, (decisions, things that are answered).

    `note`: the number of the note of each decision; `pairs`: numbers of decisions by both people, (notes, 2), for each two people.
    """

    said: NDArray[np.int8]
    note: NDArray[np.intp]
    pairs: Mapping[tuple[str, str], NDArray[np.intp]]


def agreement(
    connection: Connection, definition: Definition, *, since: datetime | None = None, blind: bool = True, fingerprint: str | None = None
) -> list[Single]:  # fmt: skip
    """In the definition's order, the label first. `fingerprint`: of an older version whose members are still these.

    `blind`: only decisions of people who had not seen another's. Others are chosen, a second look mostly where there is doubt, and
    would tell too little agreement, or too much.
    """
    keys = kinds_of_keys(definition)
    told = _told(_decisions(connection, fingerprint or definition.fingerprint, since, blind=blind), [key for key, *_ in keys], definition)
    return [_single(key, size, metric, told, place) for place, (key, size, metric) in enumerate(keys)]


def versions(connection: Connection) -> list[tuple[str, str]]:
    """The versions of the definition that people answered under: fingerprint and version, by version."""
    shown = (REVIEWS.c.definition_fingerprint, REVIEWS.c.definition_version)
    rows = connection.execute(select(*shown).where(REVIEWS.c.kind.in_(DECIDING)).distinct().order_by(*reversed(shown)))
    return [(row.definition_fingerprint, row.definition_version) for row in rows]


def compared(fingerprint: str, since: datetime | None, *, blind: bool) -> list[ColumnElement[bool]]:
    """Which decisions are compared, and only where two people or more decided so on the same wording."""
    wanted: list[Any] = [REVIEWS.c.kind.in_(DECIDING), REVIEWS.c.superseded_at.is_(None), REVIEWS.c.definition_fingerprint == fingerprint]
    wanted += [REVIEWS.c.blind] if blind else []
    wanted += [REVIEWS.c.at >= since] if since else []
    several = select(REVIEWS.c.version_id).where(*wanted).group_by(REVIEWS.c.version_id)
    return [*wanted, REVIEWS.c.version_id.in_(several.having(func.count(REVIEWS.c.reviewer.distinct()) > 1))]


def kinds_of_keys(definition: Definition) -> list[tuple[Key, int, Metric]]:
    """Everything that is compared, the label first: how many values it has, and whether they are in an order."""
    found: list[tuple[Key, int, Metric]] = [(LABEL, 2, "nominal")]
    for dimension in definition.dimensions:
        if dimension.kind == "checks":
            found += [((dimension.name, name), 2, "nominal") for name in dimension.names]
        else:
            found.append(((dimension.name, ""), len(dimension.members), "ordinal" if dimension.kind == "scale" else "nominal"))
    return found


def _decisions(connection: Connection, fingerprint: str, since: datetime | None, *, blind: bool) -> list[list[Row[Any]]]:
    """The latest, by note: of each person one."""
    latest = select(REVIEWS.c.id).where(*compared(fingerprint, since, blind=blind)).order_by(REVIEWS.c.id.desc()).limit(MOST_ROWS)
    shown = (REVIEWS.c[name] for name in ("version_id", "reviewer", "answer", "label"))
    told = connection.execute(select(*shown).where(REVIEWS.c.id.in_(latest)).order_by(REVIEWS.c.id))
    single = {(row.version_id, row.reviewer): row for row in told}
    by_note = groupby(sorted(single), key=lambda both: both[0])
    return [rows for _, group in by_note if len(rows := [single[both] for both in group]) > 1]


def _told(decisions: Sequence[Sequence[Row[Any]]], keys: Sequence[Key], definition: Definition) -> Told:
    rows = [row for one in decisions for row in one]
    said = np.array([_said(row, keys, definition) for row in rows], np.int8).reshape(-1, len(keys))
    pairs: dict[tuple[str, str], list[tuple[int, int]]] = {}
    number = 0
    for one in decisions:
        for (a, first), (b, second) in combinations(enumerate(one, number), 2):  # by name, as they were sorted
            pairs.setdefault((first.reviewer, second.reviewer), []).append((a, b))
        number += len(one)
    note = np.repeat(np.arange(len(decisions)), [len(one) for one in decisions])
    return Told(said, note, {people: np.array(both) for people, both in sorted(pairs.items())})


def _said(row: Row[Any], keys: Sequence[Key], definition: Definition) -> list[int]:
    said = {LABEL: int(row.label == definition.label.met), **flat(Answer(row.answer), definition)}
    return [said.get(key, NOT_SAID) for key in keys]


def _single(key: Key, size: int, metric: Metric, told: Told, place: int) -> Single:
    said = told.said[:, place]
    known = said != NOT_SAID
    notes = int(told.note[-1]) + 1 if len(told.note) else 0
    counts = np.bincount(told.note[known] * size + said[known], minlength=notes * size).reshape(notes, size)
    both = {people: said[decisions] for people, decisions in told.pairs.items()}
    values = {people: found[(found != NOT_SAID).all(axis=1)] for people, found in both.items()}
    return Single(key, alpha_of_counts(counts, size, metric), {p: kappa(found, size, metric) for p, found in values.items() if len(found)})
