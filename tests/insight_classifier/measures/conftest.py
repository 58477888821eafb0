"""Judgements of an invented year, as files: small, but with every part of the definition."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from insight_classifier.definition import Definition, Dimension
from insight_classifier.measures.observations import Observations, read_observations


@dataclass
class Year:
    """Notes that are alike in nothing but their number; `truths` by note, what people would say of each."""

    definition: Definition
    folder: Path
    truths: list[dict[str, Any]]
    metadata: list[dict[str, Any]]

    @property
    def judged(self) -> Path:
        return self.folder / "judged.jsonl"

    @property
    def notes(self) -> Path:
        return self.folder / "notes.jsonl"

    def labels(self, rows: Sequence[int], name: str = "labels.jsonl") -> Path:
        return lines(self.folder / name, [label(row, self.truths[row], self.definition) for row in rows])

    def read(self, labelled: int = 0, names: Sequence[str] = ()) -> Observations:
        audit = self.labels(range(labelled)) if labelled else None
        return read_observations(
            str(self.judged), self.definition, names, notes=self.notes, audit=audit, bands=((12, "new"), (1200, "old"))
        )


@pytest.fixture
def make_year(tmp_path: Path, definition: Definition) -> Callable[..., Year]:
    """A year of so many notes by so many authors, of two teams and three countries; the model is right more often than not."""

    def make(notes: int = 300, authors: int = 12) -> Year:
        chance = np.random.default_rng(1)
        truths = [truth_of(definition, chance) for _ in range(notes)]
        known = [fact(number, number % authors) for number in range(notes)]
        lines(tmp_path / "judged.jsonl", [judgement(f"n{number}", truth, definition, chance) for number, truth in enumerate(truths)])
        lines(tmp_path / "notes.jsonl", known)
        return Year(definition, tmp_path, truths, known)

    return make


def fact(number: int, author: int) -> dict[str, Any]:
    """What is known of a note beside its words."""
    where = {"team": "AB"[author % 2], "country": ("DE", "FR", "IT")[author % 3], "tenure_months": 5 * author}
    when = {"date": f"2026-{number % 12 + 1:02d}-05", "field_label": ("insight", "feedback")[number % 2]}
    return {"id": f"n{number}", "msl": f"m{author:02d}", **where, **when}


@pytest.fixture
def year(make_year: Callable[..., Year]) -> Year:
    return make_year()


def lines(path: Path, records: Sequence[Mapping[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return path


def truth_of(definition: Definition, chance: np.random.Generator) -> dict[str, Any]:
    met = definition.held({name: bool(chance.random() < 0.5) for name in definition.checks})
    return met | {d.name: int(chance.integers(len(d.members))) for d in definition.dimensions if d.kind != "checks"}


def judgement(name: str, truth: Mapping[str, Any], definition: Definition, chance: np.random.Generator) -> dict[str, Any]:
    """What a model says of a note, which errs now and then."""
    parts = {d.name: _verdict(d, truth, chance) for d in definition.dimensions}
    met = definition.label.rule(truth)
    origin = {"name": definition.name, "version": definition.version, "fingerprint": definition.fingerprint}
    said = {"label": definition.label.name(met), "probability": _seen(met, chance)}
    return {"id": name, **said, **parts, "coaching": [], "definition": origin, "model": {**origin, "name": "invented"}}


def _verdict(dimension: Dimension, truth: Mapping[str, Any], chance: np.random.Generator) -> dict[str, Any]:
    if dimension.kind == "checks":
        return {name: {"met": truth[name], "probability": _seen(truth[name], chance), "evidence": []} for name in dimension.names}
    chances = chance.dirichlet(np.ones(len(dimension.members)) + 4 * np.eye(len(dimension.members))[truth[dimension.name]]).tolist()
    name = dimension.names[truth[dimension.name]]
    if dimension.kind == "choice":
        return {"name": name, "probabilities": dict(zip(dimension.names, chances, strict=True))}
    return {"level": truth[dimension.name], "name": name, "probabilities": chances, "evidence": []}


def _seen(met: bool, chance: np.random.Generator) -> float:
    return float(chance.beta(4, 1.5) if met else chance.beta(1.5, 4))


def label(number: int, truth: Mapping[str, Any], definition: Definition) -> dict[str, Any]:
    """The labelled note; its text is nothing but quotes."""
    record: dict[str, Any] = {"id": f"n{number}", "evidence": []}
    for dimension in definition.dimensions:
        quotes = {name: int(truth[name] and dimension.member(name).evidence > 0) for name in dimension.names if dimension.kind == "checks"}
        if dimension.kind == "checks":
            record[dimension.name] = {name: truth[name] for name in dimension.names}
        elif dimension.kind == "choice":
            record[dimension.name] = dimension.names[truth[dimension.name]]
        else:
            record[dimension.name] = truth[dimension.name]
            quotes = {dimension.evidence_tag or "": dimension.members[truth[dimension.name]].evidence}
        record["evidence"] += [{"tag": tag, "quote": f"{tag} {place}."} for tag, count in quotes.items() for place in range(count)]
    return record | {definition.main_field: "A note. " + " ".join(quote["quote"] for quote in record["evidence"])}
