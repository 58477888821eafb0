"""How far reviewers agree, from their decisions: for each dimension, of all and of two people, under one version of the definition."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, groupby
from typing import Any

from sqlalchemy import Connection, Row, select

from insight_classifier.agreement import Agreement, Metric, alpha, kappa
from insight_classifier.definition import Definition
from service.reviews.answers import Key, flat, stored_answer
from service.reviews.kinds import DECIDING
from service.reviews.store import REVIEWS

LABEL: Key = ("label", "")
MOST_ROWS = 50_000  # the latest decisions that are compared


@dataclass(frozen=True)
class Single:
    """Agreement on one check, scale or choice; of the derived label under ("label", ""). `pair`: two people, else all."""

    key: Key
    all: Agreement  # Krippendorff's alpha
    pairs: dict[tuple[str, str], Agreement]  # Cohen's kappa


def agreement(
    connection: Connection, definition: Definition, *, since: datetime | None = None, blind: bool = True, fingerprint: str | None = None
) -> list[Single]:  # fmt: skip
    """In the definition's order, the label first. `fingerprint`: of an older version whose members are still these.

    `blind`: only decisions of people who had not seen another's. Others are chosen, a second look mostly where there is doubt, and
    would tell too little agreement, or too much.
    """
    answers = _answers(connection, definition, fingerprint or definition.fingerprint, since, blind=blind)
    return [_single(key, size, metric, answers) for key, size, metric in kinds_of_keys(definition)]


def versions(connection: Connection) -> list[tuple[str, str]]:
    """The versions of the definition that people answered under: fingerprint and version, by version."""
    shown = (REVIEWS.c.definition_fingerprint, REVIEWS.c.definition_version)
    rows = connection.execute(select(*shown).where(REVIEWS.c.kind.in_(DECIDING)).distinct().order_by(*reversed(shown)))
    return [(row.definition_fingerprint, row.definition_version) for row in rows]


def _answers(
    connection: Connection, definition: Definition, fingerprint: str, since: datetime | None, *, blind: bool
) -> list[dict[str, dict[Key, int]]]:  # fmt: skip
    """For each wording that two or more decided on: what each of them said."""
    wanted: list[Any] = [REVIEWS.c.kind.in_(DECIDING), REVIEWS.c.superseded_at.is_(None), REVIEWS.c.definition_fingerprint == fingerprint]
    wanted += [REVIEWS.c.blind] if blind else []
    wanted += [REVIEWS.c.at >= since] if since else []
    latest = select(*(REVIEWS.c[name] for name in ("id", "version_id", "reviewer", "answer", "label"))).where(*wanted)
    rows = connection.execute(latest.order_by(REVIEWS.c.id.desc()).limit(MOST_ROWS)).all()
    by_version = groupby(sorted(rows, key=lambda row: (row.version_id, row.id)), key=lambda row: row.version_id)
    said = [{row.reviewer: _said(row, definition) for row in group} for _, group in by_version]
    return [one for one in said if len(one) > 1]


def _said(row: Row[Any], definition: Definition) -> dict[Key, int]:
    return {LABEL: int(row.label == definition.label.met), **flat(stored_answer(row.answer), definition)}


def kinds_of_keys(definition: Definition) -> list[tuple[Key, int, Metric]]:
    """Everything that is compared, the label first: how many values it has, and whether they are in an order."""
    found: list[tuple[Key, int, Metric]] = [(LABEL, 2, "nominal")]
    for dimension in definition.dimensions:
        if dimension.kind == "checks":
            found += [((dimension.name, name), 2, "nominal") for name in dimension.names]
        else:
            found.append(((dimension.name, ""), len(dimension.members), "ordinal" if dimension.kind == "scale" else "nominal"))
    return found


def _single(key: Key, size: int, metric: Metric, answers: Sequence[dict[str, dict[Key, int]]]) -> Single:
    told = [{who: said[key] for who, said in one.items() if key in said} for one in answers]
    people = sorted({who for one in told for who in one})
    both = {(a, b): [(one[a], one[b]) for one in told if a in one and b in one] for a, b in combinations(people, 2)}
    pairs = {pair: kappa(values, size, metric) for pair, values in both.items() if values}
    return Single(key, alpha([list(one.values()) for one in told], size, metric), pairs)
