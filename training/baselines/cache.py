"""Baselines' judgements on disk, so that a baseline is fitted once for the same notes and not at each evaluation.

A file is `NAME-KEY.jsonl`, one judgement a line; the key is made of the baseline's settings, the definition, what it
learned from and what it judged, so a stale file is never read.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from insight_classifier.definition import Definition, Dimension
from insight_classifier.errors import FileError
from insight_classifier.judgement import Check, Judgement, Level, Option, Origin, Span, Verdict
from insight_classifier.notes import labelled_record
from training.baselines import BASELINES
from training.baselines.baseline import Baseline
from training.evaluate import Judged, Notes


def judged_baselines(
    notes: Notes,
    definition: Definition,
    folder: Path,
    *,
    baselines: Mapping[str, Callable[[], Baseline]] = BASELINES,
    notify: Callable[[str], None] = lambda message: None,
) -> list[Judged]:
    """Every baseline's judgements, from the folder where they stand there. Raises FileError where one must be fitted and cannot."""
    found = []
    for name, make in baselines.items():
        baseline = make()
        file = folder / f"{name}-{_key(baseline, notes, definition)}.jsonl"
        if not file.is_file():
            notify(f"fitting the baseline {name}")
            _write(file, _fitted(baseline, notes, definition).judge([item.note for item in notes.judged]))
        found.append(Judged(name, read_judgements(file, definition), baseline.judges(definition)))
    return found


def _fitted(baseline: Baseline, notes: Notes, definition: Definition) -> Baseline:
    if not notes.train:
        raise FileError(
            f"the baseline {baseline.origin.name} has nothing to learn from. "
            "Give a corpus folder with --data DIR --side SIDE, or leave the baselines out with --baselines none."
        )
    baseline.fit(notes.train, notes.validation, definition)
    return baseline


def _key(baseline: Baseline, notes: Notes, definition: Definition) -> str:
    digest = hashlib.sha256(f"{baseline.origin.fingerprint} {definition.fingerprint}".encode())
    for item in (*notes.train, *notes.validation):
        digest.update(json.dumps(labelled_record(item, definition), sort_keys=True, default=str).encode())
    for item in notes.judged:
        digest.update(json.dumps([item.note.id, dict(item.note.fields)]).encode())
    return digest.hexdigest()[:12]


def _write(file: Path, judgements: Iterable[Judgement]) -> None:
    """The whole file or none."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_text("".join(json.dumps(item.to_dict(), ensure_ascii=False) + "\n" for item in judgements), encoding="utf-8")
    os.replace(unfinished, file)


def read_judgements(file: Path, definition: Definition) -> list[Judgement]:
    """The judgements of a JSON Lines file that `Judgement.to_dict` wrote. Raises FileError with the line."""
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1):
        if line.strip():
            try:
                found.append(read_judgement(json.loads(line), definition))
            except (ValueError, KeyError, TypeError, AttributeError) as problem:
                detail = f"not a judgement under {definition.name} ({problem!r}). Delete the file."
                raise FileError(f"{file}, line {number}: {detail}") from problem
    return found


def read_judgement(record: Mapping[str, Any], definition: Definition) -> Judgement:
    """A judgement from its JSON form; the inverse of `Judgement.to_dict` but for the rounding of probabilities."""
    verdicts = {dimension.name: _verdict(record[dimension.name], dimension, definition) for dimension in definition.dimensions}
    return Judgement(
        id=record["id"],
        label=record["label"],
        probability=record["probability"],
        verdicts=verdicts,
        needs_review=record["needs_review"],
        review_reasons=tuple(record["review_reasons"]),
        coaching=tuple(record["coaching"]),
        definition=Origin(**record["definition"]),
        model=Origin(**record["model"]),
        single_field=not any("field" in span for span in _all_spans(record, definition)),
    )


def _verdict(value: Mapping[str, Any], dimension: Dimension, definition: Definition) -> Verdict:
    if dimension.kind == "scale":
        return Level(value["level"], value["name"], tuple(value["probabilities"]), _spans(value["evidence"], definition))
    if dimension.kind == "choice":
        return Option(value["name"], dict(value["probabilities"]))
    return {
        name: Check(check["met"], check["probability"], _spans(check["evidence"], definition), check.get("source"))
        for name, check in value.items()
    }


def _spans(values: Sequence[Mapping[str, Any]], definition: Definition) -> tuple[Span, ...]:
    return tuple(Span(value.get("field", definition.main_field), value["start"], value["end"], value["text"]) for value in values)


def _all_spans(record: Mapping[str, Any], definition: Definition) -> Iterable[Mapping[str, Any]]:
    for dimension in definition.dimensions:
        value = record[dimension.name]
        yield from value.get("evidence", ()) if dimension.kind == "scale" else ()
        yield from (span for check in value.values() for span in check["evidence"]) if dimension.kind == "checks" else ()
