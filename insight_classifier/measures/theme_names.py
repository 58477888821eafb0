"""A theme's name: the words and pairs of words that most of its notes share and few others have. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence

WORDS = 3  # or pairs of words


def name_of(notes: Sequence[Sequence[tuple[str, str]]], rare: Mapping[str, float]) -> str:
    """From each note's content words as (stem, how it is written), and how rare each stem is among all notes.

    A class-based TF-IDF: how many of the theme's notes have it, by its rarity. Words of one note alone say nothing of a theme.
    """
    counts = Counter(stem for words in notes for stem in {stem for stem, _ in words} if stem in rare)
    shared = [stem for stem, count in counts.items() if count > 1]
    order = sorted(shared, key=lambda stem: (-counts[stem] * rare[stem], stem))
    chosen: list[str] = []
    for stem in order:
        if len(chosen) < WORDS and not any(_overlap(stem, other) for other in chosen):
            chosen.append(stem)
    return ", ".join(_written(notes, stem) for stem in chosen)


def _overlap(one: str, other: str) -> bool:
    return bool(set(one.split()) & set(other.split()))


def _written(notes: Sequence[Sequence[tuple[str, str]]], stem: str) -> str:
    """As most of the notes write it."""
    forms = Counter(form for words in notes for found, form in words if found == stem)
    return min(forms, key=lambda form: (-forms[form], form))
