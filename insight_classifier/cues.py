"""A cue file: the concepts that a rule looks for, and which of them must meet for a finding.

The file is data (`definitions/cues/*.yaml`, described at the top of each); nothing in code knows a member's name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import yaml

from insight_classifier.errors import DefinitionError

_SLOT = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|([^\s()\[\]]+)")
_LIST = re.compile(r"\{([^{}]*)\}")
_WORD = re.compile(r"\w+")
_ENDING = re.compile(r"\*[a-z]+")
_WILD = {"*": r"\w[\w'-]*", "#": r"\d+(?:[.,]\d+)?"}
_BLANK = r"[^\S\n]+"
_CONCEPT_KEYS = ("phrases", "regexes", "endings")
_FINDING_KEYS = ("find", "near", "around", "within", "unless", "not_after")


@dataclass(frozen=True)
class Phrase:
    """A phrase with choices, compiled; `keys` are the words that it may begin with, in lower case."""

    regex: re.Pattern[str]
    keys: frozenset[str]


@dataclass(frozen=True)
class Concept:
    """One thing that is recognised, in any of three ways."""

    name: str
    phrases: tuple[Phrase, ...] = ()
    regexes: tuple[re.Pattern[str], ...] = ()
    endings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Condition:
    """Any of these concepts at most so many words away; 0 is side by side."""

    concepts: tuple[str, ...]
    words: int


@dataclass(frozen=True)
class Finding:
    """What must meet around a hit of `find`, and what must not."""

    name: str
    find: tuple[str, ...]
    near: tuple[Condition, ...] = ()  # in the same sentence, quoted with the hit
    around: tuple[Condition, ...] = ()  # in the same sentence or the one before or after
    within: tuple[Condition, ...] = ()  # in the same field, whatever sentences lie between
    unless: tuple[Condition, ...] = ()  # in the same sentence
    not_after: tuple[Condition, ...] = ()  # in the same sentence, before the hit

    @property
    def musts(self) -> tuple[Condition, ...]:
        """All that must meet."""
        return self.near + self.around + self.within


@dataclass(frozen=True)
class Cues:
    """The content of a cue file."""

    source: Path
    concepts: Mapping[str, Concept]
    findings: tuple[Finding, ...]


def read_cues(path: Path) -> Cues:
    """The cues in a file. Raises DefinitionError, which names the file, the entry and the mend."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise DefinitionError(f"{path}: cannot be read ({problem}). Put a UTF-8 YAML file there.") from problem
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise DefinitionError(f"{path}{where}: not valid YAML. Check the indentation, quotes and colons there.") from problem
    return _Reader(path).cues(content)


def phrase(template: str) -> Phrase:
    """Compiles `(a|b) [c] d`: either, optional, plain. Raises ValueError where it cannot be read."""
    slots = [_Slot(_options(either or optional or plain), optional is None) for either, optional, plain in _slots(template)]
    first = next((index for index, slot in enumerate(slots) if slot.required), None)
    if first is None or not all(re.match(r"\w", option) for slot in slots[: first + 1] for option in slot.options):
        raise ValueError("begin with letters or digits, not with *, # or [ ] alone")
    pieces = [slot.regex if slot.required else f"(?:{slot.regex}{_BLANK})?" for slot in slots[: first + 1]]
    pieces += [f"{_BLANK}{slot.regex}" if slot.required else f"(?:{_BLANK}{slot.regex})?" for slot in slots[first + 1 :]]
    keys = frozenset(key for slot in slots[: first + 1] for key in slot.keys)
    return Phrase(re.compile(f"{''.join(pieces)}(?!\\w)", re.IGNORECASE), keys)


@dataclass(frozen=True)
class _Slot:
    """One place of a phrase: the options that may stand there; `*` is any word, `#` any number."""

    options: tuple[str, ...]
    required: bool

    @property
    def regex(self) -> str:
        ends = [option[1:] for option in self.options if _ENDING.fullmatch(option)]
        whole = [_BLANK.join(map(_escaped, option.split())) for option in self.options if not _ENDING.fullmatch(option)]
        return f"(?:{'|'.join([*whole, *_one_of(ends)])})"

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(_WORD.findall(option.lower())[0] for option in self.options)


def _one_of(ends: list[str]) -> list[str]:
    """One alternative for all endings: a word is walked once, not once an ending."""
    return [rf"\w[\w'-]*(?:{'|'.join(ends)})"] if ends else []


def _escaped(word: str) -> str:
    return "".join(_WILD.get(character, re.escape(character)) for character in word)


def _slots(template: str) -> list[tuple[str | None, str | None, str | None]]:
    if _SLOT.sub("", template).strip():
        raise ValueError("close each ( and [, and nest none of a kind in another")
    return [(match[1], match[2], match[3]) for match in _SLOT.finditer(template)]


def _options(text: str | None) -> tuple[str, ...]:
    options = tuple(option.strip() for option in (text or "").split("|"))
    if not all(options):
        raise ValueError("leave no choice empty")
    return options


