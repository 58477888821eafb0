"""Of several people's labels of a note what they agree on is kept; a settled label counts alone."""

import json
from dataclasses import replace
from pathlib import Path

from insight_classifier.definition import Definition
from insight_classifier.notes import LabelledNote, contradictions, labelled_record
from training.snapshots.agreed import agreed
from training.snapshots.reviewed import SETTLED, of_reviews


def other(note: LabelledNote, definition: Definition) -> LabelledNote:
    """The same note by somebody who sees one check more or less, and another option."""
    name = definition.label.rule.names[-1]
    (choice, option), *_ = note.options.items()
    another = next(item for item in definition.dimension(choice).names if item != option)
    quotes = tuple(quote for quote in note.quotes if quote.tag != name)
    return replace(note, checks={**note.checks, name: False}, options={choice: another}, quotes=quotes)


def full(labelled: list[LabelledNote], definition: Definition) -> LabelledNote:
    return next(note for note in labelled if note.label_met(definition))


def test_what_people_differ_on_is_left_out(labelled: list[LabelledNote], definition: Definition):
    note = full(labelled, definition)
    found = agreed([note, other(note, definition)], definition)
    last = definition.label.rule.names[-1]
    assert dict(found.checks) == {name: met for name, met in note.checks.items() if name != last}
    assert (found.options, found.levels, found.partial) == ({}, note.levels, True)
    assert all(quote.tag != last for quote in found.quotes)
    assert list(contradictions(found, definition)) == []


def test_what_all_say_stays_whole(labelled: list[LabelledNote], definition: Definition):
    note = full(labelled, definition)
    found = agreed([note, note], definition)
    assert (dict(found.checks), found.partial, set(found.quotes)) == (dict(note.checks), False, set(note.quotes))


def test_a_settled_label_counts_alone(labelled: list[LabelledNote], definition: Definition, tmp_path: Path):
    note = full(labelled, definition)
    lines = [
        labelled_record(one, definition) | {"author": "a", "review": {"kind": kind, "reviewer": "account:7"}}
        for one, kind in ((note, "review"), (other(note, definition), SETTLED))
    ]
    (tmp_path / "every.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (found,) = of_reviews(tmp_path / "every.jsonl", definition)
    assert not found.note.label_met(definition)
    assert (found.kind, found.note.partial) == (SETTLED, False)
