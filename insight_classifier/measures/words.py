"""The words that tell what notes are about, how rare each is, and how alike notes are by them. Pure.

A word that one author alone uses is a habit, not a subject: it joins nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from insight_classifier.quiet_spacy import STOP_WORDS
from insight_classifier.text import view

Singles = NDArray[np.float32]

MOST_COMMON = 0.2  # a word in a greater share of the notes tells none from another
ALWAYS_KEPT = 20  # notes that a word may stand in, however few they all are
_SHORTEST = 3  # letters
_WORD = re.compile(r"[^\W\d_](?:[\w'’]|-(?=\w))*")
# People behind a title, by their capitals.
_TITLE = r"\b(?:[Dd]rs?|DR|[Pp]rof|[Pp]rofessor|[Mm]rs?|[Mm]s|[Mm]iss|[Ss]ister)\b\.?"
_NAME = re.compile(_TITLE + r"(?:\s+(?:(?:van|von|der|den|de|del|la|al|el)[ -])*[A-Z](?:\.|[\w'’-]*[a-z][\w'’-]*))+")
# Beside the stop words, what any note of a visit may say.
_GENERAL_WORDS = """
ask asked asking say said says told tell think thinks thought want wants wanted like likes see sees saw know knows come came went
feel feels need needs met discussed doctor doc prof patient patients pts hcp msl note visit visited call meeting aim goal objective
day days week weeks month months year years today yesterday tomorrow time times thing things yes theirs left wrong anymore
"""
_GENERAL = frozenset(_GENERAL_WORDS.split())


def content_words(text: str) -> list[tuple[str, str]]:
    """Of each content word, and of each two that stand together, its stem and how it is written; people behind a title are left out."""
    sentences = re.split(r"[.!?;:\n()\"“”]+|\s[-–—]\s|—", _NAME.sub(" . ", view(text).text))
    return [found for sentence in sentences for found in _of_sentence(sentence)]


def _of_sentence(sentence: str) -> Iterator[tuple[str, str]]:
    words = [word.group().replace("’", "'") for word in _WORD.finditer(sentence)]
    kept = [(_stem(word.lower()), _written(word)) if _tells(word.lower()) else None for word in words]
    yield from (word for word in kept if word)
    yield from ((f"{one[0]} {two[0]}", f"{one[1]} {two[1]}") for one, two in pairwise(kept) if one and two)


def _tells(word: str) -> bool:
    plain = word.removesuffix("'s")
    return len(plain) >= _SHORTEST and "'" not in plain and plain not in STOP_WORDS and plain not in _GENERAL


def _written(word: str) -> str:
    """Without its possessive; abbreviations, such as eGFR, keep their capitals."""
    plain = re.sub(r"'[sS]\Z", "", word)
    return plain if plain[1:] != plain[1:].lower() else plain.lower()


def _stem(word: str) -> str:
    """Plurals and possessives under their singular; more would join words of different meaning."""
    word = word.removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def rarity(notes: Sequence[frozenset[str]], authors: Sequence[str]) -> dict[str, float]:
    """How much it says that two notes share a word: the log of how few have it. Words of one author and common ones are left out."""
    counts = Counter(word for words in notes for word in words)
    users: dict[str, set[str]] = {}
    for words, author in zip(notes, authors, strict=True):
        for word in words:
            users.setdefault(word, set()).add(author)
    most = max(ALWAYS_KEPT, MOST_COMMON * len(notes))
    return {
        word: float(np.log((len(notes) + 1) / counts[word])) for word in sorted(counts) if len(users[word]) > 1 and counts[word] <= most
    }


def likeness(notes: Sequence[frozenset[str]], rare: Mapping[str, float]) -> Singles:
    """The cosine of each two notes' words by their rarity, (notes, notes); 0 where they share none."""
    lengths = np.array([np.sqrt(sum(rare[word] ** 2 for word in sorted(words) if word in rare)) for words in notes])
    places: dict[str, list[int]] = {}
    for number, words in enumerate(notes):
        for word in words:
            if word in rare:
                places.setdefault(word, []).append(number)
    table = np.zeros((len(notes), len(notes)), dtype=np.float32)
    for word in sorted(places):
        at = np.array(places[word])
        weights = (rare[word] / lengths[at]).astype(np.float32)
        table[np.ix_(at, at)] += np.outer(weights, weights)
    return table
