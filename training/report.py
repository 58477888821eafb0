"""An evaluation or a comparison as JSON for machines, and as Markdown with plots beside it for people."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from insight_classifier.definition import Definition
from training.aligned import EVIDENCE, LABEL
from training.bootstrap import Difference, Interval
from training.evaluate import Comparison, Evaluation, WrongLabel
from training.metrics import BINS, PRECISION_FLOOR
from training.plots import plot_confusion, plot_intervals, plot_reliability
from training.slices import LEAST_NOTES, Slice

METRICS = {
    "auc": "AUC",
    "f1": "F1",
    "kappa": "kappa",
    "ece": "ECE",
    "brier": "Brier",
    "accuracy": "accuracy",
    "adjacent_accuracy": "accuracy within one level",
    "quadratic_kappa": "quadratic kappa",
    "macro_f1": "macro F1",
    "precision": "precision",
    "recall": "recall",
    "recall_at_precision": f"recall at precision {PRECISION_FLOOR}",
}
NONE = "–"
SHOWN_NOTES = 10  # slices of fewer notes are counted together and not shown
UNSURE = 0.05  # from this share of resamples without a value, an interval is marked


def evaluation_json(evaluation: Evaluation) -> dict[str, Any]:
    """The whole evaluation as plain data; undefined numbers are null."""
    model, *baselines = evaluation.columns
    plain = {
        "definition": _definition(evaluation.definition),
        "model": evaluation.model.to_dict(),
        "data": evaluation.data,
        "notes": evaluation.notes,
        "writers": list(evaluation.writers),
        "intervals": _method(evaluation.msls, evaluation.resamples) | {"seed": evaluation.seed},
        "metrics": _plain_intervals(model.values),
        "baselines": {column.name: _plain_intervals(column.values) for column in baselines},
        "slices": [_plain_slice(part) for part in evaluation.slices],
        "reliability": {name: [asdict(point) for point in points] for name, points in evaluation.reliability.items()},
        "confusions": {name: table.astype(int).tolist() for name, table in evaluation.confusions.items()},
        "wrong_labels": [asdict(wrong) for wrong in evaluation.wrong_labels],
    }
    return {key: _finite(value) for key, value in plain.items()}


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain data; undefined numbers are null."""
    plain = asdict(comparison) | {"intervals": _method(comparison.msls, comparison.resamples)}
    return {key: _finite(value) for key, value in plain.items() if key not in ("msls", "resamples")}


