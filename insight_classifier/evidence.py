"""Evidence: token probabilities become quotes of the author's own text."""

import numpy as np

from insight_classifier.calibration import runs
from insight_classifier.judgement import Span
from insight_classifier.outputs import Floats
from insight_classifier.windows import Windows

_EDGES = " \t\r\n\u00a0.,;:!?-–—•*()[]>\"'“”‘’"
_LEFT_KEEP = "([\"'“‘"


_Piece = tuple[int, int, int]  # field, start and end in its readable text


def spans(windows: Windows, chances: Floats, threshold: float, least: int) -> tuple[Span, ...]:
    """Quotes of one tag, in reading order, none overlapping another. `chances` has one probability an owned token.

    Where fewer than `least` pass the threshold, the words around the next most likely tokens are added: a verdict
    without evidence is of no use to the person who reads it.
    """
    rest = chances * (windows.field >= 0)
    pieces = _pieces(windows, _field_runs(windows, rest >= threshold), [])
    while len(pieces) < least:
        rest[_covered(windows, pieces)] = 0.0
        if rest.max(initial=0.0) <= 0:
            break
        first, last = _around(windows, rest, int(rest.argmax()))
        pieces = _pieces(windows, [(first, last)], pieces)
        rest[first:last] = 0.0  # also where nothing readable stands there
    return tuple(_span(windows, piece) for piece in pieces)


def _field_runs(windows: Windows, above: np.ndarray) -> list[tuple[int, int]]:
    """Runs never cross from one field into the next."""
    return [run for index in range(len(windows.names)) for run in runs(above & (windows.field == index))]


def _around(windows: Windows, chances: Floats, peak: int) -> tuple[int, int]:
    """The neighbours of a peak that are at least half as likely, in the same field."""
    near = (chances >= chances[peak] / 2) & (windows.field == windows.field[peak])
    return next((first, last) for first, last in runs(near) if first <= peak < last)


def _pieces(windows: Windows, found: list[tuple[int, int]], known: list[_Piece]) -> list[_Piece]:
    """Runs of tokens as whole words, joined where they meet in a word, with what is known already."""
    joined: list[_Piece] = []
    for field, start, end in sorted([*known, *(piece for first, last in found if (piece := _words(windows, first, last)))]):
        if joined and joined[-1][0] == field and start < joined[-1][2]:
            joined[-1] = (field, joined[-1][1], max(end, joined[-1][2]))
        else:
            joined.append((field, start, end))
    return joined


def _words(windows: Windows, first: int, last: int) -> _Piece | None:
    field = int(windows.field[first])
    text = windows.views[field].text
    start, end = _trimmed(text, *_whole_words(text, int(windows.start[first]), int(windows.end[last - 1])))
    return (field, start, end) if text[start:end].strip(_EDGES) else None


def _covered(windows: Windows, pieces: list[_Piece]) -> np.ndarray:
    """Which tokens stand inside a piece."""
    inside = np.zeros(len(windows.field), dtype=bool)
    for field, start, end in pieces:
        inside |= (windows.field == field) & (windows.start < end) & (windows.end > start)
    return inside


def _span(windows: Windows, piece: _Piece) -> Span:
    field, start, end = piece
    name = windows.names[field]
    source_start, source_end = windows.views[field].source(start, end)
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
