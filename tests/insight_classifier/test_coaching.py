"""The next question: what is missing, in the definition's order, but never before what it builds on."""

import pytest

from insight_classifier.coaching import coaching
from insight_classifier.definition import Definition
from insight_classifier.judgement import Check, Level, Option, Verdict

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
