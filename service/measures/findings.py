"""The figures in sentences, for those who read one page: what is documented, what changed, what is missing, how sure it is. Pure."""

from collections.abc import Iterator

from insight_classifier.measures.comparisons import Verdict
from service.marks import percent
from service.measures.bars import Bar
from service.measures.charts import Chart, headline
from service.measures.measured import Measured, Sources


def findings(found: Measured, sources: Sources, charts: tuple[Chart, ...]) -> Iterator[str]:
    """The gap first. Nothing where the total may not be shown."""
    if found.report is None:
        return
    if (lead := headline(found, sources)) is not None and lead[1].shown is not None:
        yield f"{lead[0].question} {_share(lead[1])}."
    named = {chart.name: chart for chart in charts}
    if "gap" in named:
        yield f"Documented: {'; '.join(f'{bar.title.lower()} in {_share(bar)}' for bar in named['gap'].bars if bar.shown is not None)}."
    yield from _changes(found)
    if named["missing"].bars:
        first = named["missing"].bars[0]
        yield f"Missing most: {first.title.lower()}, in {_share(first)} of notes."
    yield from (sentence for name in ("plan", "loop") if name in named for sentence in _of(named[name]))


def _changes(found: Measured) -> Iterator[str]:
    """What changed beyond chance, by the trend; else that nothing is known to."""
    clear = [series.trend.sentence for series in found.series if series.trend.verdict is not Verdict.NONE]
    yield from clear
    if found.series and not clear:
        yield f"No change from {found.asked.unit} to {found.asked.unit} is larger than chance alone may bring about."


def _of(chart: Chart) -> Iterator[str]:
    if chart.name == "loop":
        yield f"{chart.bars[0].title}: {_share(chart.bars[0])}."
    yield from chart.sentences


def _share(bar: Bar) -> str:
    assert bar.shown is not None
    if bar.value is None:
        return f"{percent(bar.shown)}, by the model alone, whose error nobody knows yet"
    return f"{percent(bar.value)}" + ("" if bar.low is None or bar.high is None else f" ({percent(bar.low)} to {percent(bar.high)})")
