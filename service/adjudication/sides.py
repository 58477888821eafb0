"""What people said of one note, member by member, side by side: where they differ comes first. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from insight_classifier.definition import Definition, Dimension
from insight_classifier.judgement import Span
from service.marks import Mark, Piece, Tag, pieces, tags
from service.reviews.answers import Answer, Key, flat

LETTERS = "ABCDEFGHIJ"  # more people than decide on one note
ROWS = ("1234567890", "qwertyuiop")  # one key row for the first side, the one below it for the second
YES_NO = (("no", "No"), ("yes", "Yes"))  # a check's values by their place


@dataclass(frozen=True)
class Side:
    """One person's answer. `name`: as colleagues know them."""

    letter: str
    name: str
    answer: Answer
    label: str
    comment: str | None = None


@dataclass(frozen=True)
class Said:
    """What one side says of one thing, and the key that takes it."""

    letter: str
    value: str
    title: str
    key: str = ""


@dataclass(frozen=True)
class Line:
    """One check, scale or choice. `chosen`: the value that the form holds; `agreed`: all sides say it, so it stands unless changed."""

    dimension: Dimension
    title: str
    wording: str
    field: str
    options: tuple[tuple[str, str], ...]
    said: tuple[Said, ...]
    chosen: str
    agreed: bool
    model: str = ""  # its value's title


@dataclass(frozen=True)
class Quotes:
    """The evidence that some side marked for one tag: letter, words, and whether it is taken."""

    tag: Tag
    taken: tuple[tuple[str, tuple[str, ...], bool], ...]


def lines(sides: Sequence[Side], model: Answer | None, definition: Definition, given: Mapping[str, str] | None = None) -> list[Line]:
    """Everything that was answered, what is disputed first, else in the definition's order. `given`: values that a form holds already."""
    told = [(side, flat(side.answer, definition)) for side in sides]
    machine = flat(model, definition) if model else {}
    found = [_line(key, told, machine, definition, given or {}) for key in keys(definition)]
    disputed = [one for one in found if not one.agreed]
    return [*_with_keys(disputed), *(one for one in found if one.agreed)]


def keys(definition: Definition) -> Iterator[Key]:
    """Every single thing that is answered."""
    for dimension in definition.dimensions:
        yield from ((dimension.name, name) for name in dimension.names) if dimension.kind == "checks" else ((dimension.name, ""),)


def field_of(key: Key) -> str:
    return "answer." + ".".join(filter(None, key))


def quotes(
    sides: Sequence[Side], fields: Mapping[str, str], definition: Definition, given: Mapping[str, str] | None = None
) -> list[Quotes]:
    """Evidence by tag: all of it is taken unless a form says otherwise."""
    found = []
    for tag in tags(definition).values():
        marked = [(side.letter, _words(side, tag.name, fields)) for side in sides]
        taken = tuple((letter, words, given is None or f"take.{tag.name}.{letter}" in given) for letter, words in marked if words)
        found += [Quotes(tag, taken)] if taken else []
    return found


def passages(sides: Sequence[Side], fields: Mapping[str, str], definition: Definition) -> list[tuple[str, list[Piece]]]:
    """The note by field title, with what each side marked: told apart by letter and style, not by colour alone."""
    known = tags(definition)
    shown = []
    for field in definition.fields:
        text = fields.get(field.name)
        if text:
            found = [mark for number, side in enumerate(sides) for mark in _marks(side, number, field.name, text, known)]
            shown.append((field.title, pieces(text, found)))
    return shown


def _line(
    key: Key, told: Sequence[tuple[Side, Mapping[Key, int]]], machine: Mapping[Key, int], definition: Definition, given: Mapping[str, str]
) -> Line:  # fmt: skip
    dimension, check = definition.dimension(key[0]), key[1]
    options = YES_NO if check else tuple((member.name, member.title) for member in dimension.members)
    said = tuple(Said(side.letter, *options[answer[key]]) for side, answer in told if key in answer)
    agreed = len({one.value for one in said}) == 1 and len(said) == len(told)
    member = dimension.member(check) if check else None
    return Line(
        dimension=dimension,
        title=member.title if member else dimension.title,
        wording=member.wording if member else dimension.wording,
        field=field_of(key),
        options=options,
        said=said,
        chosen=given.get(field_of(key), said[0].value if agreed else ""),
        agreed=agreed,
        model=options[machine[key]][1] if key in machine else "",
    )


def _with_keys(disputed: Sequence[Line]) -> Iterator[Line]:
    for number, line in enumerate(disputed):
        keys_ = [row[number] if number < len(row) else "" for row in ROWS]
        said = tuple(
            Said(one.letter, one.value, one.title, keys_[place] if place < len(keys_) else "") for place, one in enumerate(line.said)
        )
        yield Line(**{**vars(line), "said": said})


def _words(side: Side, tag: str, fields: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(fields.get(mark.field, "")[mark.start : mark.end] for mark in side.answer.marks if mark.tag == tag)


def _marks(side: Side, number: int, field: str, text: str, known: Mapping[str, Tag]) -> Iterator[Mark]:
    for mark in side.answer.marks:
        if mark.field == field and mark.tag in known and mark.end <= len(text):
            title = known[mark.tag].title
            tag = Tag(mark.tag, f"{side.name}, {title}", side.letter, f"style-{number}")
            yield Mark(tag, Span(field, mark.start, mark.end, text[mark.start : mark.end]), f"{side.name}: {title}")
