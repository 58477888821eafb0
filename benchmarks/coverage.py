"""Do ranges of rates hold the truth as often as they say? Simulated authors, notes, models and labels; `--draws` of each kind.

    python benchmarks/coverage.py --draws 1000

Prints a Markdown table: one row for each prevalence, number of authors and kind of model. `coverage` should be 95%; `width` is a range's,
`narrower` by how much it beats one from the same labels without a model; the last but one tells how far the model's own share is off.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from insight_classifier.measures.rates import Sample, rates

AUTHORS, PREVALENCES = (5, 10, 20, 60), (0.05, 0.1, 0.3, 0.5, 0.7)
NOTES_EACH, LABELS, LABELS_EACH = 60, 100, 5
HEAD = (
    "prevalence", "authors", "model", "coverage", "of labels alone", "width, points", "narrower", "estimate off", "model's own share off",
    "nothing told",
)  # fmt: skip
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
    sizes = np.maximum(5, random.lognormal(np.log(NOTES_EACH), 0.4, cell.authors).astype(int))
    each = 1 / ALIKE - 1
    chances = random.beta(cell.prevalence * each, (1 - cell.prevalence) * each, cell.authors)
    authors = np.repeat(np.arange(cell.authors), sizes)
    truth = random.random(len(authors)) < chances[authors]
    seen = random.normal(0, 1, len(authors)) + cell.model.apart * truth + random.normal(0, cell.model.style, cell.authors)[authors]
    log_odds = cell.model.apart * (seen - cell.model.apart / 2) + np.log(0.3 / 0.7) + cell.model.leaning
    labels = np.full(len(authors), -1)
    chosen = random.choice(len(authors), min(len(authors), max(LABELS, LABELS_EACH * cell.authors)), replace=False)
    labels[chosen] = truth[chosen]
    return Sample(1 / (1 + np.exp(-log_odds)), labels, authors)


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


def cells() -> Iterator[Cell]:
    return (Cell(authors, prevalence, model) for prevalence in PREVALENCES for authors in AUTHORS for model in MODELS)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--draws", type=int, default=1000)
    draws = arguments.parse_args().draws
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}")
    for number, cell in enumerate(cells()):
        print(row(cell, measured(cell, draws, np.random.default_rng(number))), flush=True)


if __name__ == "__main__":
    main()
