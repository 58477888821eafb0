"""What is watched for drift: each note's length, words and vector, what the model says of it, and where reviewers overrule the model."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from insight_classifier.definition import Definition
from insight_classifier.measures.drift import Alarm, Signal
from insight_classifier.notes import Note
from insight_classifier.outputs import Floats, outputs

Ints = NDArray[np.int64]
LEAST_NOTES = 10  # of a week; those of fewer are not judged
SHOWN = 5  # notes behind an alarm
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True)
class Weeks:
    """The notes of each week that has enough: `starts` (Mondays), and the rows of its notes."""

    starts: tuple[date, ...]
    rows: tuple[Ints, ...]
    left_out: int  # weeks of too few notes


@dataclass(frozen=True)
class Watched:
    """A signal, and each note's part in it, (notes,); not a number where a note has none."""

    signal: Signal
    parts: Floats


def weeks(dates: Sequence[date]) -> Weeks:
    """The notes by week of their dates."""
    monday = np.array([(day - timedelta(days=day.weekday())).toordinal() for day in dates], dtype=np.int64)
    starts, counts = np.unique(monday, return_counts=True)
    kept = starts[counts >= LEAST_NOTES]
    rows = tuple(np.flatnonzero(monday == start) for start in kept)
    return Weeks(tuple(date.fromordinal(int(start)) for start in kept), rows, len(starts) - len(kept))


def inputs(notes: Sequence[Note], vectors: Floats | None, when: Weeks, reference: int) -> Iterator[Watched]:
    """Length, the share of words that the reference does not know, and how far the vectors' centre has moved."""
    yield _mean("length", np.log([max(sum(map(len, note.fields.values())), 1) for note in notes]), when, reference)
    yield _words(notes, when, reference)
    if vectors is not None:
        yield _centre(vectors, when, reference)


def scores(definition: Definition, heads: Mapping[str, Floats], label: Floats, when: Weeks, reference: int) -> Iterator[Watched]:
    """The mean chance of the label, of each check and option, and the mean level of each scale."""
    yield _mean("label", label, when, reference)
    for output in outputs(definition):
        chances = heads[output.name]
        if output.kind == "checks":
            yield _mean(f"{output.dimension}.{output.name}", chances, when, reference)
        elif output.kind == "scale":
            yield _mean(output.name, chances @ np.arange(chances.shape[1]), when, reference)
        else:
            names = definition.dimension(output.dimension).names
            yield from (_mean(f"{output.name}.{name}", chances[:, place], when, reference) for place, name in enumerate(names))


def overrides(name: str, overruled: Floats, when: Weeks, reference: int) -> Watched | None:
    """The share of reviewed notes in which a person said otherwise; not a number where nobody looked. None without reviews each week."""
    if any(np.isfinite(overruled[rows]).sum() < LEAST_NOTES for rows in when.rows):
        return None
    return _mean(f"overrides.{name}", overruled, when, reference)


def behind(alarm: Alarm, watched: Watched, when: Weeks) -> list[int]:
    """The rows of the notes of that week which moved it most."""
    rows = when.rows[alarm.week]
    parts = np.nan_to_num(watched.parts[rows], nan=-np.inf if alarm.up else np.inf)
    return [int(row) for row in rows[np.argsort(-parts if alarm.up else parts, kind="stable")][:SHOWN]]


def _mean(name: str, parts: Floats, when: Weeks, reference: int) -> Watched:
    counts = np.array([np.isfinite(parts[rows]).sum() for rows in when.rows], dtype=np.float64)
    values = np.array([np.nanmean(parts[rows]) for rows in when.rows])
    return Watched(Signal(name, values, _worth(counts, reference)), np.asarray(parts))


def _worth(counts: Floats, reference: int) -> Floats:
    """A week of few notes scatters more. One of very many does not scatter less: authors, not notes, make weeks differ."""
    return np.minimum(counts, np.median(counts[:reference]))


def _words(notes: Sequence[Note], when: Weeks, reference: int) -> Watched:
    """Each week is held against the reference without one of its weeks, a week of reference without itself: so all are alike."""
    said = [Counter(word for text in note.fields.values() for word in _WORD.findall(text.lower())) for note in notes]
    weekly = [Counter(word for row in rows.tolist() for word in set(said[row])) for rows in when.rows]
    known = Counter(word for week in weekly[:reference] for word in week)  # in how many weeks of reference a word occurs
    parts = np.full(len(notes), np.nan)
    for number, rows in enumerate(when.rows):
        without = weekly[number % reference]
        for row in rows.tolist():
            new = sum(count for word, count in said[row].items() if known[word] - (word in without) <= 0)
            parts[row] = new / max(said[row].total(), 1)
    return _mean("new words", parts, when, reference)


def _centre(vectors: Floats, when: Weeks, reference: int) -> Watched:
    """The squared distance between a week's centre and that of the reference without one of its weeks, less what chance alone makes it."""
    sums = np.stack([vectors[rows].sum(axis=0) for rows in when.rows])
    squares = np.array([(vectors[rows] ** 2).sum() for rows in when.rows])
    counts = np.array([len(rows) for rows in when.rows], dtype=np.float64)
    parts, values = np.full(len(vectors), np.nan), np.zeros(len(when.rows))
    for number, rows in enumerate(when.rows):
        others = np.delete(np.arange(reference), number % reference)
        own = _pairs(sums[number], squares[number], counts[number])
        theirs = _pairs(sums[others].sum(axis=0), squares[others].sum(), counts[others].sum())
        centre = sums[others].sum(axis=0) / counts[others].sum()
        values[number] = own + theirs - 2 * (sums[number] / counts[number]) @ centre
        parts[rows] = vectors[rows] @ (sums[number] / counts[number] - centre)
    return Watched(Signal("vectors", values, _worth(counts, reference) ** 2), parts)


def _pairs(total: Floats, square: float, count: float) -> float:
    """The mean product of two different vectors."""
    return float((total @ total - square) / (count * (count - 1)))
