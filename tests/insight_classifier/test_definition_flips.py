"""Which notes get another label under a new definition, without judging any note again."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insight_classifier.definition import Definition
from insight_classifier.definition_flips import Flip, flips
from insight_classifier.definition_reader import read_definition

NOTES = Path(__file__).parent.parent.parent / "data" / "notes"
RULE = "rule: at_least(2, cause_named, fix_confirmed, promise_dated)"
CHEAPER = ("false_alarm_cost: 3", "false_alarm_cost: 1")
CAUSE = 'acceptable: {text: "Router dropped out as'
WHEN = "coach_when: not (promise_dated or fix_confirmed)"


def judgement(identifier: str = "n1", label: str | None = None, **checks: float | None) -> dict:
    """As `insight score` writes it; a check is met from its probability by the old threshold, as far as `requires` allows."""
    thresholds = {"cause_named": 0.5, "fix_confirmed": 0.75, "promise_dated": 0.5}
    met = {name: p >= thresholds[name] for name, p in checks.items()}
    met["fix_confirmed"] = met.get("fix_confirmed", False) and met.get("cause_named", False)
    said = {name: {"met": met[name], "probability": p, "evidence": []} for name, p in checks.items()}
    outcome = sum(met.values()) >= 2
    return {"id": identifier, "label": label or ("case_closed" if outcome else "call_again"), "resolution": said}


def labelled(**checks: bool) -> dict:
    return {"id": "n1", "transcript": "x", "resolution": checks}


PROBABLE = st.builds(judgement, cause_named=st.floats(0, 1), fix_confirmed=st.floats(0, 1), promise_dated=st.floats(0, 1))


@given(judged=st.lists(PROBABLE, max_size=5))
def test_nothing_flips_where_nothing_changed(support_call: Definition, judged):
    assert list(flips(support_call, support_call, judged)) == []


def test_a_new_rule_flips_a_label(support_call: Definition, changed):
    stricter = changed((RULE, "rule: cause_named and fix_confirmed and promise_dated"))
    found = list(flips(support_call, stricter, [judgement(cause_named=0.9, fix_confirmed=0.9, promise_dated=0.1)]))
    assert found == [Flip("n1", "case_closed", "call_again", "by the new rule; met: cause_named, fix_confirmed; not met: promise_dated")]


def test_a_new_rule_flips_a_note_that_a_person_labelled(support_call: Definition, changed):
    looser = changed((RULE, "rule: cause_named"))
    found = list(flips(support_call, looser, [labelled(cause_named=True, fix_confirmed=False, promise_dated=False)]))
    assert [(flip.before, flip.after) for flip in found] == [("call_again", "case_closed")]


def test_a_new_threshold_is_applied_to_the_stored_probability(support_call: Definition, changed):
    found = list(flips(support_call, changed(CHEAPER), [judgement(cause_named=0.9, fix_confirmed=0.6, promise_dated=0.1)]))
    assert found == [Flip("n1", "call_again", "case_closed", "fix_confirmed is now met: 0.60 against 0.50")]


def test_a_person_s_verdict_knows_no_threshold(support_call: Definition, changed):
    assert not list(flips(support_call, changed(CHEAPER), [labelled(cause_named=True, fix_confirmed=False, promise_dated=False)]))


def test_a_new_threshold_still_honours_requires(support_call: Definition, changed):
    assert not list(flips(support_call, changed(CHEAPER), [judgement(cause_named=0.1, fix_confirmed=0.9, promise_dated=0.9)]))


def test_a_check_that_was_hidden_by_what_it_requires_comes_to_light(support_call: Definition, changed):
    lower = changed((CAUSE, f"false_alarm_cost: 0.2\n        {CAUSE}"))
    found = list(flips(support_call, lower, [judgement(cause_named=0.3, fix_confirmed=0.9, promise_dated=0.1)]))
    assert found == [
        Flip("n1", "call_again", "case_closed", "cause_named is now met: 0.30 against 0.17; fix_confirmed is now met: 0.90 against 0.75")
    ]


def test_a_dropped_requirement_frees_a_check(support_call: Definition, changed):
    free = changed(("requires: [cause_named]", "# free"))
    found = list(flips(support_call, free, [judgement(cause_named=0.1, fix_confirmed=0.9, promise_dated=0.9)]))
    assert [(flip.after, flip.reason) for flip in found] == [("case_closed", "fix_confirmed is now met: 0.90 against 0.75")]


def test_a_new_requirement_says_what_is_lacking(support_call: Definition, changed):
    bound = changed((WHEN, "requires: [fix_confirmed]"))
    found = list(flips(support_call, bound, [labelled(cause_named=True, fix_confirmed=False, promise_dated=True)]))
    assert [flip.reason for flip in found] == ["promise_dated is no longer met: it requires fix_confirmed"]


def test_what_rules_found_stands_at_any_threshold(support_call: Definition, changed):
    record = judgement(cause_named=0.9, fix_confirmed=0.9, promise_dated=0.1)
    record["resolution"]["fix_confirmed"] = {"met": True, "probability": 0.76, "evidence": [], "source": "both"}
    assert not list(flips(support_call, changed(("false_alarm_cost: 3", "false_alarm_cost: 9")), [record]))


def test_a_record_that_lacks_a_check_is_reported(support_call: Definition, changed):
    found = list(flips(support_call, changed((RULE, "rule: promise_dated")), [labelled(cause_named=True, fix_confirmed=True)]))
    assert found == [Flip("n1", None, None, "lacks promise_dated, which the new rule needs")]


def test_a_record_that_was_not_judged_is_reported(support_call: Definition):
    found = list(flips(support_call, support_call, [{"id": 7, "error": {"code": "empty_text", "detail": "transcript is empty"}}]))
    assert found == [Flip("7", None, None, "was not judged: transcript is empty")]


@pytest.mark.parametrize("odd", [None, 5, {"cause_named": 1}, {"cause_named": {"met": "yes"}}, {"cause_named": {"probability": 0.9}}])
def test_an_odd_record_is_reported_by_its_number(odd, support_call: Definition):
    found = flips(support_call, support_call, [{}, {"resolution": odd}])
    assert [(flip.id, flip.after) for flip in found] == [("1", None), ("2", None)]


def test_a_record_without_its_old_label_is_reported_with_the_new_one(support_call: Definition, changed):
    found = list(flips(support_call, changed((RULE, "rule: cause_named")), [labelled(cause_named=True)]))
    assert [(flip.before, flip.after) for flip in found] == [(None, "case_closed")]


def test_a_label_that_is_only_renamed_does_not_flip(support_call: Definition, changed):
    judged = judgement(cause_named=0.9, fix_confirmed=0.9, promise_dated=0.1)
    assert not list(flips(support_call, changed(("met: case_closed", "met: done")), [judged]))


def test_labels_that_change_places_flip(support_call: Definition, changed):
    swapped = changed(("met: case_closed", "met: x"), ("met: call_again", "met: case_closed"), ("met: x", "met: call_again"))
    judged = judgement(cause_named=0.9, fix_confirmed=0.9, promise_dated=0.1)
    assert [(flip.before, flip.after) for flip in flips(support_call, swapped, [judged])] == [("case_closed", "call_again")]


def test_a_renamed_check_is_found_by_its_old_name(support_call: Definition, changed):
    renamed = changed(("      promise_dated:", "      dated:"), (RULE, "rule: dated"), (WHEN, "coach_when: not dated"))
    found = list(flips(support_call, renamed, [judgement(cause_named=0.9, fix_confirmed=0.9, promise_dated=0.1)]))
    assert [(flip.before, flip.after) for flip in found] == [("case_closed", "call_again")]


def test_checks_written_as_a_list_of_the_true_ones(support_call: Definition, changed):
    found = list(flips(support_call, changed((RULE, "rule: cause_named")), [{"id": "a", "resolution": ["cause_named"]}]))
    assert [(flip.before, flip.after) for flip in found] == [("call_again", "case_closed")]


def test_a_record_of_another_definition_is_judged_by_its_probabilities(support_call: Definition):
    record = judgement(cause_named=0.9, fix_confirmed=0.6, promise_dated=0.1) | {"definition": {"fingerprint": "another"}}
    record["resolution"]["fix_confirmed"]["met"] = True
    record["label"] = "case_closed"
    assert [flip.reason for flip in flips(support_call, support_call, [record])] == ["fix_confirmed is no longer met: 0.60 against 0.75"]


def test_the_corpus_flips_as_its_labels_say(definition: Definition, tmp_path: Path):
    """Two of three as the rule: exactly the notes with two true criteria flip."""
    text = definition.source.read_text().replace(definition.label.rule.source, f"at_least(2, {', '.join(definition.label.rule.names)})")
    path = tmp_path / "looser.yaml"
    path.write_text(text)
    records = [json.loads(line) for line in (NOTES / "writer_a.jsonl").read_text().splitlines()]
    names = definition.label.rule.names
    expected = [r["id"] for r in records if sum(r[definition.dimensions[0].name][name] for name in names) == 2]
    assert [flip.id for flip in flips(definition, read_definition(path), records)] == expected
    assert expected
