"""A report as rows for CSV and as plain data for JSON. Hidden groups stand there without a number."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from insight_classifier.measures.estimates import Range
from insight_classifier.measures.figures import Figure
from insight_classifier.measures.measure import CAVEAT
from insight_classifier.measures.rates import Rate
from insight_classifier.measures.report import Report

NUMBERS = ("value", "low", "high", "model_alone", "notes", "labels", "authors", "labels_needed", "at_least", "at_most", "why")
COLUMNS = ("measure", "title", "question", "unit", "group", "hidden", *NUMBERS, "caveat")


def to_csv(report: Report, keys: Sequence[str]) -> str:
    """One row a measure and group, with a header; `keys` are what the groups are by."""
    out = io.StringIO()
    names = {key: f"by_{key}" if key in COLUMNS else key for key in keys}  # metadata may be called as a column is
    header = ["measure", "title", "unit", *names.values(), "hidden", *NUMBERS, "caveat"]
    writer = csv.DictWriter(out, header, lineterminator="\n", restval="", extrasaction="ignore")
    writer.writeheader()
    for row in figure_rows(report.figures):
        group = {names[key]: value for key, value in row["group"].items()}
        writer.writerow({key: spreadsheet_safe(value) for key, value in (row | group).items() if value is not None})
    return out.getvalue()


def to_plain(report: Report, about: dict[str, Any]) -> dict[str, Any]:
    """The whole report; `about` says what was measured, and comes first."""
    return {
        **about,
        "caveat": CAVEAT,
        "notes": report.notes,
        "labels": report.labels,
        "authors": report.authors,
        "figures": figure_rows(report.figures),
        "missing_most": [figure.measure.name for figure in report.missing],
        "alignment": None if report.plan is None else _alignment(report),
        "ticked": None if report.ticked is None else _ticked(report),
        "loop": None if report.loop is None else _loop(report),
    }


def figure_rows(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    """What is told of each figure."""
    return [
        {
            "measure": figure.measure.name,
            "title": figure.measure.title,
            "question": figure.measure.question,
            "unit": "level" if figure.measure.mean_of else "share",
            "group": dict(figure.group.values),
            "hidden": figure.rate is None,
            **({} if figure.rate is None else rate_row(figure.rate)),
            "caveat": figure.measure.caveat,
        }
        for figure in figures
    ]


def rate_row(rate: Rate) -> dict[str, Any]:
    """A rate's numbers, rounded to six decimals; what is not known is None."""
    low, high = _ends(rate.range)
    model = None if rate.model != rate.model else rate.model
    found = {
        "value": rate.estimate and rate.estimate.value, "low": low, "high": high, "model_alone": model,
        "notes": rate.notes, "labels": rate.labels, "authors": rate.authors, "labels_needed": rate.needed,
        "at_least": rate.at_least, "at_most": rate.at_most, "why": rate.why,
    }  # fmt: skip
    return {key: round(value, 6) if isinstance(value, float) else value for key, value in found.items()}


def _alignment(report: Report) -> dict[str, Any]:
    assert report.plan is not None
    low, high = _ends(report.plan.range)
    parts = []
    for part in report.plan.parts:
        least, most = _ends(part.range)
        share = part.estimate.value if part.estimate else None
        parts.append({"name": part.name, "weight": part.weight, "share": share, "low": least, "high": most, "model_alone": part.model})
    distance = report.plan.distance.value if report.plan.distance else None
    return {"distance": distance, "low": low, "high": high, "model_alone": report.plan.model, "labels": report.plan.labels, "parts": parts}


def _ticked(report: Report) -> dict[str, Any]:
    assert report.ticked is not None
    found = report.ticked
    agreed, kappa = _ends(found.agreement_range), _ends(found.kappa_range)
    names = ("both", "ticked_only", "definition_only", "neither")
    return {
        "notes": found.notes, "labels": found.labels, **dict(zip(names, found.shares, strict=True)),
        "agreement": found.agreement, "agreement_low": agreed[0], "agreement_high": agreed[1],
        "kappa": found.kappa, "kappa_low": kappa[0], "kappa_high": kappa[1],
        "explaining": figure_rows(report.explaining),
    }  # fmt: skip


def _loop(report: Report) -> dict[str, Any]:
    assert report.loop is not None
    found = report.loop
    share, days = _ends(found.share_range), _ends(found.days_range)
    return {
        "notes": found.notes, "answered": found.answered, "share": found.share, "share_low": share[0], "share_high": share[1],
        "median_days": found.days, "days_low": days[0], "days_high": days[1],
    }  # fmt: skip


def _ends(within: Range | None) -> tuple[float | None, float | None]:
    return (None, None) if within is None else (within.low, within.high)


def spreadsheet_safe(value: object) -> object:
    """A text that a spreadsheet would take for a formula is marked as text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
