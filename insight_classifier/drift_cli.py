"""`insight drift`: whether notes, judgements or reviewers' corrections have changed since a reference period."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from insight_classifier.command import DefinitionOption, ModelOption, default_model, plain_errors, say, tell
from insight_classifier.definition import Definition
from insight_classifier.errors import ArgumentError, FileError, InputError
from insight_classifier.measures.drift import LEAST_REFERENCE, YEAR, Alarm, watch
from insight_classifier.measures.drift_signals import Watched, Weeks, behind, inputs, overrides, scores, weeks
from insight_classifier.measures.facts import day_of
from insight_classifier.note_files import read_records
from insight_classifier.notes import LabelledNote, Note, read_labelled_note, read_note
from insight_classifier.outputs import Floats

if TYPE_CHECKING:  # imported by the command: `insight --help` does not wait for it
    from insight_classifier.predictor import Predictor

WRITTEN = ("date", "written_at")
AT_ONCE = 256


@dataclass(frozen=True)
class Judged:
    """What the model says of the notes: calibrated chances by head, of the label, and vectors where the model gives them."""

    heads: dict[str, Floats]
    label: Floats
    vectors: Floats | None


def drift_command(
    file: Annotated[str, typer.Argument(help="Notes with their dates: JSON Lines, CSV or Parquet, or - for standard input.")],
    reference: Annotated[int, typer.Option(min=LEAST_REFERENCE, help="How many of the first weeks are the reference.")] = 12,
    reviewed: Annotated[Path | None, typer.Option(help="Labelled notes: where people overruled the model is watched as well.")] = None,
    output: Annotated[Path | None, typer.Option("--json", help="Write the alarms as JSON here.")] = None,
    model: ModelOption = None,
    definition: DefinitionOption = None,
) -> None:
    """Watch notes week by week for drift; each alarm comes with the notes behind it. Exit status 3 where there is one."""
    from insight_classifier.predictor import load_predictor

    with plain_errors():
        predictor = load_predictor(model or default_model(), definition=definition)
        notes, dates = _dated(file, predictor.definition)
        when = weeks(dates)
        _require(when, reference)
        judged = _judged(predictor, notes)
        watched = list(inputs(notes, judged.vectors, when, reference))
        watched += scores(predictor.definition, judged.heads, judged.label, when, reference)
        watched += _overrides(reviewed, notes, judged, predictor.definition, when, reference)
        alarms = watch([item.signal for item in watched], reference)
        named = {item.signal.name: item for item in watched}
        found = [_told(alarm, named[alarm.signal], when, notes) for alarm in alarms]
        if when.left_out:
            tell(f"{when.left_out} weeks of too few notes were left out")
        if output:
            _write(output, found)
        for item in found:
            way = "in this week" if item["way"] == "week" else "over some weeks"
            say(
                f"{item['week']}: {item['signal']} {way} {item['value']:.3g}, in the reference {item['expected']:.3g}; "
                f"look at {', '.join(item['notes'])}"
            )
        say(
            f"{len(found)} of {len(watched)} signals drift, in {len(when.starts) - reference} weeks after {reference} of reference. "
            "A year without any drift gives an alarm with a chance of 5% at most."
        )
    if found:
        raise typer.Exit(3)


def _dated(file: str, definition: Definition) -> tuple[list[Note], list[date]]:
    """Notes with a date; how many have none, or cannot be read, is told. Raises FileError."""
    notes: dict[str, Note] = {}
    dates: dict[str, date] = {}
    without = 0
    for record in read_records(file, definition):
        try:
            if record.error:
                raise record.error
            note = read_note(record.content, definition, record.number)
        except InputError:
            without += 1
            continue
        day = next((found for key in WRITTEN if (found := day_of(str(note.metadata.get(key, "")))) is not None), None)
        if day is None:
            without += 1
            continue
        notes[note.id], dates[note.id] = note, day
    if without:
        tell(f"{without} lines of {file} have no date, or no note, and are left out. Give a date as 2026-03-01")
    if not notes:
        raise FileError(f"{file}: no note has a {' or '.join(WRITTEN)}. Give each the day it was written, as 2026-03-01.")
    return list(notes.values()), list(dates.values())


def _require(when: Weeks, reference: int) -> None:
    later = len(when.starts) - reference
    if later < 1:
        raise ArgumentError(f"there are {len(when.starts)} weeks of enough notes, and {reference} are the reference. Give more weeks")
    if later > YEAR:
        raise ArgumentError(
            f"{later} weeks follow the reference, at most {YEAR} are watched. Take a later reference: leave out older notes"
        )


def _judged(predictor: "Predictor", notes: Sequence[Note]) -> Judged:
    logits, vectors = [], []
    for begin in range(0, len(notes), AT_ONCE):
        found = predictor.run(predictor.prepare(notes[begin : begin + AT_ONCE]))
        logits.append(found.logits)
        vectors.append(found.vectors)
    calibration = predictor.decoder.calibration
    heads = calibration.heads(predictor.definition, np.concatenate(logits))
    there = [part.astype(np.float64) for part in vectors if part is not None]
    return Judged(heads, calibration.label(predictor.definition, heads), np.concatenate(there) if len(there) == len(vectors) else None)


def _overrides(
    reviewed: Path | None, notes: Sequence[Note], judged: Judged, definition: Definition, when: Weeks, reference: int
) -> list[Watched]:  # fmt: skip
    """How often people give another label than the model."""
    if reviewed is None:
        return []
    said, names = _labels(reviewed, definition), [name for name in definition.label_rows[0] if name in judged.heads]
    overruled = np.full(len(notes), np.nan)
    for row, note in enumerate(notes):
        if note.id in said:
            met = {name: bool(judged.heads[name][row] >= definition.checks[name].threshold) for name in names}
            overruled[row] = definition.label.rule(definition.held(met)) != said[note.id].label_met(definition)
    found = overrides("label", overruled, when, reference)
    if found is None:
        tell("reviews are not watched: some weeks have too few of them")
    return [found] if found else []


def _labels(path: Path, definition: Definition) -> dict[str, LabelledNote]:
    found = {}
    for record in read_records(str(path), definition):
        if record.error:
            raise FileError(f"{path}, {record.error}.")
        labelled = read_labelled_note(record.content, definition, partial=True)
        if labelled.label_known(definition):
            found[labelled.note.id] = labelled
    return found


def _told(alarm: Alarm, watched: Watched, when: Weeks, notes: Sequence[Note]) -> dict[str, Any]:
    ids = [notes[row].id for row in behind(alarm, watched, when)]
    return asdict(alarm) | {"week": when.starts[alarm.week].isoformat(), "notes": ids}


def _write(path: Path, found: list[dict[str, Any]]) -> None:
    try:
        path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as problem:
        raise FileError(f"{path}: {problem.strerror}. Choose another file.") from problem
