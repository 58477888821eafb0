"""A YAML mapping that is checked as it is read: what is wrong is noted with its line, and something harmless is read instead."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

import yaml

from insight_classifier.mistakes import Mistakes, shown
from insight_classifier.rule import Rule, RuleError, parse

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?\Z")
_NULL = "tag:yaml.org,2002:null"
_NAME_MEND = "Use at most 64 lower-case letters, digits and _, starting with a letter"
_QUOTE = "Put a text that holds a colon in quotes"


@dataclass
class Map:
    """The keys of one mapping. `what` is its name in messages, `path` where it stands."""

    what: str
    path: tuple[str, ...]
    mistakes: Mistakes
    nodes: dict[str, yaml.Node] = field(default_factory=dict)

    def __contains__(self, key: str) -> bool:
        return key in self.nodes

    def __iter__(self) -> Iterator[str]:
        return iter(self.nodes)

    def wrong(self, key: str, problem: str, mend: str) -> None:
        self.mistakes.at((*self.path, key), problem, mend)

    def map(self, key: str, what: str, required: tuple[str, ...] = (), optional: tuple[str, ...] | None = None) -> "Map":
        """The mapping under a key; `optional=None` allows any keys."""
        path = (*self.path, key)
        if key not in self:
            return Map(what, path, self.mistakes)
        return read_map(self.nodes[key], what, path, self.mistakes, required, optional)

    def named(self, key: str, what: str) -> str:
        """The key itself, which must be a name."""
        if not NAME.match(key):
            self.wrong(key, f"{shown(key)} cannot name {what}", _NAME_MEND)
        return key

    def name(self, key: str) -> str:
        """A name under a key; "" where it is missing or none."""
        value = self.text(key)
        if value and not NAME.match(value):
            self.wrong(key, f"{key} of {self.what} is {shown(value)}, which is no name", _NAME_MEND)
        return value if NAME.match(value) else ""

    def text(self, key: str) -> str:
        value = _scalar(self.nodes.get(key))
        if not value and key in self:
            self.wrong(key, f"{key} of {self.what} must be a text", "Write some words after the colon")
        return value

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        """One of these words; "" where it is missing or another."""
        value = self.text(key)
        if value and value not in allowed:
            self.wrong(key, f"{key} of {self.what} is {shown(value)}", f"Use {' or '.join(allowed)}")
        return value if value in allowed else ""

    def number(self, key: str, default: float, least: float, most: float, *, whole: bool = False) -> float:
        """A plain decimal number in a range; so neither NaN nor infinity."""
        written = _scalar(self.nodes.get(key))
        value = float(written) if _NUMBER.match(written) else None
        if value is not None and least <= value <= most and (value.is_integer() or not whole):
            return value
        if key in self:
            kind = "a whole number" if whole else "a number"
            self.wrong(key, f"{key} of {self.what} must be {kind} from {least:g} to {most:,.0f}", "Correct the number")
        return default

    def rule(self, key: str) -> Rule | None:
        source = self.text(key)
        try:
            return parse(source) if source else None
        except RuleError as problem:
            self.wrong(key, f"{key} of {self.what}: {problem}", "Example: first and (second or at_least(2, third, fourth, fifth))")
            return None

    def items(self, key: str) -> tuple[str, ...]:
        """A list of one or more texts, none of them twice; empty where the key is missing or wrong."""
        if key not in self:
            return ()
        if not isinstance(self.nodes[key], yaml.SequenceNode) or not self.nodes[key].value:
            self.wrong(key, f"{key} of {self.what} must be a list of one or more", "Write [one, two], or one - item a line")
            return ()
        found: list[str] = []
        for node in self.nodes[key].value:
            value, line = _scalar(node), _line(node)
            if not value:
                self.mistakes.add(line, f"an item of {key} of {self.what} must be a text", _QUOTE)
            elif value in found:
                self.mistakes.add(line, f"{key} of {self.what} has {shown(value)} twice", "Delete one of the two")
            else:
                found.append(value)
        return tuple(found)

    def item_line(self, key: str, item: str) -> int:
        """Where an item of the list under a key stands; the key's own line where there is no such item."""
        items = self.nodes[key].value if key in self and isinstance(self.nodes[key], yaml.SequenceNode) else ()
        return next((_line(node) for node in items if _scalar(node) == item), self.mistakes.line((*self.path, key)))

    def items_of(self, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """A list of some of these words."""
        values = self.items(key)
        for value in values:
            if value not in allowed:
                self.wrong(key, f"{key} of {self.what} names {shown(value)}", f"Use {', '.join(allowed)}")
        return values


def read_map(
    node: yaml.Node, what: str, path: tuple[str, ...], mistakes: Mistakes, required: tuple[str, ...], optional: tuple[str, ...] | None
) -> Map:
    """The keys of a node; `optional=None` allows any, but then there must be some."""
    found = Map(what, path, mistakes)
    mistakes.lines.setdefault(path, _line(node))
    if not isinstance(node, yaml.MappingNode):
        mistakes.at(path, f"{what} must be a mapping", "Write key: value pairs, indented below it")
        return found
    if not node.value and optional is None:
        mistakes.at(path, f"{what} is empty", "Add at least one entry")
    known = None if optional is None else [*required, *optional]
    for key, value in node.value:
        _keep(found, _meant(found, key, known, node), value, _line(key))
    for name in required:
        if name not in found:
            mistakes.at(path, f"{what} lacks {name!r}", f"Add the key {name}")
    return found


def _meant(found: Map, key: yaml.Node, known: list[str] | None, node: yaml.Node) -> str:
    """The name that a key stands for: "" where none can be told. A misspelt key counts as the one that is meant, to be reported once."""
    name, what = _scalar(key), f"{found.what} has"
    if name == "<<":
        found.mistakes.add(_line(key), f"{found.what} merges another mapping", "Write its keys out: merge keys are not read")
        return ""
    if not name:
        found.mistakes.add(_line(key), f"{what} a key that is no word", "Write name: value")
        return ""
    if known is None or name in known:
        return name
    missing = [candidate for candidate in known if all(candidate != _scalar(other) for other, _ in node.value)]
    close = get_close_matches(name, missing, n=1)
    mend = f"Write {close[0]}" if close else f"Known keys: {', '.join(known)}"
    found.mistakes.add(_line(key), f"{what} the unknown key {shown(name)}", mend)
    return close[0] if close else ""


def _keep(found: Map, name: str, value: yaml.Node, line: int) -> None:
    if not name:
        return
    if name in found:
        first = found.mistakes.line((*found.path, name))
        found.mistakes.add(line, f"{found.what} has {shown(name)} twice, first on line {first}", "Delete or rename one of the two")
    else:
        found.nodes[name] = value
        found.mistakes.lines[*found.path, name] = line


def _scalar(node: yaml.Node | None) -> str:
    """The text of a scalar; "" where it is missing, blank, null, a list or a mapping."""
    if not isinstance(node, yaml.ScalarNode) or node.tag == _NULL:
        return ""
    return str(node.value).strip()


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
