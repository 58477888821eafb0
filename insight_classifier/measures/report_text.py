"""A report for a person at a terminal: tables of figures with their ranges, and what limits them."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from insight_classifier.definition import Definition
from insight_classifier.measures.estimates import Range
from insight_classifier.measures.figures import Figure
from insight_classifier.measures.guard import LEAST_AUTHORS
from insight_classifier.measures.measure import CAVEAT
from insight_classifier.measures.rates import LEAST_LABELS
from insight_classifier.measures.report import Report

FIRST = 24  # characters of the first column, so that tables stand under each other
NUMBERS, COUNTS = ("documented", "95% range", "model alone"), ("notes", "labels", "authors")
FEW = 4  # hidden groups that are named
UNTOLD = (
    "Nobody's labels were given (--audit). What stands here is the model's own share: nothing is known of its error, so no range is told."
)
HIDDEN = f"hidden: fewer than {LEAST_AUTHORS} authors, or it would follow from the others"


def printed(report: Report, definition: Definition) -> str:
    """The report as the terminal at standard output shows it."""
    console = Console(highlight=False)
    with console.capture() as capture:
        console.print(Group(*_parts(report, definition)))
    return capture.get().rstrip("\n")


def _parts(report: Report, definition: Definition) -> Iterator[RenderableType]:
    total = report.groups[0]
    rate = next((figure.rate for figure in report.figures if figure.rate and figure.group is total), None)
    whose = f" of {report.authors:,} authors" if report.authors else ""
    among = "" if rate is None else f": {rate.notes:,} are measured, {rate.labels:,} of them labelled by people"
    yield Text(f"{report.notes:,} notes{whose}{among}. {CAVEAT}")
    if not report.labels:
        yield Text(UNTOLD, style="bold")
    if total.rows is None and len(report.groups) == 1:
        yield Text(f"All is {HIDDEN}.")
    elif len(report.groups) == 1:
        yield from _by_dimension(report, definition)
    else:
        for _, found in groupby(report.figures, key=lambda figure: figure.measure.name):
            yield from _by_group(list(found))
    if report.missing:
        yield Text("\nMissing most: " + "; ".join(map(_missing, report.missing)) + ".")
    yield from _of_the_total(report)


def _by_dimension(report: Report, definition: Definition) -> Iterator[RenderableType]:
    """One table for each dimension; measures of several come first."""
    titles = {dimension.name: dimension.title for dimension in definition.dimensions}
    for name, found in groupby(report.figures, key=lambda figure: figure.measure.dimension):
        title = titles.get(name or "", "Documented in notes")
        yield _table(title, [(figure.measure.title.removeprefix(f"{title}: "), figure) for figure in found], counts=False)
    for caveat in dict.fromkeys(figure.measure.caveat for figure in report.figures if figure.measure.caveat != CAVEAT):
        yield Text(caveat, style="dim")


def _by_group(found: Sequence[Figure]) -> Iterator[RenderableType]:
    measure = found[0].measure
    yield _table(f"{measure.title}: {measure.question}", [(figure.group.title, figure) for figure in found], counts=True)
    if measure.caveat != CAVEAT:
        yield Text(measure.caveat, style="dim")


def _table(title: str, rows: Sequence[tuple[str, Figure]], *, counts: bool) -> Table:
    table = Table(title=f"\n{title}", title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("", min_width=0 if counts else FIRST)
    for name in (*NUMBERS, *(COUNTS if counts else ())):
        table.add_column(name, justify="right")
    table.add_column("")
    for name, figure in rows:
        if figure.rate is not None:
            *cells, remark = _cells(figure)
            table.add_row(name, *(cells if counts else cells[: len(NUMBERS)]), remark)
    if hidden := [name for name, figure in rows if figure.rate is None]:
        names = ", ".join(hidden[:FEW]) + (f" and {len(hidden) - FEW} more" if len(hidden) > FEW else "")
        table.add_row(names, *[""] * len(NUMBERS + COUNTS if counts else NUMBERS), HIDDEN)
    return table


def _cells(figure: Figure) -> list[str]:
    rate = figure.rate
    assert rate is not None
    level = figure.measure.mean_of is not None
    value = "" if rate.estimate is None else _number(rate.estimate.value, level)
    counts = [f"{rate.notes:,}", f"{rate.labels:,}", f"{rate.authors:,}"]
    return [value, _range(rate.range, level), "" if rate.model != rate.model else _number(rate.model, level), *counts, _remark(figure)]


def _remark(figure: Figure) -> str:
    """Why there is no range, or which more labels would make it narrow."""
    rate = figure.rate
    assert rate is not None
    if not rate.labels:
        return ""
    if rate.estimate is None:
        enough = rate.labels >= LEAST_LABELS
        bound = f"at most {_number(rate.at_most, False)}; " if enough and rate.at_most is not None and rate.at_most < 1 else ""
        least = f"at least {_number(rate.at_least, False)}; " if enough and rate.at_least else ""
        return f"{least}{bound}not enough labels: {max((rate.needed or 0) - rate.labels, 1):,} more"
    more = (rate.needed or 0) - rate.labels
    return f"{more:,} more labels for 5 points either way" if more > 0 and figure.measure.mean_of is None else ""


def _missing(figure: Figure) -> str:
    rate = figure.rate
    assert rate is not None
    if rate.estimate is None or rate.range is None:
        return f"{figure.measure.title} (by the model alone in {_number(1 - rate.model, False)} of notes)"
    within = Range(1 - rate.range.high, 1 - rate.range.low)
    return f"{figure.measure.title} (in {_number(1 - rate.estimate.value, False)} of notes, {_range(within, False)})"


def _of_the_total(report: Report) -> Iterator[RenderableType]:
    if report.plan:
        yield from _plan(report)
    if report.ticked:
        yield from _ticks(report)
    if found := report.loop:
        days = "" if found.days is None else f", after {found.days:g} days in the median{_within(found.days_range, '{:g}')}"
        share = _number(found.share, False)
        yield Text(
            f"\nLoop: {found.answered:,} of {found.notes:,} notes were answered, {share}{_within(found.share_range, '{:.0%}')}{days}."
        )


def _plan(report: Report) -> Iterator[RenderableType]:
    assert report.plan is not None
    table = Table(title="\nInsights beside the plan", title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("")
    for name in ("plan", "documented", "95% range", "model alone"):
        table.add_column(name, justify="right")
    for part in report.plan.parts:
        value = "" if part.estimate is None else _number(part.estimate.value, False)
        table.add_row(part.title, f"{part.weight:.0%}", value, _range(part.range, False), _number(part.model, False))
    yield table
    if report.plan.distance is None:
        yield Text(f"Off the plan: {_number(report.plan.model, False)} of insights by the model alone; not enough labels for more.")
    else:
        off, within = _number(report.plan.distance.value, False), _within(report.plan.range, "{:.0%}")
        yield Text(f"Off the plan: {off} of insights{within} serve what the plan gives less weight to.")


def _ticks(report: Report) -> Iterator[RenderableType]:
    found = report.ticked
    assert found is not None
    whose = "" if found.labels and found.kappa_range else " by the model alone"
    kappa = "cannot be told, as all are alike" if found.kappa is None else f"{found.kappa:.2f}{_within(found.kappa_range, '{:.2f}')}"
    agreed = f"{found.agreement:.0%}{_within(found.agreement_range, '{:.0%}')}"
    yield Text(
        f"\nTicked in the CRM against the definition{whose}: {agreed} of {found.notes:,} notes agree; beyond chance (kappa) {kappa}."
    )
    shares = f"{found.shares[1]:.0%} are ticked and do not meet it, {found.shares[2]:.0%} meet it and are not ticked."
    why = [f"{figure.measure.title[:1].lower()}{figure.measure.title[1:]} {_value(figure)}" for figure in report.explaining]
    yield Text(shares + (f" The ticked notes that do not meet it: {'; '.join(why)}." if why else ""))


def _value(figure: Figure) -> str:
    rate = figure.rate
    assert rate is not None
    if rate.estimate is None:
        return f"{_number(rate.model, False)} (model alone)"
    return f"{_number(rate.estimate.value, False)} ({_range(rate.range, False)})"


def _number(value: float, level: bool) -> str:
    return f"{value:.2f}" if level else f"{value:.1%}" if value < 0.0995 else f"{value:.0%}"


def _range(within: Range | None, level: bool) -> str:
    return "" if within is None else f"{_number(within.low, level)} to {_number(within.high, level)}"


def _within(within: Range | None, form: str) -> str:
    return "" if within is None else f" ({form.format(within.low)} to {form.format(within.high)})"
