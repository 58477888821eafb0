"""How long `insight measure` takes over a million judgements, and how much memory, with invented metadata and labels.

    python benchmarks/measures.py --notes 1000000

Judgements have the shape and the length of real ones: their quotes and coaching questions stand in them, and are skipped.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from insight_classifier.definition import Definition, Dimension
from insight_classifier.definition_reader import default_definition

TEAMS, COUNTRIES, AREAS, AUTHORS, LABELS = 12, ("DE", "FR", "IT", "ES", "UK"), ("oncology", "renal", "derm"), 240, 2000
QUOTE = [{"start": 10, "end": 79, "text": "Won't start it in CKD 4, says the trial excluded eGFR<30 and he was burned once."}]


def judgement(number: int, truth: dict[str, Any], definition: Definition, chance: np.random.Generator) -> dict[str, Any]:
    """One judgement of a model that is right more often than not."""
    parts = {d.name: _verdict(d, truth, chance) for d in definition.dimensions}
    met = definition.label.rule({name: check["met"] for d in definition.of_kind("checks") for name, check in parts[d.name].items()})
    origin = {"name": definition.name, "version": definition.version, "fingerprint": definition.fingerprint}
    coaching = [
        "What follows from this for patients, practice, evidence or access? Ask what would have to change, and for how many patients."
    ]
    said = {"label": definition.label.name(met), "probability": round(float(chance.beta(4, 1) if met else chance.beta(1, 4)), 6)}
    rest = {
        "needs_review": False,
        "review_reasons": [],
        "coaching": coaching,
        "definition": origin,
        "model": {**origin, "name": "invented"},
    }
    return {"id": f"note-{number:07d}", **said, **parts, **rest}


def truth_of(definition: Definition, chance: np.random.Generator) -> dict[str, Any]:
    """What a note really says: checks by name, levels and options by dimension."""
    met = {name: bool(chance.random() < 0.4) for name in definition.checks}
    held = definition.held(met)
    return held | {d.name: int(chance.integers(len(d.members))) for d in definition.dimensions if d.kind != "checks"}


def _verdict(dimension: Dimension, truth: dict[str, Any], chance: np.random.Generator) -> dict[str, Any]:
    if dimension.kind == "checks":
        return {name: _check(truth[name], chance) for name in dimension.names}
    chances = (
        chance.dirichlet(np.ones(len(dimension.members)) + 3 * np.eye(len(dimension.members))[truth[dimension.name]]).round(6).tolist()
    )
    name = dimension.names[int(np.argmax(chances))]
    if dimension.kind == "choice":
        return {"name": name, "probabilities": dict(zip(dimension.names, chances, strict=True))}
    return {"level": int(np.argmax(chances)), "name": name, "probabilities": chances, "evidence": QUOTE}


def _check(met: bool, chance: np.random.Generator) -> dict[str, Any]:
    seen = round(float(chance.beta(4, 1) if met else chance.beta(1, 4)), 6)
    return {"met": seen >= 0.5, "probability": seen, "evidence": QUOTE if seen >= 0.5 else []}


def metadata(number: int, chance: np.random.Generator) -> dict[str, Any]:
    author = int(chance.integers(AUTHORS))
    day = np.datetime64("2026-01-01") + int(chance.integers(360))
    team, country = f"team {author % TEAMS:02d}", COUNTRIES[author % len(COUNTRIES)]
    known = {"author": f"msl-{author:03d}", "team": team, "country": country, "therapeutic_area": AREAS[author % len(AREAS)]}
    return {
        "id": f"note-{number:07d}",
        **known,
        "tenure_months": author % 90,
        "date": str(day),
        "field_label": ("insight", "feedback")[number % 2],
    }


def write(folder: Path, notes: int, definition: Definition) -> None:
    """A few thousand different judgements, again and again under other ids; metadata of each; labels of the first of each."""
    chance = np.random.default_rng(1)
    truths = [truth_of(definition, chance) for _ in range(LABELS)]
    bodies = [json.dumps(judgement(0, truth, definition, chance))[len('{"id": "note-0000000"') :] for truth in truths]
    _lines(folder / "judged.jsonl", (f'{{"id": "note-{n:07d}"{bodies[n % LABELS]}' for n in range(notes)))
    _lines(folder / "notes.jsonl", (json.dumps(metadata(n, chance)) for n in range(notes)))
    _lines(folder / "labels.jsonl", (json.dumps(label(n, truth, definition)) for n, truth in enumerate(truths[:notes])))


def label(number: int, truth: dict[str, Any], definition: Definition) -> dict[str, Any]:
    """The labelled note: its text is one long quote, which proves everything."""
    record: dict[str, Any] = {
        "id": f"note-{number:07d}",
        definition.main_field: " ".join(f"{tag} {n}." for tag in _tags(definition) for n in range(4)),
    }
    tags = []
    for dimension in definition.dimensions:
        if dimension.kind == "checks":
            record[dimension.name] = {name: truth[name] for name in dimension.names}
            tags += [(name, 1) for name in dimension.names if truth[name] and dimension.member(name).evidence]
        elif dimension.kind == "scale":
            record[dimension.name] = truth[dimension.name]
            tags.append((dimension.evidence_tag or "", dimension.members[truth[dimension.name]].evidence))
        else:
            record[dimension.name] = dimension.names[truth[dimension.name]]
    return record | {"evidence": [{"tag": tag, "quote": f"{tag} {n}."} for tag, count in tags for n in range(count)]}


def _tags(definition: Definition) -> list[str]:
    return [*definition.checks, *(d.evidence_tag for d in definition.of_kind("scale") if d.evidence_tag)]


def _lines(path: Path, lines: Iterator[str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--notes", type=int, default=1_000_000)
    notes = arguments.parse_args().notes
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, notes, default_definition())
        size = (folder / "judged.jsonl").stat().st_size / 1e9
        print(f"{notes:,} judgements, {size:.2f} GB; {AUTHORS} authors, {LABELS:,} labels\n")
        print("| command | seconds | of which CPU | GB of memory |\n|---|---|---|---|")
        judged, known = str(folder / "judged.jsonl"), ["--notes", str(folder / "notes.jsonl")]
        audited = [*known, "--audit", str(folder / "labels.jsonl")]
        for words in (
            [],
            known,
            audited,
            [*audited, "--by", "team", "--by", "quarter"],
            [*audited, "--by", "tenure_band", "--where", "country=DE"],
        ):
            print(_timed(words, judged), flush=True)


def _timed(words: list[str], judged: str) -> str:
    """The row of one run of the command, in a process of its own."""
    program = "import sys; from insight_classifier.cli import run; sys.exit(run())"
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    child = subprocess.Popen([sys.executable, "-c", program, "measure", judged, *words], stdout=subprocess.DEVNULL)
    most = _memory(child)
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if child.returncode:
        raise SystemExit(f"insight measure ended with {child.returncode}")
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    shown = " ".join(Path(word).name for word in words)
    return f"| `insight measure judged.jsonl {shown}` | {seconds:.0f} | {processor:.0f} | {most:.2f} |"


def _memory(child: "subprocess.Popen[bytes]") -> float:
    """The most that a process held until it ended, in gigabytes."""
    most = 0
    while child.poll() is None:
        try:
            status = Path(f"/proc/{child.pid}/status").read_text(encoding="utf-8")
            most = max([most, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))])
        except (OSError, ValueError):
            pass
        time.sleep(0.05)
    return most / 1e6


if __name__ == "__main__":
    main()
