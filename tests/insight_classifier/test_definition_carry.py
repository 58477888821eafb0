"""Labels are carried to a changed definition: what means the same stays, what changed is to be labelled again."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from insight_classifier.cli import make_app
from insight_classifier.definition import Definition
from insight_classifier.definition_carry import Carrying
from insight_classifier.errors import ArgumentError
from insight_classifier.notes import LabelledNote, Note, Quote, contradictions

REWORDED = ("The agent promised a next step with a date or an hour.", "The agent promised a next step with an hour.")
RENAMED = [("      cause_named:\n", "      reason_found:\n"), ("(2, cause_named", "(2, reason_found"), ("[cause_named]", "[reason_found]")]
CHEAPER = ("false_alarm_cost: 3", "false_alarm_cost: 1")
MOOD = ("wording: The agent blamed or cut off the caller.", "wording: The agent shouted.")

Edit = Callable[..., Definition]


@pytest.fixture
def note(support_call: Definition) -> LabelledNote:
    patience, topic = support_call.dimension("patience"), support_call.dimension("topic")
    return LabelledNote(
        Note("n1", {"transcript": "Old splitter. Tuesday at 8."}),
        {"cause_named": True, "fix_confirmed": False, "promise_dated": True},
        {patience.name: 0},
        {topic.name: topic.names[0]},
        (Quote("cause_named", "Old splitter", "transcript"), Quote("promise_dated", "Tuesday at 8", "transcript")),
    )


def test_nothing_changes_where_nothing_that_was_labelled_changed(support_call: Definition, changed: Edit, note: LabelledNote):
    assert Carrying(support_call, changed(CHEAPER))(note) == note


def test_a_reworded_check_is_to_be_labelled_again_and_its_quotes_go(support_call: Definition, changed: Edit, note: LabelledNote):
    carrying = Carrying(support_call, changed(REWORDED))
    carried = carrying(note)
    assert carrying.again == ("promise_dated",)
    assert dict(carried.checks) == {"cause_named": True, "fix_confirmed": False}
    assert [quote.tag for quote in carried.quotes] == ["cause_named"]
    assert carried.partial
    assert list(contradictions(carried, carrying.new)) == []


def test_what_is_kept_stays(support_call: Definition, changed: Edit, note: LabelledNote):
    assert Carrying(support_call, changed(REWORDED), ["promise_dated"])(note) == note


def test_a_renamed_check_takes_its_labels_and_quotes_along(support_call: Definition, changed: Edit, note: LabelledNote):
    carried = Carrying(support_call, changed(*RENAMED))(note)
    assert carried.checks["reason_found"]
    assert carried.quotes[0].tag == "reason_found"
    assert not carried.partial


def test_a_scale_of_which_a_level_was_reworded_is_to_be_labelled_again(support_call: Definition, changed: Edit, note: LabelledNote):
    carrying = Carrying(support_call, changed(MOOD))
    assert carrying.again == ("patience",)
    assert carrying(note).levels == {}


def test_a_name_that_there_is_not_is_refused(support_call: Definition):
    with pytest.raises(ArgumentError, match="'promises'"):
        Carrying(support_call, support_call, ["promises"])


def test_the_command_writes_notes_that_training_reads(definition: Definition, tmp_path: Path):
    from tests.conftest import DATA
    from training.data import load_notes

    reworded = tmp_path / "new.yaml"
    member = definition.dimensions[0].members[-1]
    text = definition.source.read_text(encoding="utf-8")
    reworded.write_text(text.replace(f"{member.not_enough.split()[0]} ", "Nothing but ", 1), encoding="utf-8")
    (tmp_path / "cues").symlink_to(definition.source.parent / "cues")
    arguments = [definition.source, reworded, "--labels", DATA / "notes" / "writer_a.jsonl", "--output", tmp_path / "carried.jsonl"]
    result = CliRunner().invoke(make_app(), ["definition", "carry", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    from insight_classifier.definition_reader import read_definition

    found = load_notes(tmp_path / "carried.jsonl", read_definition(reworded), partial=True)
    assert json.loads((tmp_path / "carried.jsonl").read_text().splitlines()[0])["partial"]
    assert found
    assert all(note.partial and member.name not in note.checks for note in found)