def evaluation_markdown(evaluation: Evaluation, folder: Path) -> Path:
    """Write evaluation.md and its plots into a folder; the path of the former."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"# How well {evaluation.model.name} judges\n",
        *_origin(evaluation),
        *_baselines(evaluation, folder),
        *_wrong_labels(evaluation),
        *_calibration(evaluation, folder),
        *_confusions(evaluation, folder),
        *_slices(evaluation),
        *_every_metric(evaluation),
    ]
    path = folder / "evaluation.md"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def evaluation_summary(evaluation: Evaluation) -> str:
    """What a terminal and a model card show: where the figures come from, and the headline metrics beside the baselines."""
    names = headline(evaluation.definition, evaluation.columns[0].values)
    return "\n".join([*_origin(evaluation), *_columns(evaluation, names)])


def _origin(evaluation: Evaluation) -> Iterator[str]:
    model, definition, writers = evaluation.model, evaluation.definition, ", ".join(evaluation.writers)
    yield (
        f"Model {model.name} {model.version} ({model.fingerprint}), definition {definition.name} {definition.version}. "
        f"Data: {evaluation.data}, {evaluation.notes} notes by {_counted(evaluation.writers, 'writer')} ({writers}).\n"
    )
    yield (
        f"In brackets the 95% interval: percentiles of {evaluation.resamples:,} resamples of whole MSLs within writers, "
        f"from {evaluation.msls} MSLs; from few MSLs such intervals run somewhat narrow. "
        f"{NONE}: undefined, or not judged. ~: undefined in over {UNSURE:.0%} of the resamples.\n"
    )


def comparison_markdown(comparison: Comparison, definition: Definition) -> str:
    """Two models side by side: the difference, its interval, and how often A is the better one."""
    a, b = comparison.a.name, comparison.b.name
    rows = [
        [title(name, definition), _number(d.a), _number(d.b), _signed(d), NONE if math.isnan(d.a_better) else f"{d.a_better:.0%}"]
        for name, d in comparison.differences.items()
    ]
    return "\n".join(
        [
            f"# {a} against {b}\n",
            f"The same {comparison.notes} notes. In brackets the 95% interval of the difference over {comparison.resamples:,} paired "
            f"resamples of whole MSLs within writers, from {comparison.msls} MSLs. "
            f"The last column: the share of resamples in which {a} is better (a tie counts half).\n",
            *_table(["metric", a, b, "difference", f"{a} better"], rows),
            f"\nOnly {a} has the label right in {_notes(comparison.only_a)}.\n",
            f"Only {b} has the label right in {_notes(comparison.only_b)}.\n",
        ]
    )


def title(metric: str, definition: Definition) -> str:
    """A metric in words: the titles of the definition and the name of the statistic."""
    part, _, statistic = metric.rpartition(".")
    first, _, second = part.partition(".")
    words = METRICS.get(statistic, statistic)
    if first == LABEL:
        return f"Label: {words}"
    if first == EVIDENCE:
        tagged = definition.checks[second].title if second in definition.checks else second
        return f"Evidence, {tagged}: {words} over characters"
    dimension = definition.dimension(first)
    return f"{dimension.member(second).title if second else dimension.title}: {words}"


def headline(definition: Definition, metrics: Iterable[str]) -> list[str]:
    """The metrics that are shown beside the baselines; the rest stands in the full table."""
    kinds = {dimension.name: dimension.kind for dimension in definition.dimensions}
    wanted = {"checks": ("f1", "recall_at_precision"), "scale": ("quadratic_kappa", "accuracy"), "choice": ("accuracy",)}
    wanted |= {LABEL: ("auc", "f1", "kappa", "ece"), EVIDENCE: ()}
    kept = [name for name in metrics if name.rpartition(".")[2] in wanted[kinds.get(name.partition(".")[0], name.partition(".")[0])]]
    return [*kept, *(name for name in metrics if name == f"{EVIDENCE}.mean.f1")]


def pictured(definition: Definition) -> list[str]:
    """The few metrics that are drawn: the label's, and the first of each scale and choice."""
    first = {"scale": "quadratic_kappa", "choice": "accuracy"}
    graded = [f"{dimension.name}.{first[dimension.kind]}" for dimension in definition.dimensions if dimension.kind in first]
    return [*(f"{LABEL}.{metric}" for metric in ("auc", "f1", "kappa")), *graded]


def _baselines(evaluation: Evaluation, folder: Path) -> Iterator[str]:
    model = evaluation.columns[0]
    names = headline(evaluation.definition, model.values)
    yield "## Beside the baselines\n"
    yield from _columns(evaluation, names)
    drawn = pictured(evaluation.definition)
    judges = {column.name: [column.values.get(name) for name in drawn] for column in evaluation.columns}
    file = plot_intervals(folder / "intervals.png", [title(name, evaluation.definition) for name in drawn], judges)
    yield f"\n![Metrics with their intervals, the model above the baselines]({file.name})\n"


def _every_metric(evaluation: Evaluation) -> Iterator[str]:
    yield "\n## Every metric\n"
    yield from _columns(evaluation, list(evaluation.columns[0].values))


def _columns(evaluation: Evaluation, names: Sequence[str]) -> Iterator[str]:
    """A row a metric, a column a judge."""
    head = ["metric", *(column.name for column in evaluation.columns)]
    rows = [[title(name, evaluation.definition), *(_interval(column.values.get(name)) for column in evaluation.columns)] for name in names]
    return _table(head, rows)


def _wrong_labels(evaluation: Evaluation) -> Iterator[str]:
    wrong, label = evaluation.wrong_labels, evaluation.definition.label
    yield f"\n## The confusion behind the label\n\n{_counted(wrong, 'label')} of {evaluation.notes} wrong.\n"
    rows = [row for said in (label.met, label.unmet) for row in _because(evaluation.definition, said, [w for w in wrong if w.said == said])]
    if rows:
        yield from _table(["wrongly said", "because", "notes", "which"], rows)
    bare = [item.id for item in wrong if not item.wrongly_met and not item.wrongly_missing]
    if bare:
        yield f"\nNo check explains {_notes(bare)}."


