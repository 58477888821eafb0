"""Differences and lines for a person at a terminal, as tables; a remark says why there is no verdict."""

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from insight_classifier.measures.comparisons import LEVELS, Comparison, Unit, Verdict
from insight_classifier.measures.rates import Rate
from insight_classifier.measures.trends import Trend

UNITS = "Changes are in points, of means in levels."


def printed(parts: Sequence[RenderableType]) -> str:
    """As the terminal at standard output shows them."""
    console = Console(highlight=False)
    with console.capture() as capture:
        console.print(Group(*parts))
    return capture.get().rstrip("\n")


def comparisons_table(title: str, found: Sequence[Comparison]) -> Table:
    """One row a comparison, those with a verdict first; between what they are stands in the title where it is the same for all."""
    names = {one.pair.names for one in found}
    same = len(names) == 1
    table = _table(f"{title}: from {' to '.join(next(iter(names)))}" if same else title)
    for name in (*(() if same else ("from", "to")), "before", "after", "change", "95% range"):
        table.add_column(name, justify="right")
    table.add_column("")
    for one in sorted(found, key=lambda one: (one.verdict is Verdict.NONE, one.difference is None)):
        unit, between = one.pair.unit, () if same else one.pair.names
        values = (_value(one.pair.before, unit), _value(one.pair.after, unit))
        change = "" if one.difference is None else _number(one.difference.value, unit)
        table.add_row(one.pair.title, *between, *values, change, unit.of_range(one.range) if one.range else "", _remark(one))
    return table


def trends_table(title: str, found: Sequence[Trend]) -> Table:
    """One row a line, those with a verdict first."""
    per = {one.per for one in found}
    table = _table(title)
    for name in (f"change a {'/'.join(sorted(per))}", "95% range"):
        table.add_column(name, justify="right")
    table.add_column("")
    for one in sorted(found, key=lambda one: (one.verdict is Verdict.NONE, one.slope is None)):
        change = "" if one.slope is None else _number(one.slope.value, one.unit)
        table.add_row(one.title, change, one.unit.of_range(one.range) if one.range else "", _remark(one))
    return table


def _table(title: str) -> Table:
    table = Table(title=f"\n{title}", title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("")
    return table


def _remark(one: Comparison | Trend) -> Text:
    if one.verdict is not Verdict.NONE:
        return Text(one.verdict, style="bold")
    if one.range is None:
        return Text(f"no verdict: {one.why}")
    return Text("no verdict" if one.range.holds(0.0) else f"no verdict: likely by chance among {one.of}")


def _value(rate: Rate, unit: Unit) -> str:
    if rate.estimate is None:
        return ""
    return f"{rate.estimate.value:.2f}" if unit == LEVELS else f"{rate.estimate.value:.1%}"


def _number(value: float, unit: Unit) -> str:
    return f"{unit.factor * value:+.{unit.digits}f}"
