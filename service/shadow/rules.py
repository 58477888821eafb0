"""Where two judgements of one note differ, by the members that each has met. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.notes.rules import members

LABEL = "label"


@dataclass(frozen=True)
class Difference:
    """One dimension, or the label, in which they differ: what only the live model says, and what only the one on trial."""

    part: str
    live: tuple[str, ...]
    trial: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return {"part": self.part, "live": list(self.live), "trial": list(self.trial)}


def differences(live: Mapping[str, Any], trial: Mapping[str, Any]) -> list[Difference]:
    """The label first, then the dimensions in their order; empty where both say the same. No words of the note."""
    ours, theirs = _said(live), _said(trial)
    parts = [LABEL, *dict.fromkeys(dimension for judgement in (live, trial) for dimension, *_ in members(judgement))]
    found = [Difference(part, _only(part, ours, theirs), _only(part, theirs, ours)) for part in parts]
    return [one for one in found if one.live or one.trial]


def _said(judgement: Mapping[str, Any]) -> dict[tuple[str, str], None]:
    met = {(dimension, member): None for dimension, member, is_met, _ in members(judgement) if is_met}
    return {(LABEL, str(judgement["label"])): None, **met}


def _only(part: str, ours: Mapping[tuple[str, str], None], theirs: Mapping[tuple[str, str], None]) -> tuple[str, ...]:
    return tuple(member for where, member in ours if where == part and (where, member) not in theirs)
