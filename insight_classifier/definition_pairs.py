"""What in an old definition became what in a new one, with renames guessed: a part under another name that says the same."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from insight_classifier.definition import Definition, Dimension, Field, Member


class _Named(Protocol):
    @property
    def name(self) -> str: ...


Part = TypeVar("Part", bound=_Named)
Pair = tuple[Part | None, Part | None]  # the old part and the new one; None: there is none


def fields(old: Definition, new: Definition) -> list[Pair[Field]]:
    return _pairs(old.fields, new.fields, {field.name: field.title for field in [*old.fields, *new.fields]})


def dimensions(old: Definition, new: Definition) -> list[Pair[Dimension]]:
    return _pairs(old.dimensions, new.dimensions, {d.name: d.wording for d in [*new.dimensions, *old.dimensions]})


def members(old: Dimension, new: Dimension) -> list[Pair[Member]]:
    return _pairs(old.members, new.members, {m.name: m.wording for m in [*new.members, *old.members]})


def renamed_checks(old: Definition, new: Definition) -> Mapping[str, str]:
    """The old name of every check that seems to be renamed, by its new name."""
    return dict(_renamed_checks(old, new))


def _renamed_checks(old: Definition, new: Definition) -> Iterator[tuple[str, str]]:
    for before, after in dimensions(old, new):
        if before and after and before.kind == after.kind == "checks":
            yield from ((b.name, a.name) for a, b in members(before, after) if a and b and a.name != b.name)


def _pairs(old: Sequence[Part], new: Sequence[Part], says: Mapping[str, str]) -> list[Pair[Part]]:
    """Pairs in the old order, then what is added. `says` is what each part says, by its name."""
    olds, news = {part.name: part for part in old}, {part.name: part for part in new}
    free = {name: part for name, part in news.items() if name not in olds}
    found: list[Pair[Part]] = []
    for name, part in olds.items():
        renamed = next((other for other in free if name not in news and says[other] == says[name]), None)
        found.append((part, free.pop(renamed) if renamed else news.get(name)))
    return [*found, *((None, part) for part in free.values())]
