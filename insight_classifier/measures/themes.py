"""What insights and near misses are about: notes grouped by their words, each group under a name made of them. Pure.

The same notes give the same themes in whatever order they come. Notes that are remembered under a theme stay there, so that it keeps its
identity when others are added. Notes that are like no others stay outside.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from insight_classifier.errors import ArgumentError
from insight_classifier.measures.copies import originals
from insight_classifier.measures.linkage import groups
from insight_classifier.measures.theme import Theme, ThemeNote, Themes
from insight_classifier.measures.theme_names import name_of
from insight_classifier.measures.words import content_words, likeness, rarity

Singles = NDArray[np.float32]
Memory = Mapping[str, str]  # theme by note id
Members = dict[str, list[int]]  # numbers of notes by theme

LEAST = 0.1  # mean similarity of a theme's notes
LEAST_NOTES = 3  # fewer are no theme
MOST_NOTES = 12_000  # whose similarities take about a gigabyte


def themes(notes: Sequence[ThemeNote], earlier: Memory | None = None) -> Themes:
    """The themes of these notes; `earlier`: the `memory` of the last time. Raises ArgumentError where they are too many.

    Among copies the first by date, then by id, counts. An author who is not known is taken for one more at each note.
    """
    if len(notes) > MOST_NOTES:
        raise ArgumentError(f"{len(notes):,} notes are more than can be compared each with each: take a time with {MOST_NOTES:,} at most")
    ordered = sorted(notes, key=lambda note: (note.day or date.max, note.id))
    words = [content_words(note.text) for note in ordered]
    copied: dict[int, list[int]] = {}
    for number, first in enumerate(originals([frozenset(stem for stem, _ in found) for found in words])):
        copied.setdefault(first, []).append(number)
    kept = list(copied)
    found = _of_originals([ordered[number] for number in kept], [words[number] for number in kept], earlier or {})
    extra = {ordered[number].id: tuple(ordered[other] for other in others[1:]) for number, others in copied.items()}
    return _gathered(found, [ordered[number] for number in kept], extra)


def _of_originals(notes: Sequence[ThemeNote], words: Sequence[list[tuple[str, str]]], earlier: Memory) -> list[Theme]:
    sets = [frozenset(stem for stem, _ in found) for found in words]
    rare = rarity(sets, [note.author or f"\0{number}" for number, note in enumerate(notes)])
    alike = likeness(sets, rare)
    members = _remembered(notes, alike, earlier)
    members |= _new(notes, alike, sorted(set(range(len(notes))) - {one for found in members.values() for one in found}))
    return [
        Theme(name, name_of([words[one] for one in found], rare), _typical(notes, alike, found), tuple(notes[one] for one in found))
        for name, found in members.items()
    ]


def _remembered(notes: Sequence[ThemeNote], alike: Singles, earlier: Memory) -> Members:
    """Themes of the last time: the notes they had, and others that are like these on the whole, each with the theme it is most like."""
    old: Members = {}
    for number, note in enumerate(notes):
        if note.id in earlier:
            old.setdefault(earlier[note.id], []).append(number)
    names = sorted(old)
    if not names:
        return {}
    means = np.stack([alike[:, old[name]].mean(axis=1) for name in names])
    found: Members = {name: list(old[name]) for name in names}
    for number, note in enumerate(notes):
        best = int(means[:, number].argmax())
        if note.id not in earlier and means[best, number] >= LEAST:
            found[names[best]].append(number)
    return {name: sorted(members) for name, members in found.items()}


def _new(notes: Sequence[ThemeNote], alike: Singles, left: Sequence[int]) -> Members:
    """Groups among the notes that belong to no theme yet."""
    found: dict[int, list[int]] = {}
    for number, first in zip(left, groups(alike[np.ix_(left, left)], LEAST).tolist(), strict=True):
        found.setdefault(first, []).append(number)
    return {_identity(notes, members): members for members in found.values() if len(members) >= LEAST_NOTES}


def _identity(notes: Sequence[ThemeNote], members: Sequence[int]) -> str:
    """Made of the notes that found a theme."""
    names = "\0".join(sorted(notes[one].id for one in members))
    return hashlib.sha256(names.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _typical(notes: Sequence[ThemeNote], alike: Singles, members: Sequence[int]) -> ThemeNote:
    return notes[members[int(alike[np.ix_(members, members)].sum(axis=1).argmax())]]


def _gathered(found: Sequence[Theme], notes: Sequence[ThemeNote], extra: Mapping[str, tuple[ThemeNote, ...]]) -> Themes:
    """With their copies, in order of weight."""
    whole = [Theme(one.id, one.name, one.typical, one.notes, tuple(copy for note in one.notes for copy in extra[note.id])) for one in found]
    inside = {note.id for theme in whole for note in theme.notes}
    whole.sort(key=lambda theme: (not theme.is_pattern, -len(theme.notes), theme.id))
    return Themes(tuple(whole), tuple(note for note in notes if note.id not in inside), sum(map(len, extra.values())))
