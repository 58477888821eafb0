"""Where a model on trial judges a note otherwise than the live one, in words. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from insight_classifier.definition import Definition
from service.presentation import in_words

YES, NO = "yes", "no"

Said = tuple[str, str, str]  # what it is about, what the live model says, what the one on trial says


def told(parts: Sequence[Mapping[str, Any]], definition: Definition) -> list[Said]:
    """As `shadow.rules.Difference.to_dict` has them; what another definition has is left out."""
    return [said for part in parts for said in _told(part, definition)]


def _told(part: Mapping[str, Any], definition: Definition) -> Iterator[Said]:
    dimension = next((one for one in definition.dimensions if one.name == part["part"]), None)
    live, trial = ([name for name in part[who] if dimension is None or name in dimension.names] for who in ("live", "trial"))
    if dimension and dimension.kind == "checks":
        yield from ((dimension.member(name).title, YES, NO) for name in live)
        yield from ((dimension.member(name).title, NO, YES) for name in trial)
    elif live and trial:
        words = [dimension.member(name).title if dimension else in_words(name) for name in (live[0], trial[0])]
        yield dimension.title if dimension else in_words(part["part"]), words[0], words[1]
