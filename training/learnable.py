"""Whether labelled notes are enough to learn from, said before an hour of training instead of after it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from insight_classifier.definition import Definition
from insight_classifier.errors import LabelError
from insight_classifier.notes import LabelledNote

LEAST_NOTES = 20  # of both sides that a training reads; fewer are an anecdote
LEAST_OF_A_KIND = 2

Sides = Mapping[str, Sequence[LabelledNote]]


def require_learnable(sides: Sides, definition: Definition, where: str) -> None:
    """Raises LabelError where a model of these notes could not be trained or not be calibrated, with what to do."""
    read = {side: sides.get(side, ()) for side in ("train", "validation")}
    count = sum(map(len, read.values()))
    if count < LEAST_NOTES:
        raise LabelError(
            f"{where}: {count} notes to train on and to validate with, at least {LEAST_NOTES} are needed. Label more notes first."
        )
    for side, notes in read.items():
        known = [note for note in notes if note.label_known(definition)]
        labels = Counter(definition.label.name(note.label_met(definition)) for note in known)
        for name in (definition.label.met, definition.label.unmet):
            if labels[name] < LEAST_OF_A_KIND:
                raise LabelError(
                    f"{where}: {labels[name]} of the {len(known)} notes with a label on the side {side} are {name}, "
                    f"at least {LEAST_OF_A_KIND} must be. Label notes of the other kind too, or move an author there."
                )


def thin(notes: Sequence[LabelledNote], definition: Definition, least: int = 20) -> Iterator[str]:
    """In words, which members have so few labels in training that their verdicts will be weak."""
    for name, member in definition.checks.items():
        said = [note.checks.get(name, False) for note in notes if name in note.checks or not note.partial]
        if "model" in member.judged_by and sum(said) < least:
            yield f"{name}: true in {sum(said)} of {len(said)} notes"
    for dimension in definition.of_kind("scale"):
        levels = Counter(note.levels[dimension.name] for note in notes if dimension.name in note.levels)
        count = levels.total()
        yield from (f"{dimension.name} {name}: {levels[i]} of {count} notes" for i, name in enumerate(dimension.names) if levels[i] < least)
    for dimension in definition.of_kind("choice"):
        options = Counter(note.options[dimension.name] for note in notes if dimension.name in note.options)
        count = options.total()
        yield from (f"{dimension.name} {name}: {options[name]} of {count} notes" for name in dimension.names if options[name] < least)
