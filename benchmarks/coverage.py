"""Do ranges of rates hold the truth as often as they say? Simulated authors, notes, models and labels; `--draws` of each kind.

    python benchmarks/coverage.py --draws 1000
    python benchmarks/coverage.py --draws 1000 --ratios

Prints a Markdown table: one row for each prevalence, number of authors and kind of model. `coverage` should be 95%; `width` is a range's,
`narrower` by how much it beats one from the same labels without a model; the last but one tells how far the model's own share is off.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_classifier.measures.estimates import rate_range, ratio
from insight_classifier.measures.rates import Sample, rates
from insight_classifier.measures.recalibration import Floats, Ints

Bools = NDArray[np.bool_]
AUTHORS, PREVALENCES = (5, 10, 20, 60), (0.05, 0.1, 0.3, 0.5, 0.7)
NOTES_EACH, LABELS, LABELS_EACH = 60, 100, 5
HEAD = (
    "prevalence", "authors", "model", "coverage", "of labels alone", "width, points", "narrower", "estimate off", "model's own share off",
    "nothing told",
)  # fmt: skip
RATIO_HEAD = ("share among", "authors", "model", "coverage", "width, points", "nothing told")
WHOLE, RATIOS = 0.3, (0.3, 0.5, 0.7)
ALIKE = 0.05  # correlation of two notes of one author


@dataclass(frozen=True)
class Model:
    """How far its scores are apart for yes and no, how much it mistakes an author's style, and how far it leans to yes (log-odds)."""

    name: str
    apart: float
    style: float
    leaning: float


MODELS = (Model("accurate", 3.3, 0.0, 0.0), Model("mediocre", 1.2, 0.4, 0.0), Model("biased", 1.8, 0.4, 1.5))


@dataclass(frozen=True)
class Cell:
    authors: int
    prevalence: float
    model: Model


def sample(cell: Cell, random: np.random.Generator) -> Sample:
    """One invented year: authors differ in how often the thing is in their notes, and in how many they write."""
    authors = _authors(cell.authors, random)
    truth, scores = _event(authors, cell.prevalence, cell.model, random)
    return Sample(scores, _labels(truth, _looked_at(authors, random)), authors)


def part_and_whole(cell: Cell, random: np.random.Generator) -> tuple[Sample, Sample]:
    """A thing that WHOLE of the notes have, and among these another with the cell's prevalence, as a claim and a claim without a check."""
    authors = _authors(cell.authors, random)
    whole, of_whole = _event(authors, WHOLE, cell.model, random)
    other, of_other = _event(authors, cell.prevalence, cell.model, random)
    chosen = _looked_at(authors, random)
    return Sample(of_whole * of_other, _labels(whole & other, chosen), authors), Sample(of_whole, _labels(whole, chosen), authors)


def _authors(number: int, random: np.random.Generator) -> Ints:
    return np.repeat(np.arange(number), np.maximum(5, random.lognormal(np.log(NOTES_EACH), 0.4, number).astype(int)))


def _event(authors: Ints, prevalence: float, model: Model, random: np.random.Generator) -> tuple[Bools, Floats]:
    """The truth of each note and the model's score of it."""
    number, each = int(authors.max()) + 1, 1 / ALIKE - 1
    chances = random.beta(prevalence * each, (1 - prevalence) * each, number)
    truth = random.random(len(authors)) < chances[authors]
    seen = random.normal(0, 1, len(authors)) + model.apart * truth + random.normal(0, model.style, number)[authors]
    return truth, 1 / (1 + np.exp(-(model.apart * (seen - model.apart / 2) + np.log(0.3 / 0.7) + model.leaning)))


def _looked_at(authors: Ints, random: np.random.Generator) -> Ints:
    number = max(LABELS, LABELS_EACH * (int(authors.max()) + 1))
    return random.choice(len(authors), min(len(authors), number), replace=False)


def _labels(truth: Bools, chosen: Ints) -> Ints:
    labels = np.full(len(truth), -1)
    labels[chosen] = truth[chosen]
    return labels


@dataclass(frozen=True)
class Found:
    """`coverage`: of the truth by ranges, `alone`: by ranges from labels alone; widths, `off` (the estimate) and `model_off` are shares."""

    coverage: float
    alone: float
    width: float
    width_alone: float
    off: float
    model_off: float
    untold: int


def measured(cell: Cell, draws: int, random: np.random.Generator) -> Found:
    """What came of so many draws."""
    found = [rates(one, [np.ones(len(one.scores), dtype=bool)])[0] for one in (sample(cell, random) for _ in range(draws))]
    told = [(r.range, r.from_labels, r.estimate.value) for r in found if r.range and r.from_labels and r.estimate]
    return Found(
        coverage=float(np.mean([within.holds(cell.prevalence) for within, _, _ in told])),
        alone=float(np.mean([within.holds(cell.prevalence) for _, within, _ in told])),
        width=2 * float(np.mean([within.reach for within, _, _ in told])),
        width_alone=2 * float(np.mean([within.reach for _, within, _ in told])),
        off=float(np.mean([value for _, _, value in told])) - cell.prevalence,
        model_off=float(np.mean([rate.model for rate in found])) - cell.prevalence,
        untold=draws - len(told),
    )


def row(cell: Cell, found: Found) -> str:
    """As a row of the table."""
    told_of = (f"{cell.prevalence:.0%}", str(cell.authors), cell.model.name)
    widths = (f"{100 * found.width:.1f}", f"{1 - found.width / found.width_alone:.0%}")
    off = (f"{100 * found.off:+.1f}", f"{100 * found.model_off:+.1f}")
    return f"| {' | '.join([*told_of, f'{found.coverage:.1%}', f'{found.alone:.1%}', *widths, *off, str(found.untold)])} |"


def ratio_row(cell: Cell, draws: int, random: np.random.Generator) -> str:
    """How often the range of a ratio holds the truth, as a row of a table."""
    held, reaches = [], []
    for _ in range(draws):
        parts = [rates(one, [np.ones(len(one.scores), dtype=bool)])[0].estimate for one in part_and_whole(cell, random)]
        if parts[0] and parts[1]:
            within = rate_range(ratio(parts[0], parts[1]))
            held.append(within.holds(cell.prevalence))
            reaches.append(within.reach)
    told = (f"{cell.prevalence:.0%}", str(cell.authors), cell.model.name, f"{np.mean(held):.1%}", f"{200 * np.mean(reaches):.1f}")
    return f"| {' | '.join([*told, str(draws - len(held))])} |"


def cells() -> Iterator[Cell]:
    return (Cell(authors, prevalence, model) for prevalence in PREVALENCES for authors in AUTHORS for model in MODELS)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--draws", type=int, default=1000)
    arguments.add_argument("--ratios", action="store_true", help="of a thing among the notes that have another")
    chosen = arguments.parse_args()
    head = RATIO_HEAD if chosen.ratios else HEAD
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for number, cell in enumerate(cells()):
        random = np.random.default_rng(number)
        if not chosen.ratios:
            print(row(cell, measured(cell, chosen.draws, random)), flush=True)
        elif cell.prevalence in RATIOS:
            print(ratio_row(cell, chosen.draws, random), flush=True)


if __name__ == "__main__":
    main()
