"""Notes that say the same in almost the same words: pasted, or sent again. Pure."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

ALMOST = 0.8  # shared words of all words of the two
_RAREST, _CROWD = 6, 200  # words by which copies are looked for, and notes beyond which a word is too common for that


def originals(notes: Sequence[frozenset[str]]) -> list[int]:
    """Of each note the number of the first one that it is a copy of, or its own. Copies of copies count."""
    counts = Counter(word for words in notes for word in words)
    places: dict[str, list[int]] = {}
    for number, words in enumerate(notes):
        shared = sorted((word for word in words if 1 < counts[word] <= _CROWD), key=lambda word: (counts[word], word))
        for word in shared[:_RAREST]:
            places.setdefault(word, []).append(number)
    first = list(range(len(notes)))
    for one, other in sorted({pair for found in places.values() for pair in combinations(found, 2)}):
        if _alike(notes[one], notes[other]):
            _join(first, one, other)
    return [_root(first, number) for number in range(len(notes))]


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= ALMOST * len(one | other)


def _root(first: list[int], number: int) -> int:
    while first[number] != number:
        number = first[number]
    return number


def _join(first: list[int], one: int, other: int) -> None:
    low, high = sorted((_root(first, one), _root(first, other)))
    first[high] = low