def _because(definition: Definition, said: str, wrong: Sequence[WrongLabel]) -> Iterator[list[str]]:
    """The checks behind the labels that are wrong in one direction, the commonest first."""
    blamed = {
        "wrongly met": [(item.id, item.wrongly_met) for item in wrong],
        "wrongly missing": [(item.id, item.wrongly_missing) for item in wrong],
    }
    for verb, items in blamed.items():
        for name, count in Counter(name for _, names in items for name in names).most_common():
            ids = [identifier for identifier, names in items if name in names]
            yield [f"{said} ({len(wrong)})", f"{definition.checks[name].title} {verb}", str(count), ", ".join(ids)]


def _calibration(evaluation: Evaluation, folder: Path) -> Iterator[str]:
    values = evaluation.columns[0].values
    names = list(evaluation.reliability)
    titles = [title(f"{name}.ece", evaluation.definition).removesuffix(": ECE") for name in names]
    file = plot_reliability(folder / "reliability.png", titles, list(evaluation.reliability.values()))
    yield f"\n## Calibration\n\nECE over {BINS} bins of equal numbers of notes (notes of equal probability share a bin). "
    yield "Resampling adds noise that ECE counts as error, so its interval sits high.\n"
    rows = [[words, *(_interval(values[f"{name}.{m}"]) for m in ("ece", "brier"))] for name, words in zip(names, titles, strict=True)]
    yield from _table(["probability", "ECE", "Brier"], rows)
    yield f"\n![Reliability: mean probability against observed share]({file.name})\n"


def _confusions(evaluation: Evaluation, folder: Path) -> Iterator[str]:
    for name, table in evaluation.confusions.items():
        dimension = evaluation.definition.dimension(name)
        file = plot_confusion(folder / f"confusion_{name}.png", [member.title for member in dimension.members], table)
        yield f"\n## {dimension.title}\n\n![{dimension.title}: what the person says against what the model says]({file.name})\n"


def _slices(evaluation: Evaluation) -> Iterator[str]:
    yield f"\n## Slices\n\nRows in italics and marked † have under {LEAST_NOTES} notes: nothing can be claimed of them.\n"
    for by in dict.fromkeys(part.by for part in evaluation.slices):
        parts = [part for part in evaluation.slices if part.by == by]
        shown, small = (list(filter(test, parts)) for test in (lambda p: p.notes >= SHOWN_NOTES, lambda p: p.notes < SHOWN_NOTES))
        names = [name for name in parts[0].values if name.startswith(f"{LABEL}.") or name.endswith(".f1")]
        yield from _table([by, "n", *(title(name, evaluation.definition) for name in names)], [_slice(part, names) for part in shown])
        yield f"\n{len(small)} more of under {SHOWN_NOTES} notes each, {sum(part.notes for part in small)} in all.\n" if small else ""


def _slice(part: Slice, names: Sequence[str]) -> list[str]:
    cells = [part.name, str(part.notes), *(_interval(part.values.get(name)) for name in names)]
    return cells if part.claim else [f"*{cells[0]}* †", *(f"*{cell}*" for cell in cells[1:])]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"


def _interval(interval: Interval | None) -> str:
    if interval is None or math.isnan(interval.value):
        return NONE
    mark = " ~" if interval.undefined > UNSURE else ""
    return f"{interval.value:.3f} [{_number(interval.low)}, {_number(interval.high)}]{mark}"


def _signed(difference: Difference) -> str:
    value = difference.difference
    return NONE if math.isnan(value.value) else f"{value.value:+.3f} [{value.low:+.3f}, {value.high:+.3f}]"


def _number(value: float) -> str:
    return NONE if math.isnan(value) else f"{value:.3f}"


def _notes(ids: Sequence[str]) -> str:
    return f"{_counted(ids, 'note')}{': ' if ids else ''}{', '.join(ids)}"


def _counted(items: Sequence[object], noun: str) -> str:
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"


def _method(msls: int, resamples: int) -> dict[str, Any]:
    return {"method": "percentile bootstrap of MSLs within writers", "level": 0.95, "msls": msls, "resamples": resamples}


def _definition(definition: Definition) -> dict[str, str]:
    return {"name": definition.name, "version": definition.version, "fingerprint": definition.fingerprint}


def _plain_intervals(values: Mapping[str, Interval]) -> dict[str, Any]:
    return {name: asdict(interval) for name, interval in values.items()}


def _plain_slice(part: Slice) -> dict[str, Any]:
    return {"by": part.by, "name": part.name, "notes": part.notes, "claim": part.claim, "metrics": _plain_intervals(part.values)}


def _finite(value: object) -> object:
    """JSON has no NaN."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
