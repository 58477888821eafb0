"""Evidence drawn into a text: overlapping spans become a row of pieces, each with the marks that cover it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from insight_classifier.definition import Definition, Dimension
from insight_classifier.judgement import Judgement, Level, Span, Verdict

STYLES = 8  # looks that the stylesheet has; more tags share them and are told apart by their letters


@dataclass(frozen=True)
class Tag:
    """How one kind of evidence is told apart: by a letter, and by a style of colour and underline."""

    name: str
    title: str
    letter: str
    style: str


@dataclass(frozen=True)
class Mark:
    """One quote of a tag. `words` say for a person what it proves and how surely."""

    tag: Tag
    span: Span
    words: str


@dataclass(frozen=True)
class Piece:
    """A stretch of text that the same marks cover; `begins` start with it, `ends` end with it."""

    text: str
    marks: tuple[Mark, ...] = ()
    begins: tuple[Mark, ...] = ()
    ends: tuple[Mark, ...] = ()


def tags(definition: Definition) -> dict[str, Tag]:
    """Every evidence tag by its name, in the definition's order."""
    titles = {name: (title, dimension) for dimension in definition.dimensions for name, title in _titles(dimension)}
    letters = _letters([title for title, _ in titles.values()])
    plain = [name for name, (_, dimension) in titles.items() if not dimension.lane]
    style = {name: f"style-{plain.index(name) % STYLES}" if name in plain else "style-alert" for name in titles}
    return {name: Tag(name, title, letter, style[name]) for (name, (title, _)), letter in zip(titles.items(), letters, strict=True)}


def marks(judgement: Judgement, definition: Definition) -> list[Mark]:
    """Every quote of a judgement."""
    known = tags(definition)
    return [
        Mark(known[name], span, _words(known[name], probability))
        for dimension in definition.dimensions
        for name, probability, spans in _quoted(dimension, judgement.verdicts[dimension.name])
        if name in known
        for span in spans
    ]


def pieces(text: str, found: Iterable[Mark]) -> list[Piece]:
    """The text in pieces, none of it lost; the longest mark stands outermost."""
    ordered = sorted(found, key=lambda mark: (mark.span.start, -mark.span.end))
    edges = sorted({0, len(text), *(edge for mark in ordered for edge in (mark.span.start, mark.span.end))})
    return [_piece(text, start, end, ordered) for start, end in zip(edges, edges[1:], strict=False)]


def _piece(text: str, start: int, end: int, ordered: Sequence[Mark]) -> Piece:
    covering = tuple(mark for mark in ordered if mark.span.start <= start and end <= mark.span.end)
    begins = tuple(mark for mark in covering if mark.span.start == start)
    return Piece(text[start:end], covering, begins, tuple(mark for mark in covering if mark.span.end == end))


def _titles(dimension: Dimension) -> list[tuple[str, str]]:
    if dimension.kind == "scale":
        return [(dimension.evidence_tag, dimension.evidence_tag.replace("_", " ").capitalize())] if dimension.evidence_tag else []
    return [(member.name, member.title) for member in dimension.members if member.evidence] if dimension.kind == "checks" else []


def _quoted(dimension: Dimension, verdict: Verdict) -> list[tuple[str, float | None, tuple[Span, ...]]]:
    if isinstance(verdict, Level):
        return [(dimension.evidence_tag or "", verdict.probabilities[verdict.level], verdict.evidence)]
    if isinstance(verdict, Mapping):
        return [(name, check.probability if check.source != "rule" else None, check.evidence) for name, check in verdict.items()]
    return []


def _words(tag: Tag, probability: float | None) -> str:
    return f"{tag.title}, found by the rules" if probability is None else f"{tag.title}, {percent(probability)}"


def percent(probability: float) -> str:
    """A probability for a person: whole per cent, never a false certainty."""
    if probability > 0.995:
        return ">99 %"
    return "<1 %" if probability < 0.005 else f"{probability:.0%}".replace("%", " %")


def _letters(titles: Sequence[str]) -> list[str]:
    """The shortest sign of one or two letters that tells each title apart."""
    taken: list[str] = []
    for title in titles:
        words = re.findall(r"\w+", title) or ["?"]
        first, rest = words[0][0].upper(), "".join(words)[1:].lower() + "abcdefghijklmnopqrstuvwxyz"
        initials = "".join(word[0].upper() for word in words[:2]) if len(words) > 1 else first
        taken.append(next((sign for sign in (first, initials, *(first + c for c in rest)) if sign not in taken), first))
    return taken
