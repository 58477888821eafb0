"""How many labels there are of each member of a definition, for the card of what was learned from them."""

from collections import Counter
from collections.abc import Mapping, Sequence

from insight_classifier.definition import Definition
from insight_classifier.notes import LabelledNote

Counts = dict[str, dict[str, int]]  # by dimension; of each member how many notes have it


def label_counts(notes: Sequence[LabelledNote], definition: Definition) -> dict[str, Counts]:
    """`labelled`: in how many notes somebody looked for a member; `met`: in how many it was found."""
    labelled: Counts = {}
    met: Counts = {}
    for dimension in definition.dimensions:
        found: Counter[str] = Counter()
        if dimension.kind == "checks":
            labelled[dimension.name] = {name: sum(name in note.checks for note in notes) for name in dimension.names}
            found.update(name for note in notes for name in dimension.names if note.checks.get(name))
        else:
            said = [name for note in notes if (name := _member(note, dimension.name, dimension.names)) is not None]
            labelled[dimension.name] = dict.fromkeys(dimension.names, len(said))
            found.update(said)
        met[dimension.name] = {name: found[name] for name in dimension.names}
    return {"labelled": labelled, "met": met}


def _member(note: LabelledNote, dimension: str, names: tuple[str, ...]) -> str | None:
    return names[note.levels[dimension]] if dimension in note.levels else note.options.get(dimension)


def label_table(counts: Mapping[str, Counts]) -> str:
    """As a table in Markdown."""
    rows = [
        f"| {dimension} | {name} | {number} | {counts['met'][dimension][name]} |"
        for dimension, members in counts["labelled"].items()
        for name, number in members.items()
    ]
    return "\n".join(["| dimension | member | notes labelled | of them so |", "|---|---|---|---|", *rows])
