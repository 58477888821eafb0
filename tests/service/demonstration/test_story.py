"""The year that is told of the notes."""

from datetime import timedelta
from random import Random
from statistics import mean

from insight_classifier.definition import Definition
from insight_classifier.notes import LabelledNote
from service.accounts.store import DEMONSTRATION
from service.demonstration.corpus import FOLDER, choose
from service.demonstration.story import COACHING, RECENT, YEAR, depth, is_urgent, read_story, tell
from tests.service.demonstration.conftest import AT

STORY = read_story()


def test_every_note_once_over_a_year_in_order(notes: list[LabelledNote], definition: Definition):
    told = tell(notes, definition, STORY, AT, Random(1))
    assert sorted(one.labelled.note.id for one in told) == sorted(note.note.id for note in notes)
    moments = [one.received_at for one in told]
    assert moments == sorted(moments)
    assert AT - YEAR <= moments[0] < AT - YEAR + timedelta(days=20)
    assert all(one.written_at < one.received_at for one in told)


def test_the_last_notes_are_urgent_and_fresh(notes: list[LabelledNote], definition: Definition):
    last = tell(notes, definition, STORY, AT, Random(1))[-len(RECENT) :]
    assert all(is_urgent(one.labelled, definition) for one in last)
    assert all(one.received_at >= AT - timedelta(hours=max(RECENT)) for one in last)


def test_the_coached_team_asks_deeper_afterwards_and_the_other_does_not(definition: Definition):
    told = tell(choose(FOLDER, definition, 400), definition, STORY, AT, Random(7))
    found: dict[tuple[bool, bool], list[float]] = {}
    for one in told:
        key = one.author.team == STORY["coached"], one.received_at >= AT - COACHING
        found.setdefault(key, []).append(depth(one.labelled, definition))
    assert mean(found[True, True]) > mean(found[True, False]) + 0.1
    assert abs(mean(found[False, True]) - mean(found[False, False])) < 0.15


def test_a_record_says_that_it_is_a_demonstration(notes: list[LabelledNote], definition: Definition):
    [first, *_] = tell(notes, definition, STORY, AT, Random(1))
    metadata = first.record["metadata"]
    assert metadata["source"] == DEMONSTRATION
    assert {"author", "hcp", "date", "team", "country", "field_label"} <= set(metadata)
