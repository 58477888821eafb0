"""What a definition derives from its parts: thresholds, tags, the possible combinations, its fingerprint, a model's shape."""

import pytest

from insight_classifier.definition import Definition, combinations, required
from insight_classifier.definition_reader import read_definition
from insight_classifier.rule import parse

RULE = "rule: at_least(2, cause_named, fix_confirmed, promise_dated)"


def test_the_threshold_is_where_yes_and_no_cost_the_same(support_call: Definition):
    member = support_call.checks["fix_confirmed"]
    assert member.threshold * member.miss_cost == pytest.approx((1 - member.threshold) * member.false_alarm_cost)


def test_the_required_field_is_the_note_itself(support_call: Definition, definition: Definition):
    assert (support_call.main_field, definition.main_field) == ("transcript", "text")


def test_tags_stand_in_the_order_of_the_file(support_call: Definition):
    assert support_call.tags == ("cause_named", "fix_confirmed", "promise_dated", "patient_words")


def test_a_check_that_rules_alone_judge_is_neither_learned_nor_tagged(definition: Definition):
    ruled = {name for name, member in definition.checks.items() if member.judged_by == ("rules",)}
    learned = {member.name for dimension in definition.dimensions for member in dimension.learned}
    assert ruled
    assert not ruled & (learned | set(definition.tags))


def test_combinations_leave_out_what_requires_forbids(support_call: Definition):
    found = list(support_call.combinations())
    assert len(found) == 6
    assert all(row["cause_named"] for row in found if row["fix_confirmed"])


def test_combinations_follow_requires_through_checks_outside_the_rule(changed):
    chained = changed(("coach_when: not", "requires: [fix_confirmed]\n        coach_when: not"))
    rule = parse("promise_dated and not cause_named")
    assert rule.constant(combinations(rule, chained.checks)) is False


def test_required_reaches_through_others_and_survives_a_circle(changed):
    checks = dict(changed(("coach_when: not", "requires: [fix_confirmed]\n        coach_when: not")).checks)
    assert required("promise_dated", checks) == {"fix_confirmed", "cause_named"}
    checks["cause_named"] = checks["promise_dated"]
    assert required("fix_confirmed", checks) == {"cause_named", "fix_confirmed"}


def test_comments_and_layout_leave_the_fingerprint_alone(support_call: Definition, changed):
    layout = ("requires: [cause_named]", "requires:\n          - cause_named")
    same = changed(("name: support_call", "# a comment\n\nname:   'support_call'"), layout)
    assert same.fingerprint == support_call.fingerprint
    assert len(same.fingerprint) == 16


@pytest.mark.parametrize(
    "change",
    [
        (RULE, "rule: cause_named and promise_dated"),
        ("case_closed", "closed"),
        ("false_alarm_cost: 3", "false_alarm_cost: 2"),
        ("requires: [cause_named]", "# requires nothing"),
        ("What caused it?", "Why?"),
        ("why: a cause", "why: the cause"),
        ("not (promise_dated or fix_confirmed)", "not promise_dated"),
        ('version: "3"', 'version: "4"'),
    ],
)
def test_every_change_of_content_changes_the_fingerprint(change, support_call: Definition, changed):
    assert changed(change).fingerprint != support_call.fingerprint


@pytest.mark.parametrize(
    "change",
    [(RULE, "rule: cause_named"), ("wording: What shows", "wording: All that shows"), ("false_alarm_cost: 3", "false_alarm_cost: 1")],
)
def test_a_new_rule_wording_or_cost_needs_no_new_model(change, support_call: Definition, changed):
    assert changed(change).shape() == support_call.shape()


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (("      rude:", "      insolent:"), "dimensions"),
        (("kind: choice", "kind: checks"), "dimensions"),
        (("evidence_tag: patient_words", "evidence_tag: kind_words"), "tags"),
        (("{title: Call notes, required", "{title: Notes of the call, required"), "fields"),
    ],
)
def test_what_a_model_reads_or_says_is_its_shape(change, part, support_call: Definition, changed):
    before, after = support_call.shape(), changed(change).shape()
    assert part in [key for key in before if before[key] != after[key]]


def test_two_readings_of_a_file_are_equal(support_call: Definition):
    assert read_definition(support_call.source) == support_call
