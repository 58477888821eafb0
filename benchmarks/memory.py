"""Does `insight score` run in constant memory? Peak resident memory and notes a second over files of growing length.

    python benchmarks/memory.py [--model models/home-office-2] [--lines 2000 20000]

The lines are the validation notes over and over, among them the long ones. Linux only (the peak is the kernel's).
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from insight_classifier.definition_reader import default_definition
from training.data import labelled_notes, load_corpus


def write_lines(path: Path, count: int, data: Path) -> None:
    """`count` notes of the validation side, with ids of their own."""
    definition = default_definition()
    notes = [item.note for item in labelled_notes(load_corpus(data, definition)["validation"], definition)]
    with path.open("w", encoding="utf-8") as file:
        for number, note in enumerate(itertools.islice(itertools.cycle(notes), count)):
            file.write(json.dumps({"id": str(number), **note.fields}) + "\n")


def score(file: Path, output: Path, model: Path) -> tuple[float, float]:
    """Peak memory in MB and seconds of one `insight score`."""
    begin = time.perf_counter()
    command = [sys.executable, "-m", "insight_classifier", "score", str(file), "--output", str(output), "--model", str(model)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"insight score ended with status {os.waitstatus_to_exitcode(status)}")
    return usage.ru_maxrss / 1024, time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=Path("models/home-office-2"))
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--lines", type=int, nargs="+", default=[2_000, 20_000])
    options = parser.parse_args()
    print("| lines | peak memory, MB | notes/s, start-up included |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for count in options.lines:
            file = Path(folder) / "notes.jsonl"
            write_lines(file, count, options.data)
            memory, seconds = score(file, Path(folder) / "judged.jsonl", options.model)
            print(f"| {count:,} | {memory:.0f} | {count / seconds:.0f} |")


if __name__ == "__main__":
    main()
