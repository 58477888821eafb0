"""How the objectives that insights serve lie beside the weights that the plan gives them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from insight_classifier.definition import Definition
from insight_classifier.errors import DefinitionError
from insight_classifier.measures.estimates import Estimate, Range, range_of, rate_range
from insight_classifier.measures.events import label_met
from insight_classifier.measures.kinds import Kinds, shares
from insight_classifier.measures.observations import Observations
from insight_classifier.measures.recalibration import Floats, Ints
from insight_classifier.mistakes import Mistakes, shown
from insight_classifier.yaml_file import compose
from insight_classifier.yaml_map import Map, read_map

NEAR_ONE = 0.001  # that weights, as people round them, may be off 1


@dataclass(frozen=True)
class Plan:
    """`weights` of a choice's options, by name; they sum to 1, and what is left out has none."""

    dimension: str
    weights: Mapping[str, float]


@dataclass(frozen=True)
class Part:
    """One option's share of all insights beside its weight. `model`: its own share; `estimate`, `range`: None without labels."""

    name: str
    title: str
    weight: float
    model: float
    estimate: Estimate | None = None
    range: Range | None = None


@dataclass(frozen=True)
class Alignment:
    """`distance`: the share of insights that would have to serve another objective for the plan to be met, 0 to 1; None without labels."""

    parts: tuple[Part, ...]
    labels: int
    model: float
    distance: Estimate | None = None
    range: Range | None = None


def read_plan(path: Path, definition: Definition) -> Plan:
    """A plan: `dimension` (a choice of the definition) and `weights`. Raises DefinitionError with the line and the mend."""
    mistakes = Mistakes()
    root = compose(path, mistakes)
    top = read_map(root, "the plan", (), mistakes, ("dimension", "weights"), ()) if root else Map("the plan", (), mistakes)
    choices = {dimension.name: dimension for dimension in definition.of_kind("choice")}
    name = top.one_of("dimension", tuple(choices)) if root else ""
    source = top.map("weights", "weights") if root else top
    weights = {key: source.number(key, 0.0, 0.0, 1.0) for key in source}
    for key in weights:
        if name and key not in choices[name].names:
            source.wrong(key, f"weights names {shown(key)}", f"Use {', '.join(choices[name].names)}")
    total = sum(weights.values())
    if not mistakes.found and abs(total - 1) > NEAR_ONE:
        top.wrong("weights", f"the weights sum to {total:g}", "Make them sum to 1")
    if found := mistakes.in_order():
        raise DefinitionError(f"{path}, {found[0]}")
    return Plan(name, weights)


def alignment(observations: Observations, plan: Plan, rows: Ints) -> Alignment:
    """Of the insights among these notes. The model's words on option and label are taken as independent, people's are not."""
    dimension = observations.definition.dimension(plan.dimension)
    weights = np.array([plan.weights.get(name, 0.0) for name in dimension.names])
    kinds = _of_insights(observations, plan.dimension).of(rows)
    labelled, found = int((kinds.labels >= 0).sum()), shares(kinds)
    model = _shares_of(kinds.chances.mean(axis=0)[None])[0]
    if found is None:
        parts = (Part(m.name, m.title, w, s) for m, w, s in zip(dimension.members, weights, model, strict=True))
        return Alignment(tuple(parts), labelled, float(_distance(model[None], weights)[0]))
    distance = found.estimate(lambda each: _distance(_shares_of(each), weights))
    within = range_of(distance)
    parts = (
        _part(m.name, m.title, w, s, found.estimate(lambda each, place=place: _shares_of(each)[:, place]))  # type: ignore[misc]
        for place, (m, w, s) in enumerate(zip(dimension.members, weights, model, strict=True))
    )
    both = Range(max(within.low, 0.0), min(within.high, 1.0))
    return Alignment(tuple(parts), labelled, float(_distance(model[None], weights)[0]), distance, both)


def _of_insights(observations: Observations, dimension: str) -> Kinds:
    """Insights by option, and in the last column what is none: so all notes count, and shares add up."""
    kinds, label = observations.kinds(dimension), observations.sample(label_met(observations.definition))
    chances = kinds.chances * label.scores[:, None]
    options = kinds.chances.shape[1]
    labels = np.where(label.labels == 1, kinds.labels, np.where(label.labels == 0, options, -1))
    return Kinds(np.column_stack([chances, 1 - chances.sum(axis=1)]), labels, kinds.authors)


def _part(name: str, title: str, weight: float, model: float, estimate: Estimate) -> Part:
    return Part(name, title, weight, model, estimate, rate_range(estimate))


def _shares_of(rows: Floats) -> Floats:
    """Each option's share of all insights; the last column, what is no insight, is left out."""
    insights = rows[:, :-1]
    return np.asarray(insights / np.maximum(insights.sum(axis=1, keepdims=True), 1e-9))


def _distance(rows: Floats, weights: Floats) -> Floats:
    return np.asarray(np.abs(rows - weights).sum(axis=1) / 2)
