"""Everything that the page of measures shows, as rows for a spreadsheet. Hidden groups stand there without a number. Pure."""

import csv
import io
from collections.abc import Iterator, Sequence

from insight_classifier.measures.report_rows import spreadsheet_safe
from service.measures.bars import Bar
from service.measures.charts import Chart
from service.measures.panels import Panel

COLUMNS = ("question", "what", "value", "low", "high", "model_alone", "notes", "decisions", "authors", "hidden", "remark", "beside")


def to_csv(charts: Sequence[Chart], panels: Sequence[Panel]) -> str:
    """A row a figure, with a header. Shares are from 0 to 1."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([spreadsheet_safe(cell) for cell in row] for row in _rows(charts, panels))
    return out.getvalue()


def _rows(charts: Sequence[Chart], panels: Sequence[Panel]) -> Iterator[list[object]]:
    yield from (_row(chart.question, one) for chart in charts for one in chart.bars)
    yield from (_row(f"{panel.title} over time", one) for panel in panels for one in panel.bars)


def _row(question: str, one: Bar) -> list[object]:
    numbers = ["" if value is None else round(value, 6) for value in (one.value, one.low, one.high, one.model)]
    counts: list[object] = ["", "", ""] if one.hidden else [one.notes, one.labels, one.authors]
    beside = "; ".join(f"{what.title}: {what.value:g}" for what in one.beside)
    return [question, one.title, *numbers, *counts, "yes" if one.hidden else "no", one.remark, beside]
