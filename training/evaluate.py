"""Judging a judge: every metric with its interval, beside the baselines, and one judge against another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from insight_classifier.definition import Definition
from insight_classifier.errors import DefinitionError, FileError
from insight_classifier.judgement import Judgement, Origin
from insight_classifier.notes import LabelledNote, Note
from insight_classifier.outputs import Floats
from training.aligned import LABEL, Aligned, align, rule_parts
from training.bootstrap import RESAMPLES, SEED, Difference, Interval, differences, intervals, msls, resamples, writer_of
from training.data import SIDES, labelled_notes, load_corpus, load_notes
from training.metrics import Point, confusion, reliability
from training.slices import Slice, slices


class Judge(Protocol):
    """What can be evaluated; a Predictor is one."""

    @property
    def definition(self) -> Definition: ...
    @property
    def model(self) -> Origin: ...
    def judge(self, notes: Sequence[Note]) -> list[Judgement]: ...


@dataclass(frozen=True)
class Judged:
    """What a judge said of the notes. `parts` names what it judges, as the metrics name it; None is everything."""

    name: str
    judgements: Sequence[Judgement]
    parts: frozenset[str] | None = None


@dataclass(frozen=True)
class Column:
    """One judge's metrics."""

    name: str
    values: Mapping[str, Interval]


@dataclass(frozen=True)
class WrongLabel:
    """A note whose label is wrong, and the checks behind it."""

    id: str
    said: str
    wrongly_met: tuple[str, ...]
    wrongly_missing: tuple[str, ...]


@dataclass(frozen=True)
class Evaluation:
    """One model on one set of notes; `columns` begins with the model, the baselines follow."""

    definition: Definition
    model: Origin
    data: str  # where the notes come from, in the words of whoever ran it
    notes: int
    writers: tuple[str, ...]
    msls: int
    resamples: int
    seed: int
    columns: tuple[Column, ...]
    slices: tuple[Slice, ...]
    reliability: Mapping[str, tuple[Point, ...]]
    confusions: Mapping[str, Floats]  # rows: the person, columns: the model
    wrong_labels: tuple[WrongLabel, ...]


@dataclass(frozen=True)
class Comparison:
    """Two models on the same notes; `only_a` and `only_b` are the notes whose label one of them alone has right."""

    a: Origin
    b: Origin
    notes: int
    msls: int
    resamples: int
    differences: Mapping[str, Difference]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]


@dataclass(frozen=True)
class Notes:
    """What is judged, and what a baseline may learn from: empty where the file is no corpus."""

    judged: tuple[LabelledNote, ...]
    train: tuple[LabelledNote, ...] = ()
    validation: tuple[LabelledNote, ...] = ()


def load_side(path: Path, definition: Definition, side: str = "validation") -> Notes:
    """A .jsonl file of labelled notes, or one side of a corpus folder, without what is labelled in part. Raises FileError or LabelError."""
    if not path.is_dir():
        return Notes(tuple(load_notes(path, definition)))
    if side not in SIDES:
        raise FileError(f"there is no side {side!r}. Use {', '.join(SIDES)}.")
    corpus = load_corpus(path, definition)
    if side not in corpus:
        raise FileError(f"{path}: its split.yaml puts no writer on the side {side}. Choose another --side, or change split.yaml.")
    sides = {
        name: tuple(note for note in labelled_notes(corpus[name], definition) if not note.partial) for name in {"train", "validation", side}
    }
    return Notes(sides[side], sides["train"], sides["validation"])


def evaluate(
    predictor: Judge,
    labelled: Sequence[LabelledNote],
    definition: Definition,
    *,
    baselines: Sequence[Judged] | None = None,
    data: str = "notes handed in",
    rounds: int = RESAMPLES,
    seed: int = SEED,
) -> Evaluation:
    """Judge the notes and measure it, with the baselines' judgements of the same notes beside it. Raises FileError or DefinitionError."""
    _some(labelled)
    _agreed(predictor.definition, definition, f"{predictor.model.name} and the evaluation")
    own = align(definition, labelled, predictor.judge([item.note for item in labelled]))
    others = [(item.name, align(definition, labelled, item.judgements, item.parts)) for item in baselines or ()]
    counts = resamples(labelled, rounds=rounds, seed=seed)
    return Evaluation(
        definition=definition,
        model=predictor.model,
        data=data,
        notes=len(labelled),
        writers=tuple(sorted({writer_of(item) for item in labelled})),
        msls=msls(labelled),
        resamples=rounds,
        seed=seed,
        columns=tuple(Column(name, intervals(aligned, counts)) for name, aligned in [(predictor.model.name, own), *others]),
        slices=tuple(slices(own, definition, rounds=rounds, seed=seed)),
        reliability={name: reliability(b.gold, b.probability) for name, b in own.binary.items() if b.probability is not None},
        confusions={name: _confusion(own, name) for name in own.graded},
        wrong_labels=wrong_labels(own, definition),
    )


def compare(a: Judge, b: Judge, labelled: Sequence[LabelledNote], *, rounds: int = RESAMPLES, seed: int = SEED) -> Comparison:
    """Two models under one definition on the same notes. Raises DefinitionError where they judge by different ones."""
    _some(labelled)
    _agreed(a.definition, b.definition, f"{a.model.name} and {b.model.name}")
    notes = [item.note for item in labelled]
    first, second = (align(a.definition, labelled, judge.judge(notes)) for judge in (a, b))
    right_a, right_b = ((judge.binary[LABEL].met == judge.binary[LABEL].gold).tolist() for judge in (first, second))
    return Comparison(
        a=a.model,
        b=b.model,
        notes=len(labelled),
        msls=msls(labelled),
        resamples=rounds,
        differences=differences(first, second, resamples(labelled, rounds=rounds, seed=seed)),
        only_a=tuple(note.id for note, ours, theirs in zip(notes, right_a, right_b, strict=True) if ours and not theirs),
        only_b=tuple(note.id for note, ours, theirs in zip(notes, right_a, right_b, strict=True) if theirs and not ours),
    )


def wrong_labels(aligned: Aligned, definition: Definition) -> tuple[WrongLabel, ...]:
    """The confusion behind the label: which of the rule's checks were wrongly met or wrongly missed where the label is wrong."""
    label = aligned.binary[LABEL]
    checks = {name: aligned.binary[part] for name, part in rule_parts(definition).items()}
    return tuple(
        WrongLabel(
            id=aligned.notes[row].note.id,
            said=definition.label.name(bool(label.met[row])),
            wrongly_met=tuple(name for name, check in checks.items() if check.met[row] and not check.gold[row]),
            wrongly_missing=tuple(name for name, check in checks.items() if check.gold[row] and not check.met[row]),
        )
        for row in np.flatnonzero(label.met != label.gold).tolist()
    )


def _confusion(aligned: Aligned, name: str) -> Floats:
    graded = aligned.graded[name]
    return np.asarray(confusion(graded.gold, graded.said, graded.size, np.ones((1, len(graded.gold))))[0])


def _agreed(first: Definition, second: Definition, who: str) -> None:
    """Labels mean the same only under one definition."""
    if first.fingerprint != second.fingerprint:
        raise DefinitionError(f"{who} judge under different definitions: load both under one with --definition FILE.")


def _some(labelled: Sequence[LabelledNote]) -> None:
    if not labelled:
        raise FileError("there are no labelled notes to judge. Give a file or a side with at least one.")
