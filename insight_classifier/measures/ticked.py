"""What authors tick in the CRM beside what the definition says: how far the two agree, and which checks explain where they do not."""

from dataclasses import dataclass

import numpy as np

from insight_classifier.definition import Definition
from insight_classifier.measures.estimates import Range, range_of
from insight_classifier.measures.events import holds, label_met
from insight_classifier.measures.facts import TICKED, UNKNOWN, Column
from insight_classifier.measures.kinds import Kinds, Shares, shares
from insight_classifier.measures.measure import CAVEAT, Measure
from insight_classifier.measures.observations import Observations
from insight_classifier.measures.recalibration import Floats, Ints
from insight_classifier.rule import parse


@dataclass(frozen=True)
class Ticked:
    """Of notes with a tick. `shares`: of both yes, ticked only, by the definition only, neither; the model's own where labels are too few.

    `agreement`: the share of both yes or neither; `kappa`: beyond chance, None where it cannot be told; ranges are None without labels.
    """

    notes: int
    labels: int
    shares: tuple[float, float, float, float]
    agreement: float
    agreement_range: Range | None
    kappa: float | None
    kappa_range: Range | None


def ticked(observations: Observations, rows: Ints) -> Ticked | None:
    """Among these notes; None where none has a tick that the definition knows."""
    rows = with_tick(observations, rows)
    if not len(rows):
        return None
    kinds = _kinds(observations, rows, _said(observations[TICKED], observations.definition)[rows])
    found, model = shares(kinds), kinds.chances.mean(axis=0)
    table = model if found is None else found.rows[0]
    value = float(_kappa(table[None])[0])
    known = np.isfinite(value)
    return Ticked(
        len(rows),
        int((kinds.labels >= 0).sum()),
        (float(table[0]), float(table[1]), float(table[2]), float(table[3])),
        float(table[0] + table[3]),
        range_of(found.estimate(lambda each: np.asarray(each[:, 0] + each[:, 3]))) if found else None,
        value if known else None,
        _range(found) if found and known else None,
    )


def explaining(definition: Definition) -> tuple[Measure, ...]:
    """For each check that the label hangs on: how many of the notes that do not meet the definition lack it. To ask of ticked ones."""
    rule = definition.label.rule
    none = holds(parse(f"not ({rule.source})"), definition)
    return tuple(
        Measure(
            f"{name}.missing",
            f"Lacks {definition.checks[name].title}",
            f"Of the notes that do not meet the definition, how many do not document: {definition.checks[name].title}?",
            CAVEAT,
            holds(parse(f"not ({rule.source}) and not {name}"), definition),
            none,
        )
        for name in rule.names
    )


def with_tick(observations: Observations, rows: Ints) -> Ints:
    """Those of these notes that have a tick that the definition knows."""
    return np.asarray(rows[_said(observations[TICKED], observations.definition)[rows] != UNKNOWN])


def ticked_as_met(observations: Observations, rows: Ints) -> Ints:
    """Those of these notes that their authors ticked as what the definition's label stands for."""
    return np.asarray(rows[_said(observations[TICKED], observations.definition)[rows] == 1])


def _said(column: Column, definition: Definition) -> Ints:
    """Of each note 1 or 0 as it was ticked, -1 where it was not, or with a word that the definition does not know."""
    known = [definition.label.crm_values.get(name) for name in column.names]
    table = np.array([*(UNKNOWN if label is None else int(label == definition.label.met) for label in known), UNKNOWN], dtype=np.int64)
    return np.asarray(table[column.codes])


def _kinds(observations: Observations, rows: Ints, said: Ints) -> Kinds:
    """Both yes, ticked only, by the definition only, neither."""
    label = observations.sample(label_met(observations.definition))
    scores, labels = label.scores[rows], label.labels[rows]
    yes, no = said == 1, said == 0
    chances = np.stack([yes * scores, yes * (1 - scores), no * scores, no * (1 - scores)], axis=1)
    return Kinds(chances, np.where(labels < 0, -1, 2 * no + (1 - labels)), label.authors[rows])


def _kappa(rows: Floats) -> Floats:
    """Cohen's kappa of each row; not a number where everything is ticked alike."""
    agreed, ticked_yes, met = rows[:, 0] + rows[:, 3], rows[:, 0] + rows[:, 1], rows[:, 0] + rows[:, 2]
    chance = ticked_yes * met + (1 - ticked_yes) * (1 - met)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(chance < 1, (agreed - chance) / (1 - chance), np.nan))


def _range(found: Shares) -> Range:
    within = range_of(found.estimate(lambda each: np.nan_to_num(_kappa(each))))
    return Range(max(within.low, -1.0), min(within.high, 1.0))