@dataclass(frozen=True)
class _Reader:
    path: Path

    def wrong(self, entry: str, problem: str, mend: str) -> NoReturn:
        raise DefinitionError(f"{self.path}, {entry}: {problem}. {mend}.")

    def mapping(self, value: object, entry: str, allowed: tuple[str, ...] | None = None) -> dict[str, object]:
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            self.wrong(entry, "this must be a mapping", "Write name: value pairs, indented below it")
        unknown = [key for key in value if allowed is not None and key not in allowed]
        if unknown:
            self.wrong(entry, f"unknown key {unknown[0]!r}", f"Known keys: {', '.join(allowed or ())}")
        return value

    def texts(self, value: object, entry: str) -> tuple[str, ...]:
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) and item.strip() for item in items):
            self.wrong(entry, "this must be a list of texts", 'Write one "- text" a line, and quote numbers, yes, no, on and off')
        return tuple(items)

    def cues(self, content: object) -> Cues:
        top = self.mapping(content, "the top of the file", ("lists", "concepts", "findings"))
        lists = {name: self.listed(value, f"lists.{name}") for name, value in self.mapping(top.get("lists", {}), "lists").items()}
        concepts = {name: self.concept(name, value, lists) for name, value in self.mapping(top.get("concepts"), "concepts").items()}
        findings = self.mapping(top.get("findings"), "findings")
        if not findings:
            self.wrong("findings", "the file finds nothing", "Add at least one finding")
        return Cues(self.path, concepts, tuple(self.finding(name, value, concepts) for name, value in findings.items()))

    def listed(self, value: object, entry: str) -> tuple[str, ...]:
        """A list may be written as one text, words separated by `|`."""
        return tuple(word.strip() for text in self.texts(value, entry) for word in text.split("|"))

    def concept(self, name: str, value: object, lists: Mapping[str, tuple[str, ...]]) -> Concept:
        entry = f"concepts.{name}"
        keys = self.mapping(value, entry, _CONCEPT_KEYS)
        return Concept(
            name,
            phrases=tuple(self.phrase(text, f"{entry}.phrases", lists) for text in self.texts(keys.get("phrases", []), f"{entry}.phrases")),
            regexes=tuple(self.regex(text, f"{entry}.regexes") for text in self.texts(keys.get("regexes", []), f"{entry}.regexes")),
            endings=tuple(end.lower() for end in self.listed(keys.get("endings", []), f"{entry}.endings")),
        )

    def phrase(self, template: str, entry: str, lists: Mapping[str, tuple[str, ...]]) -> Phrase:
        unknown = [name for name in _LIST.findall(template) if name not in lists]
        if unknown:
            self.wrong(entry, f"{template!r} names the unknown list {unknown[0]!r}", f"Known lists: {', '.join(lists) or 'none'}")
        try:
            return phrase(_LIST.sub(lambda match: self.choice(match, lists), template))
        except ValueError as problem:
            self.wrong(entry, f"{template!r} cannot be read", f"Please {problem}")

    def choice(self, match: re.Match[str], lists: Mapping[str, tuple[str, ...]]) -> str:
        """A list stands inside brackets as its words, elsewhere in brackets of its own."""
        words, before = "|".join(lists[match[1]]), match.string[: match.start()]
        inside = before.count("(") > before.count(")") or before.count("[") > before.count("]")
        return words if inside else f"({words})"

    def regex(self, text: str, entry: str) -> re.Pattern[str]:
        try:
            return re.compile(text)
        except re.error as problem:
            self.wrong(entry, f"{text!r} is not a regular expression ({problem})", "Correct it, in single quotes")

    def finding(self, name: str, value: object, concepts: Mapping[str, Concept]) -> Finding:
        entry = f"findings.{name}"
        keys = self.mapping(value, entry, _FINDING_KEYS)
        if "find" not in keys:
            self.wrong(entry, "lacks find", "Add find: with the name of a concept")
        find = self.known(keys["find"], f"{entry}.find", concepts)
        parts = {key: self.conditions(keys.get(key, {}), f"{entry}.{key}", concepts) for key in _FINDING_KEYS[1:]}
        return Finding(name, find, **parts)

    def known(self, value: object, entry: str, concepts: Mapping[str, Concept]) -> tuple[str, ...]:
        names = tuple(str(value).split(" or "))
        for name in names:
            if name not in concepts:
                self.wrong(entry, f"{name!r} is no concept of this file", f"Use {', '.join(concepts)}, or two of them with or between")
        return names

    def conditions(self, value: object, entry: str, concepts: Mapping[str, Concept]) -> tuple[Condition, ...]:
        named = self.mapping(value, entry)
        return tuple(Condition(self.known(name, entry, concepts), self.words(words, f"{entry}.{name}")) for name, words in named.items())

    def words(self, value: object, entry: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self.wrong(entry, f"{value!r} is not a number of words", "Write a whole number from 0")
        return value
