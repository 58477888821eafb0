"""One measure over periods, drawn: points with their ranges and the line through them, in units of a small picture. Pure."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.measures.bars import Bar, bar
from service.measures.measured import Series

WIDTH, HEIGHT = 260, 140
LEFT, RIGHT, TOP, BOTTOM = 34, 8, 10, 24  # room for the axis
STEPS = (0.05, 0.1, 0.25)


@dataclass(frozen=True)
class Point:
    """`y` from the top; `low`, `high`: ends of its range, None where only the model's own share is known."""

    period: str
    x: float
    y: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Panel:
    """`bars`: the same as a table, a row a period. `ticks`: (y, share). `line`: the trend as two points, where there is one."""

    title: str
    sentence: str
    points: tuple[Point, ...]
    line: tuple[tuple[float, float], ...]
    periods: tuple[tuple[float, str], ...]
    ticks: tuple[tuple[float, float], ...]
    bars: tuple[Bar, ...]


def panels(series: Sequence[Series], unit: str) -> tuple[Panel, ...]:
    """All on one scale, so that they can be compared by eye."""
    each = [tuple(bar(figure, figure.group.values[unit]) for figure in one.figures) for one in series]
    top = _top([b for bars in each for b in bars])
    return tuple(_panel(one, bars, top) for one, bars in zip(series, each, strict=True))


def _panel(series: Series, bars: tuple[Bar, ...], top: float) -> Panel:
    places = {one.title: _x(number, len(bars)) for number, one in enumerate(bars)}
    points = tuple(
        Point(b.title, places[b.title], _y(b.shown, top), _end(b, b.low, top), _end(b, b.high, top)) for b in bars if b.shown is not None
    )
    trend = series.trend
    line = tuple((places[period], _y(value, top)) for period, value in zip(trend.periods, trend.line, strict=False))
    return Panel(series.title, trend.sentence, points, line, tuple(_named(places)), tuple(_ticks(top)), bars)


def _end(one: Bar, value: float | None, top: float) -> float | None:
    return None if one.value is None or value is None else _y(value, top)


def _top(bars: Sequence[Bar]) -> float:
    """The least tenth that holds everything."""
    highest = max((value for b in bars for value in (b.high if b.value is not None else None, b.shown) if value is not None), default=1.0)
    return min(1.0, max(0.1, math.ceil(highest * 10) / 10))


def _ticks(top: float) -> Iterator[tuple[float, float]]:
    step = next((one for one in STEPS if top / one <= 4), STEPS[-1])
    return ((_y(number * step, top), number * step) for number in range(int(top / step + 1e-9) + 1))


def _named(places: dict[str, float]) -> Iterator[tuple[float, str]]:
    """Periods under the axis: all, or as many as can be read."""
    every = math.ceil(len(places) / 4)
    return ((x, period) for number, (period, x) in enumerate(places.items()) if number % every == 0)


def _x(number: int, count: int) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * (number + 0.5) / count, 1)


def _y(share: float, top: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(max(share, 0.0) / top, 1.0), 1)
