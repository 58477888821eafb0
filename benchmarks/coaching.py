"""Does the first question address what a note really lacks? By the labels that people gave, on notes that no model learned from.

    python benchmarks/coaching.py --side validation

Prints a Markdown table. Ranges are exact binomial ones of 95%, which take notes of one author for independent: the truth is somewhat wider.
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scipy.stats import binomtest

from insight_classifier.command import default_model
from insight_classifier.definition import Definition
from insight_classifier.judgement import Judgement
from insight_classifier.lacks import lacks
from insight_classifier.notes import LabelledNote
from insight_classifier.predictor import load_predictor
from insight_classifier.questions import Need
from training.evaluate import load_side

BATCH = 16


@dataclass(frozen=True)
class Told:
    """What a note really lacks by its labels, what it is told that it lacks, first thing first, and what it is asked."""

    lacks: frozenset[str]
    told: tuple[Need, ...]
    meets_label: bool
    questions: tuple[str, ...]

    @property
    def right(self) -> bool:
        return bool(self.told) and self.told[0].name in self.lacks


def told(note: LabelledNote, judgement: Judgement, definition: Definition) -> Told:
    met = definition.held(note.checks)
    reached = {scale: definition.dimension(scale).names[level] for scale, level in note.levels.items()}
    really = frozenset(need.name for need in definition.questions if need.holds(met, reached))
    return Told(really, lacks(definition, judgement.verdicts), note.label_met(definition), judgement.coaching)


def rows(notes: Sequence[Told], definition: Definition) -> Iterable[tuple[str, int, int]]:
    """Figure, how many, of how many."""
    lacking, complete = [n for n in notes if n.lacks], [n for n in notes if not n.lacks]
    meeting = [n for n in notes if n.meets_label]
    decisive = {need.name for need in definition.questions if need.lacks and set(need.lacks.names) & set(definition.label.rule.names)}
    asked = [n for n in lacking if n.told]
    yield "lack something: the first question, where there is one, addresses it", sum(n.right for n in asked), len(asked)
    yield "lack something: the first question addresses it, none counted as wrong", sum(n.right for n in lacking), len(lacking)
    yield "lack nothing: told that they do", sum(bool(n.told) for n in complete), len(complete)
    yield (
        f"are {definition.label.met}: told that they lack a part of it",
        sum(any(need.name in decisive for need in n.told) for n in meeting),
        len(meeting),
    )
    firsts = Counter(n.questions[0] for n in notes if n.questions)
    yield "asked with words of their own", sum(any("“" in question for question in n.questions) for n in notes), len(notes)
    yield "have the most frequent first question", max(firsts.values(), default=0), len(notes)
    yield "different first questions", len(firsts), len(notes)


def table(found: Iterable[tuple[str, int, int]]) -> str:
    lines = ["| notes that | share | 95% | of |", "|---|---|---|---|"]
    for figure, part, whole in found:
        between = binomtest(part, whole).proportion_ci() if whole else None
        share = f"{part / whole:.1%} | {between.low:.1%} to {between.high:.1%}" if between else "- | -"
        lines.append(f"| {figure} | {share} | {part}/{whole} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", default="validation")
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--model", type=Path, default=None)
    options = parser.parse_args()
    predictor = load_predictor(options.model or default_model())
    labelled = load_side(options.data, predictor.definition, options.side).judged
    judged: list[Judgement] = []
    for start in range(0, len(labelled), BATCH):
        judged += predictor.judge([one.note for one in labelled[start : start + BATCH]])
    notes = [told(one, judgement, predictor.definition) for one, judgement in zip(labelled, judged, strict=True)]
    print(f"Model {predictor.model.name}, {len(notes)} notes of the side {options.side}.\n\n{table(rows(notes, predictor.definition))}")


if __name__ == "__main__":
    main()
