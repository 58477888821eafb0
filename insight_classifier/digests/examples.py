"""Good examples for training from a team's own notes, as the home office chose them. Pure; no author is named."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from insight_classifier.definition import Definition
from insight_classifier.digests.practice import has
from insight_classifier.judgement import Judgement
from insight_classifier.questions import Need


@dataclass(frozen=True)
class GoodExample:
    """A chosen note by its id, and what it shows."""

    note_id: str
    shows: tuple[Need, ...]


@dataclass(frozen=True)
class Examples:
    """`refused`: why a chosen note is no example, by its id."""

    good: tuple[GoodExample, ...]
    refused: Mapping[str, str]


def good_examples(definition: Definition, judgements: Iterable[Judgement], chosen: Iterable[str]) -> Examples:
    """In the order of choice. `chosen`: ids from a list of the home office, such as its gold notes.

    What a lane flags is never shown around.
    """
    by_id = {judgement.id: judgement for judgement in judgements}
    good: list[GoodExample] = []
    refused: dict[str, str] = {}
    for note_id in dict.fromkeys(chosen):
        judgement = by_id.get(note_id)
        shows = _shows(definition, judgement) if judgement else ()
        if judgement is None:
            refused[note_id] = "It is not among these notes. Choose another, or take a longer period."
        elif flags := _flags(definition, judgement):
            refused[note_id] = f"It is flagged: {', '.join(flags)}. Choose a note that nobody has to follow up."
        elif not shows:
            refused[note_id] = "It has nothing of what the questions ask for. Choose a note that shows how it is done."
        else:
            good.append(GoodExample(note_id, shows))
    return Examples(tuple(good), refused)


def _shows(definition: Definition, judgement: Judgement) -> tuple[Need, ...]:
    return tuple(need for need in definition.questions if need.names_a_lack and has(need, definition, judgement.verdicts))


def _flags(definition: Definition, judgement: Judgement) -> list[str]:
    """Titles of the lanes' checks that are met."""
    found = []
    for dimension in definition.dimensions:
        verdict = judgement.verdicts[dimension.name]
        if dimension.lane and isinstance(verdict, Mapping):
            found += [member.title for member in dimension.members if verdict[member.name].met]
    return found
