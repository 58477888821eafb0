"""Notes with the same words, or nearly: none may stand on two sides, or a model is tested on what it has learned."""

import re
from collections.abc import Iterator, Sequence

from datasketch import MinHash, MinHashLSH

from insight_classifier.notes import LabelledNote

ALIKE = 0.8  # of the runs of three words that two notes use together, the share that both use
RUN = 3
PERMUTATIONS = 128
WORDS = re.compile(r"\w+")

Runs = frozenset[str]


def runs(note: LabelledNote) -> Runs:
    """All runs of three words, folded; the whole text where it is shorter."""
    words = WORDS.findall(" ".join(note.note.fields.values()).casefold())
    return frozenset(" ".join(words[at : at + RUN]) for at in range(max(1, len(words) - RUN + 1)))


def twins(notes: Sequence[LabelledNote]) -> list[list[int]]:
    """Groups of two notes or more, as rows in order: alike directly, or through others. Of a group the earliest row stands first."""
    parent = list(range(len(notes)))

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = row = parent[parent[row]]
        return row

    for one, other in _pairs([runs(note) for note in notes]):
        first, second = sorted((root(one), root(other)))
        parent[second] = first
    groups: dict[int, list[int]] = {}
    for row in range(len(notes)):
        groups.setdefault(root(row), []).append(row)
    return [group for group in groups.values() if len(group) > 1]


def _pairs(of: Sequence[Runs]) -> Iterator[tuple[int, int]]:
    """Each pair that is alike, once; hashing only proposes, the runs decide."""
    index = MinHashLSH(threshold=ALIKE - 0.1, num_perm=PERMUTATIONS)
    for row, words in enumerate(of):
        sketch = MinHash(num_perm=PERMUTATIONS)
        sketch.update_batch([word.encode() for word in sorted(words)])
        yield from ((other, row) for other in sorted(index.query(sketch)) if alike(of[other], words) >= ALIKE)
        index.insert(row, sketch)


def alike(one: Runs, other: Runs) -> float:
    """The share of runs that two notes have in common (Jaccard), 0 to 1."""
    return len(one & other) / max(1, len(one | other))


def straddling(groups: Sequence[Sequence[int]], sides: Sequence[str], ranks: Sequence[int]) -> dict[int, int]:
    """The rows to leave out, each with the row whose side stays instead: that of the lowest rank in its group."""
    out: dict[int, int] = {}
    for group in groups:
        stays = min(group, key=lambda row: (ranks[row], row))
        out |= {row: stays for row in group if sides[row] != sides[stays]}
    return out
