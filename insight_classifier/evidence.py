"""Evidence: token probabilities become quotes of the author's own text."""

import numpy as np

from insight_classifier.calibration import runs
from insight_classifier.judgement import Span
from insight_classifier.outputs import Floats
from insight_classifier.windows import Windows

_EDGES = " \t\r\n\u00a0.,;:!?-–—•*()[]>\"'“”‘’"
_LEFT_KEEP = "([\"'“‘"


def spans(windows: Windows, chances: Floats, threshold: float, least: int) -> tuple[Span, ...]:
    """Quotes of one tag, in reading order. `chances` has one probability an owned token.

    Where fewer than `least` runs pass the threshold, the runs around the next most likely tokens are added:
    a verdict without evidence is of no use to the person who reads it.
    """
    inside = chances * (windows.field >= 0)
    found = _field_runs(windows, inside >= threshold)
    lowered = inside.copy()
    while len(found) < least and lowered.max(initial=0.0) > 0:
        for first, last in found:
            lowered[first:last] = 0.0
        peak = int(lowered.argmax())
        if lowered[peak] <= 0:
            break
        found = sorted([*found, _around(windows, lowered, peak)])
    quoted = (_span(windows, first, last) for first, last in found)
    return tuple(span for span in quoted if span.text.strip(_EDGES))


def _field_runs(windows: Windows, above: np.ndarray) -> list[tuple[int, int]]:
    """Runs never cross from one field into the next."""
    found = []
    for index in range(len(windows.names)):
        found += runs(above & (windows.field == index))
    return found


def _around(windows: Windows, chances: Floats, peak: int) -> tuple[int, int]:
    """The neighbours of a peak that are at least half as likely, in the same field."""
    near = (chances >= chances[peak] / 2) & (windows.field == windows.field[peak])
    return next((first, last) for first, last in runs(near) if first <= peak < last)


def _span(windows: Windows, first: int, last: int) -> Span:
    index = int(windows.field[first])
    readable = windows.views[index].text
    start, end = _whole_words(readable, int(windows.start[first]), int(windows.end[last - 1]))
    start, end = _trimmed(readable, start, end)
    source_start, source_end = windows.views[index].source(start, end)
    name = windows.names[index]
    return Span(name, source_start, source_end, windows.note.fields[name][source_start:source_end])


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    return start, end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    first, last = start, end
    while first < last and text[first] in _EDGES and text[first] not in _LEFT_KEEP:
        first += 1
    while last > first and text[last - 1] in " \t\r\n\u00a0,;:-–—.":
        last -= 1
    return (first, last) if first < last else (start, end)
