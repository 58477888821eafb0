"""A mapping: where a CRM's record keeps its texts, and which columns of the score object take what of a judgement."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from insight_classifier.definition import Definition, Dimension
from insight_classifier.errors import ConfigError

Choice = tuple[str, ...]  # names of the same field, the first that holds something counts
TYPES = ("text", "long_text", "picklist", "decimal", "integer", "checkbox")
KINDS = ("checks", "scale", "choice")


@dataclass(frozen=True)
class Platform:
    """What a CRM accepts in one request, and how it spells a custom field."""

    records: int
    bytes: int
    field: re.Pattern[str]
    spelling: str  # of a field, in words
    needs_id: bool = True  # a row without it could not be written


PLATFORMS: Mapping[str, Platform] = {
    "salesforce": Platform(
        200,
        6_000_000,
        re.compile(r"(?:[A-Za-z][A-Za-z0-9]{0,14}__)?[A-Za-z](?:_?[A-Za-z0-9]){0,39}(?:__c)?\Z"),
        "at most 40 letters, digits and single _ before __c",
    ),
    "vault": Platform(
        500, 50_000_000, re.compile(r"[a-z](?:_?[a-z0-9]){0,49}(?:__c|__v)?\Z"), "lower-case letters, digits and single _ before __c"
    ),
    "csv": Platform(10_000, 100_000_000, re.compile(r"[^\r\n]{1,200}\Z"), "one line of at most 200 characters", needs_id=False),
}


@dataclass(frozen=True)
class Column:
    """A field of the score object. `sources` are dotted paths into a result; more than one are joined by a colon."""

    name: str
    sources: tuple[str, ...]
    type: str
    length: int = 0  # characters, of texts
    places: int = 0  # digits after the point, of decimals
    values: Mapping[str, str] = field(default_factory=dict)  # picklists: the CRM's value for ours, where it is another


@dataclass(frozen=True)
class Target:
    """The score object: its fields, some of them a pattern for each member of a dimension of that kind, and the size of a request."""

    name: str
    platform: str
    object: str
    external_id: str
    records: int
    bytes: int
    columns: tuple[Column, ...]
    patterns: Mapping[str, tuple[Column, ...]]


@dataclass(frozen=True)
class Preset:
    """One CRM object. `reads` gives each field of a note the CRM's fields that are joined to it."""

    name: str
    title: str
    object: str
    id: Choice
    reads: Mapping[str, tuple[Choice, ...]]
    metadata: Mapping[str, Choice]
    target: Target

    @property
    def platform(self) -> Platform:
        return PLATFORMS[self.target.platform]

    @property
    def texts(self) -> tuple[str, ...]:
        """Every CRM field that may hold words of a note."""
        return tuple(name for choices in self.reads.values() for choice in choices for name in choice)

    def bound(self, definition: Definition) -> "Preset":
        """The preset with its patterns written out for a definition. Raises ConfigError where the two do not fit."""
        unknown = set(self.reads) - {item.name for item in definition.fields}
        if unknown or definition.main_field not in self.reads:
            known = ", ".join(item.name for item in definition.fields)
            wrong = f"reads {', '.join(sorted(unknown))}" if unknown else f"does not read {definition.main_field}"
            raise ConfigError(f"preset {self.name} {wrong}: the fields of the definition {definition.name} are {known}")
        columns = (*self.target.columns, *_written_out(self.target, definition))
        _check_names(self.target, columns)
        return replace(self, target=replace(self.target, columns=columns, patterns={}))


def _written_out(target: Target, definition: Definition) -> Iterator[Column]:
    for dimension in definition.dimensions:
        for pattern in target.patterns.get(dimension.kind, ()):
            for name, path in _members(dimension):
                spelt = pattern.name.replace("{Name}", "_".join(part.capitalize() for part in name.split("_"))).replace("{name}", name)
                yield replace(pattern, name=spelt, sources=tuple(f"{path}.{source}" for source in pattern.sources))


def _members(dimension: Dimension) -> Iterator[tuple[str, str]]:
    """What a pattern stands for: each check by itself, a scale or a choice as a whole."""
    if dimension.kind != "checks":
        yield dimension.name, dimension.name
    for name in dimension.names if dimension.kind == "checks" else ():
        yield name, f"{dimension.name}.{name}"


def _check_names(target: Target, columns: tuple[Column, ...]) -> None:
    platform, seen = PLATFORMS[target.platform], set[str]()
    for column in columns:
        if not platform.field.match(column.name):
            raise ConfigError(f"target {target.name}: no field can be called {column.name}: use {platform.spelling}")
        if column.name.casefold() in seen:
            raise ConfigError(f"target {target.name}: {column.name} is written twice: give one of the two another name")
        seen.add(column.name.casefold())
