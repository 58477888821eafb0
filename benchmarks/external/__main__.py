"""Run what is not there yet, then print the table.

    python -m benchmarks.external [--tasks A,B] [--judges majority,tfidf,ours] [--seeds 1,2,3,4,5] [--few 8,16,32,64] [--draws 10]

All notes are learned from with every seed; with `--few` so many labels of each class instead, in so many draws (and the first seed). A cell
is a file under `.cache/external`: stop the run at any time and call it again.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.external.cells import Cell, done, run
from benchmarks.external.judges import JUDGES
from benchmarks.external.table import table
from benchmarks.external.task import DATA, read_task, task_names
from insight_classifier.errors import ArgumentError

CACHE = Path(".cache") / "external"


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    found = []
    for name in arguments.tasks:
        task = read_task(name, arguments.data)
        for cell in _cells(name, arguments):
            held = done(cell, task, arguments.cells)
            if held is None and not arguments.only_print:
                held = run(cell, task, arguments.cells)
                print(f"{cell.file}: {held['seconds']} s", flush=True)
            found += [] if held is None else [held]
    print(table(found))


def _cells(task: str, arguments: argparse.Namespace) -> Iterator[Cell]:
    for labels in arguments.few or (None,):
        for judge in arguments.judges:
            if labels is None:
                yield from (Cell(task, judge, seed) for seed in arguments.seeds)
            else:
                yield from (Cell(task, judge, arguments.seeds[0], labels, draw) for draw in range(1, arguments.draws + 1))


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.external", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--tasks", type=_words, default=task_names(), help="Of all by default.")
    parser.add_argument("--judges", type=_words, default=list(JUDGES), help="Of all by default.")
    parser.add_argument("--seeds", type=_numbers, default=[1, 2, 3, 4, 5])
    parser.add_argument("--few", type=_numbers, default=[], help="Labels of each class; all notes where it is left out.")
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--data", type=Path, default=DATA, help="Folder of the data sets.")
    parser.add_argument("--cells", type=Path, default=CACHE, help="Folder of the cells.")
    parser.add_argument("--only-print", action="store_true", help="Run nothing: the table of the cells that are there.")
    arguments = parser.parse_args(given)
    for judge in arguments.judges:
        if judge not in JUDGES:
            raise ArgumentError(f"there is no judge {judge!r}. Use {', '.join(JUDGES)}")
    return arguments


def _words(value: str) -> list[str]:
    return [word.strip() for word in value.split(",") if word.strip()]


def _numbers(value: str) -> list[int]:
    return [int(word) for word in _words(value)]


if __name__ == "__main__":
    main()
