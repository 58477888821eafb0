"""How a person's answers to gold notes compare, member by member, and when that is enough. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from insight_classifier.definition import Definition, Dimension, Member
from service.reviews.answers import Answer, Key, flat

FEWEST = 10  # gold notes, or all where there are fewer
SHARE = 0.8  # of them with the agreed label


@dataclass(frozen=True)
class Answered:
    """A gold note that a person answered too."""

    note_id: str
    gold: Answer
    own: Answer
    same_label: bool


@dataclass(frozen=True)
class Miss:
    """Where a person said otherwise than gold: in words."""

    note_id: str
    said: str
    agreed: str


@dataclass(frozen=True)
class Line:
    """One check, scale or choice: right answers of all, and the misses. `member`: of a check, whose examples help."""

    dimension: Dimension
    member: Member | None
    right: int
    of: int
    misses: tuple[Miss, ...] = ()

    @property
    def title(self) -> str:
        return self.member.title if self.member else self.dimension.title


@dataclass(frozen=True)
class Standing:
    """`left`: gold notes that the person has still to answer before it can be told."""

    notes: int
    same_label: int
    left: int
    lines: Sequence[Line] = field(default=())

    @property
    def passed(self) -> bool:
        return passed(self.notes, self.same_label, self.left)


def passed(notes: int, same_label: int, left: int) -> bool:
    """Whether enough gold notes were answered, and enough of them as agreed."""
    return notes > 0 and left == 0 and same_label >= SHARE * notes


def left_of(notes: int, open_: int) -> int:
    """How many gold notes are to be answered still. `open_`: those that there are beside the answered ones."""
    return max(0, min(FEWEST, notes + open_) - notes)


def standing(answered: Sequence[Answered], open_: int, definition: Definition) -> Standing:
    """`open_`: gold notes that the person has not answered."""
    said = [(one, flat(one.gold, definition), flat(one.own, definition)) for one in answered]
    keys = dict.fromkeys(key for _, gold, own in said for key in gold if key in own)
    lines = tuple(_line(key, said, definition) for key in keys)
    return Standing(len(answered), sum(one.same_label for one in answered), left_of(len(answered), open_), lines)


def _line(key: Key, said: Sequence[tuple[Answered, Mapping[Key, int], Mapping[Key, int]]], definition: Definition) -> Line:
    dimension, check = definition.dimension(key[0]), key[1]
    titles = ("No", "Yes") if check else tuple(member.title for member in dimension.members)
    both = [(one.note_id, own[key], gold[key]) for one, gold, own in said if key in gold and key in own]
    misses = tuple(Miss(note_id, titles[own], titles[gold]) for note_id, own, gold in both if own != gold)
    return Line(dimension, dimension.member(check) if check else None, len(both) - len(misses), len(both), misses)
