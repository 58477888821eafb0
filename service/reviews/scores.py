"""By what a note is sorted into queues, and by chance: numbers from a judgement and from the note's id. Pure."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from insight_classifier.definition import Definition

PRIME = 2_147_483_647  # draws are below it; two of them multiply within 64 bits
TICKED = "field_label"  # what the author ticked in the CRM, as it stands in the metadata
FEWEST, HALF = 5, 0.5  # neighbours that say anything together, and the share of them from which they contradict
RAREST = 0.01  # share of all notes, below which a kind counts no more
DECIDED = 3.0  # so many judged neighbours weigh as much as one that people decided on
DISAGREE = "label_and_probability_disagree"  # a reason for review of the model's own


@dataclass(frozen=True)
class Policy:
    """What reviewing goes by: the definition that answers are given in, and the share of notes that two people decide blind."""

    definition: Definition
    double_share: float = 0.1

    def wanted(self, note_id: str) -> int:
        """How many people are to decide on a note."""
        return 1 + (draw(note_id, "double") < self.double_share * PRIME)


@dataclass(frozen=True)
class Scores:
    """None: the queue does not have the note."""

    doubt: float | None = None
    suspicion: float | None = None
    worth: float | None = None


def scores(judgement: Mapping[str, Any], metadata: Mapping[str, Any], definition: Definition, against: float | None = None) -> Scores:
    """Of a judgement in its JSON form. `against`: as `against` gives it of the note's neighbours; None where it is not known."""
    return Scores(_doubt(judgement, definition), _suspicion(judgement, metadata, definition, against), _worth(judgement, definition))


def against(met: bool, others: Sequence[tuple[float, bool, bool]], rate: float) -> float | None:
    """The share of a note's neighbours that are the other thing than it is said to be (`met`), from 0 to 1; None: they are too few.

    `others`: how alike each is, what it is, and whether people decided that; `rate`: the share of all notes that are the positive thing.
    A neighbour counts by its likeness, DECIDED times so much where people decided, and more the rarer its kind is: else whatever is rare
    would look wrong. On 245 validation notes a majority against found 11 of 17 wrong labels in 38 notes (training/LOG.md).
    """
    kinds = {True: min(max(rate, RAREST), 1 - RAREST), False: min(max(1 - rate, RAREST), 1 - RAREST)}
    weights = [alike * (DECIDED if decided else 1.0) / kinds[theirs] for alike, theirs, decided in others]
    if len(others) < FEWEST or sum(weights) <= 0:
        return None
    return sum(weight for weight, (_, theirs, _) in zip(weights, others, strict=True) if theirs != met) / sum(weights)


def draw(note_id: str, seed: str = "") -> int:
    """A number from 0 to PRIME - 1 by chance, the same each time."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{note_id}".encode()).digest()[:8]) % PRIME


def shuffle(seed: str) -> tuple[int, int]:
    """Factor and shift that turn the draws into those of another seed: each permutes all numbers, so none is drawn more often."""
    return (1, 0) if not seed else (draw(seed, "factor") % (PRIME - 1) + 1, draw(seed, "shift"))


def _doubt(judgement: Mapping[str, Any], definition: Definition) -> float | None:
    """1 at the middle of the review band, less away from it; none where the model is sure and asks for nobody."""
    low, high = definition.label.review_band
    middle, probability = (low + high) / 2, float(judgement["probability"])
    if not judgement["needs_review"] and not low <= probability <= high:
        return None
    return 1 - abs(probability - middle) / max(middle, 1 - middle)


def _suspicion(
    judgement: Mapping[str, Any], metadata: Mapping[str, Any], definition: Definition, against: float | None
) -> float | None:  # fmt: skip
    """How many others contradict the model, and how unsure it is itself; none where nobody does. Neighbours count once, by their share,
    where more than half say otherwise."""
    others = sum(1 for _ in _contradictions(judgement, metadata, definition)) + (against if against and against > HALF else 0.0)
    return others + 1 - abs(2 * float(judgement["probability"]) - 1) if others else None


def _contradictions(judgement: Mapping[str, Any], metadata: Mapping[str, Any], definition: Definition) -> Iterator[str]:
    ticked = metadata.get(TICKED)
    meant = definition.label.crm_values.get(ticked) if isinstance(ticked, str) else None
    if meant is not None and meant != judgement["label"]:
        yield TICKED
    if DISAGREE in judgement.get("review_reasons", ()):
        yield DISAGREE
    for dimension in definition.of_kind("checks"):
        for member in dimension.learned:
            if (judgement.get(dimension.name, {}).get(member.name) or {}).get("source") == "rule":
                yield member.name  # the rules found it, the model that judges it too did not


def _worth(judgement: Mapping[str, Any], definition: Definition) -> float | None:
    """How sure an insight it is, and how far up the scales: more was asked, more is known."""
    if judgement["label"] != definition.label.met:
        return None
    scales = [judgement[d.name]["level"] / (len(d.members) - 1) for d in definition.of_kind("scale") if d.name in judgement]
    return float(judgement["probability"]) + (sum(scales) / len(scales) if scales else 0.0)
