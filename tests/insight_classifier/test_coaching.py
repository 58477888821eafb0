"""The next question: what is missing, in the definition's order, but never before what it builds on."""

import pytest

from insight_classifier.coaching import coaching
from insight_classifier.definition import Definition
from insight_classifier.judgement import Check, Level, Option, Verdict
from tests.insight_classifier.verdicts import banked_verdicts, nothing

CAUSE, FIX, PROMISE, PLACE = "What caused it?", "Stay on the line", "By when", "What would you want"


def asked(definition: Definition, level: int = 2, **met: bool) -> list[str]:
    verdicts: dict[str, Verdict] = {
        "resolution": {name: Check(met.get(name, False), 0.5) for name in definition.dimension("resolution").names},
        "patience": Level(level, definition.dimension("patience").names[level], (0.2,) * 5),
        "topic": Option("defect", {"invoice": 0.0, "shipment": 0.0, "defect": 1.0}),
    }
    return list(coaching(definition, verdicts))


def test_what_is_missing_is_asked_for_but_not_what_builds_on_it(support_call: Definition):
    questions = asked(support_call)
    assert [question.split(" Ask")[0] for question in questions] == [CAUSE, "By when will they hear from us?"]


def test_a_check_is_asked_for_once_what_it_requires_is_there(support_call: Definition):
    assert any(question.startswith(FIX) for question in asked(support_call, cause_named=True))


def test_nothing_is_asked_where_nothing_is_missing(support_call: Definition):
    assert asked(support_call, cause_named=True, fix_confirmed=True, promise_dated=True) == []


@pytest.mark.parametrize(
    ("met", "due"), [({}, True), ({"promise_dated": True}, False), ({"cause_named": True, "fix_confirmed": True}, False)]
)
def test_coach_when_decides_where_it_stands(met, due, support_call: Definition):
    assert any(question.startswith(PROMISE) for question in asked(support_call, **met)) is due


def test_a_level_asks_its_own_question_after_the_checks(support_call: Definition):
    assert asked(support_call, level=0)[-1].startswith(PLACE)
    assert not any(question.startswith(PLACE) for question in asked(support_call, level=1))


def test_a_question_that_two_members_share_is_asked_once(changed):
    shared = changed(("- By when will they hear from us?", "- What caused it? Ask what changed just before it began."))
    assert len(asked(shared)) == 1


def test_one_lack_is_asked_for_ever_deeper(support_call_with_bank: Definition) -> None:
    first, *others = coaching(support_call_with_bank, banked_verdicts(support_call_with_bank), "a")
    assert first in support_call_with_bank.questions[0].questions["first"]
    assert others == ["What was new then?", "What if it had not been new?"]


def test_where_nothing_lacks_no_lack_is_claimed(support_call_with_bank: Definition) -> None:
    everything = banked_verdicts(support_call_with_bank, cause_named=True, fix_confirmed=True, promise_dated=True)
    assert set(coaching(support_call_with_bank, everything)) <= set(support_call_with_bank.questions[-1].every_question())


def test_the_same_note_is_asked_the_same_and_others_otherwise(support_call_with_bank: Definition) -> None:
    verdicts = banked_verdicts(support_call_with_bank)
    asked_of = {note: coaching(support_call_with_bank, verdicts, note) for note in map(str, range(20))}
    assert len({questions[0] for questions in asked_of.values()}) == 2
    assert coaching(support_call_with_bank, verdicts, "7") == asked_of["7"]


def test_a_question_on_the_topic_goes_before_plain_ones(support_call_with_bank: Definition) -> None:
    verdicts = banked_verdicts(support_call_with_bank)
    verdicts["topic"] = Option("defect", {"invoice": 0.1, "shipment": 0.0, "defect": 0.9})
    assert {coaching(support_call_with_bank, verdicts, str(i))[0] for i in range(9)} == {"Which part fails?"}


def test_the_notes_own_words_fill_a_question(support_call_with_bank: Definition) -> None:
    verdicts = banked_verdicts(support_call_with_bank, cause_named=True)
    assert coaching(support_call_with_bank, verdicts)[0] == "I noted “the day unit has no lift”. Until when?"


def test_reminders_of_a_lane_come_last_and_within_three(definition: Definition) -> None:
    lane = next(dimension for dimension in definition.dimensions if dimension.lane)
    verdicts: dict[str, Verdict] = {d.name: nothing(d) for d in definition.dimensions}
    verdicts[lane.name] = {name: Check(True, None) for name in lane.names}
    reminders = [question for member in lane.members for question in member.coaching]
    questions = coaching(definition, verdicts)
    assert list(questions[-len(reminders) :]) == reminders
    assert len(questions) == max(3, len(reminders) + 1)
