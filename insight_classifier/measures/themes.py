"""What insights and near misses are about: notes grouped by their words, each group under a name made of them. Pure.

The same notes give the same themes in whatever order they come. What stood together the last time stays together, so that a theme keeps its
identity when notes are added; themes that grow alike become one. Notes that are like no others stay outside.
"""

import hashlib
from collections.abc import Container, Mapping, Sequence
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
Members = dict[str, list[int]]  # numbers of notes by identity
Copies = Mapping[str, tuple[ThemeNote, ...]]  # by the id of the first
Words = list[tuple[str, str]]  # (stem, how it is written)

LEAST = 0.1  # mean similarity of a theme's notes
LEAST_NOTES = 3  # fewer are no theme
MOST_NOTES = 10_000  # whose similarities take about a gigabyte, and half a minute
_NEW = "\0"  # begins what stood nowhere the last time


def themes(notes: Sequence[ThemeNote], earlier: Memory | None = None) -> Themes:
    """The themes of these notes; `earlier`: the `memory` of the last time. Raises ArgumentError where they are too many.

    Among copies the first by date, then by id, counts. An author who is not known is taken for one more at each note.
    """
    if len(notes) > MOST_NOTES:
        raise ArgumentError(f"{len(notes):,} notes are more than can be compared each with each: take a time with {MOST_NOTES:,} at most")
    ordered = sorted(notes, key=lambda note: (note.day or date.max, note.id))
    people = _people(notes)
    words = [_words(note, people) for note in ordered]
    copied: dict[int, list[int]] = {}
    for number, first in enumerate(originals([frozenset(stem for stem, _ in found) for found in words])):
        copied.setdefault(first, []).append(number)
    kept = [ordered[number] for number in copied]
    copies = {ordered[number].id: tuple(ordered[other] for other in others[1:]) for number, others in copied.items()}
    return _of_originals(kept, [words[number] for number in copied], copies, earlier or {})


def names(notes: Sequence[ThemeNote], memory: Memory, copies: Container[str] = ()) -> dict[str, str]:
    """The name of each theme that is remembered, made of its notes' words anew; `copies`: ids of near duplicates, which name nothing."""
    people, kept = _people(notes), [note for note in notes if note.id in memory and note.id not in copies]
    words = [_words(note, people) for note in kept]
    rare = _rarity(kept, words)
    together: dict[str, list[Words]] = {}
    for note, found in zip(kept, words, strict=True):
        together.setdefault(memory[note.id], []).append(found)
    return {theme: name_of(found, rare) for theme, found in together.items()}


def _words(note: ThemeNote, people: frozenset[str]) -> Words:
    return [word for word in content_words(note.text) if people.isdisjoint(word[0].split())]


def _rarity(notes: Sequence[ThemeNote], words: Sequence[Words]) -> dict[str, float]:
    sets = [frozenset(stem for stem, _ in found) for found in words]
    return rarity(sets, [note.author or f"\0{number}" for number, note in enumerate(notes)])


def _people(notes: Sequence[ThemeNote]) -> frozenset[str]:
    """The words that name authors and physicians: who is named by several is no subject, and names no theme."""
    names = {name for note in notes for name in (note.author, note.physician) if name is not None}
    return frozenset(stem for name in names for stem, _ in content_words(name) if " " not in stem)


def _of_originals(notes: Sequence[ThemeNote], words: Sequence[Words], copies: Copies, earlier: Memory) -> Themes:
    sets = [frozenset(stem for stem, _ in found) for found in words]
    rare = _rarity(notes, words)
    alike = likeness(sets, rare)
    together = _grouped(notes, alike, earlier)
    found = [
        _theme(name, [notes[one] for one in members], [words[one] for one in members], alike[np.ix_(members, members)], rare, copies)
        for name, members in together.items()
        if len(members) >= LEAST_NOTES
    ]
    found.sort(key=lambda theme: (not theme.is_pattern, -len(theme.notes), theme.id))
    outside = sorted(one for members in together.values() if len(members) < LEAST_NOTES for one in members)
    memory = {each.id: name for name, members in together.items() for one in members for each in (notes[one], *copies[notes[one].id])}
    return Themes(tuple(found), tuple(notes[one] for one in outside), sum(map(len, copies.values())), memory)


def _theme(
    name: str, notes: Sequence[ThemeNote], words: Sequence[Words], alike: Singles, rare: Mapping[str, float], copies: Copies
) -> Theme:
    typical = notes[int(alike.sum(axis=1).argmax())]
    return Theme(name, name_of(words, rare), typical, tuple(notes), tuple(copy for note in notes for copy in copies[note.id]))


def _grouped(notes: Sequence[ThemeNote], alike: Singles, earlier: Memory) -> Members:
    """By identity. Grouping goes on from what stood together the last time, so that alone nothing of it changes."""
    known: Members = {}
    for number, note in enumerate(notes):
        known.setdefault(earlier.get(note.id, f"{_NEW}{note.id}"), []).append(number)
    names, parts = list(known), list(known.values())
    joined: dict[int, list[int]] = {}
    for part, first in enumerate(groups(_means(alike, parts), LEAST, [len(part) for part in parts]).tolist()):
        joined.setdefault(first, []).append(part)
    return {
        _identity(notes, [(names[one], parts[one]) for one in ones]): sorted(number for one in ones for number in parts[one])
        for ones in joined.values()
    }


def _means(alike: Singles, parts: Sequence[Sequence[int]]) -> Singles:
    """The mean likeness of notes of each two parts."""
    if len(parts) == len(alike):
        return alike
    starts = np.cumsum([0, *(len(part) for part in parts)])[:-1]
    order = [number for part in parts for number in part]
    sums = np.add.reduceat(np.add.reduceat(alike[np.ix_(order, order)], starts, axis=0), starts, axis=1)
    sizes = np.array([len(part) for part in parts], dtype=np.float32)
    return np.asarray(sums / np.outer(sizes, sizes), dtype=np.float32)


def _identity(notes: Sequence[ThemeNote], parts: Sequence[tuple[str, Sequence[int]]]) -> str:
    """That of the greatest part that stood together the last time; else a new one, made of the notes that found it."""
    old = [(len(members), name) for name, members in parts if not name.startswith(_NEW)]
    if old:
        return max(old)[1]
    names = "\0".join(sorted(notes[one].id for _, members in parts for one in members))
    return hashlib.sha256(names.encode("utf-8", "surrogatepass")).hexdigest()[:12]
