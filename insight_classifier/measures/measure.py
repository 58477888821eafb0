"""What can be measured of notes: every check, level and option of a definition, its label, and what a file declares beyond them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from insight_classifier.definition import Definition, Dimension
from insight_classifier.measures.events import Among, Event, Holds, holds, label_met
from insight_classifier.rule import Rule, parse

CAVEAT = "Counts what notes document. What was done and not written down does not count."


@dataclass(frozen=True)
class Declared:
    """A measure of one's own: the share of notes for which `rule` holds, among those for which `among` holds, or among all."""

    name: str
    title: str
    question: str
    caveat: str
    rule: Rule
    among: Rule | None = None


@dataclass(frozen=True)
class Declarations:
    """What a file declares: measures, and bands of tenure as (months in role below which it ends, name), in rising order."""

    measures: tuple[Declared, ...] = ()
    bands: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True)
class Measure:
    """The share of notes with the `event`, among those with `among` or all; or the mean level of the scale `mean_of`."""

    name: str
    title: str
    question: str
    caveat: str
    event: Event | None
    among: Event | None = None
    dimension: str | None = None  # which part of the definition it is of; None: of several
    mean_of: str | None = None


def measures_of(definition: Definition, declared: Sequence[Declared] = ()) -> tuple[Measure, ...]:
    """The label, what is declared, and each dimension's members, in this order."""
    met = definition.label.met.replace("_", " ")
    label = Measure(
        definition.label.met,
        met.capitalize(),
        f"How many notes document what counts as {met}?",
        CAVEAT,
        label_met(definition),
    )
    parts = [measure for dimension in definition.dimensions for measure in _of_dimension(dimension)]
    return (label, *(_declared(one, definition) for one in declared), *parts)


def _declared(declared: Declared, definition: Definition) -> Measure:
    both = parse(f"({declared.among.source}) and ({declared.rule.source})") if declared.among else declared.rule
    among = holds(declared.among, definition) if declared.among else None
    return Measure(declared.name, declared.title, declared.question, declared.caveat, holds(both, definition), among)


def _of_dimension(dimension: Dimension) -> Iterator[Measure]:
    if dimension.kind == "checks":
        return _checks(dimension)
    return _scale(dimension) if dimension.kind == "scale" else _members(dimension)


def _checks(dimension: Dimension) -> Iterator[Measure]:
    for member in dimension.members:
        question = f"How many notes document: {member.title}?"
        event = Holds((member.name,), ((True,),))
        yield Measure(member.name, member.title, question, CAVEAT, event, dimension=dimension.name)


def _scale(dimension: Dimension) -> Iterator[Measure]:
    title = f"{dimension.title}, mean of 0 to {len(dimension.members) - 1}"
    question = f"What is the mean documented level of {dimension.title}?"
    yield Measure(f"{dimension.name}.mean", title, question, CAVEAT, None, dimension=dimension.name, mean_of=dimension.name)
    yield from _members(dimension)


def _members(dimension: Dimension) -> Iterator[Measure]:
    for number, member in enumerate(dimension.members):
        title, event = f"{dimension.title}: {member.title}", Among(dimension.name, (number,))
        question = f"How many notes document {dimension.title} as {member.title}?"
        yield Measure(f"{dimension.name}.{member.name}", title, question, CAVEAT, event, dimension=dimension.name)
