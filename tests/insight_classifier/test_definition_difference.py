"""What changed between two definitions is said, one sentence a change, and whether it takes a new model."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from insight_classifier.definition import Definition, Dimension, Example, Field, Label, Member
from insight_classifier.definition_difference import differences
from insight_classifier.definition_reader import read_definition
from insight_classifier.rule import parse

SUPPORT_CALL = Path(__file__).parent.parent / "definitions" / "support_call.yaml"
RULE = "rule: at_least(2, cause_named, fix_confirmed, promise_dated)"
WHEN = "coach_when: not (promise_dated or fix_confirmed)"
KEEPS = "No model must be retrained: one that was trained under the old definition serves the new one."
RETRAIN = "A model must be retrained"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('version: "3"', 'version: "4"'), "The version of the definition changed from “3” to “4”."),
        ((RULE, "rule: cause_named"), f"The rule changed from `{RULE[6:]}` to `cause_named`."),
        (("met: case_closed", "met: done"), "The label where the rule holds changed from “case_closed” to “done”."),
        (("met_wording: The customer", "met_wording: A customer"), "The wording of the label case_closed changed from “The customer …”"),
        (("[0.4, 0.6]", "[0.3, 0.6]"), "Notes are reviewed from 0.3 to 0.6, before from 0.4 to 0.6."),
        (("review_band:", "crm_values: {ok: case_closed}\n  review_band:"), "The CRM value ok stands for case_closed, before for nothing."),
        (("wording: What shows", "wording: All that shows"), "The wording of the dimension resolution changed from “What shows that"),
        (("Being brief.", "Being short."), "What is not enough for patience rude changed from “Being brief.” to “Being short.”."),
        (("comes Tuesday", "comes Friday"), "The acceptable example of promise_dated changed from “Technician comes Tuesday between"),
        (("why: no date", "why: undated"), "The reason for the unacceptable example of promise_dated changed from “no date” to “undated”."),
        (("- By when will they hear from us?", "- When?"), "promise_dated now asks: When?"),
        ((WHEN, "coach_when: not promise_dated"), f"When promise_dated asks changed from “{WHEN[12:]}” to “not promise_dated”."),
        (("requires: [cause_named]", "# free"), "fix_confirmed no longer requires: cause_named"),
        ((WHEN, "requires: [cause_named]"), "promise_dated now requires: cause_named"),
        (("false_alarm_cost: 3", "false_alarm_cost: 1"), "the model says yes from a probability of 0.5, before from 0.75."),
        (("evidence: 2", "evidence: 3"), "patience devoted needs at least 3 quotes, before 2."),
    ],
)
def test_a_change_that_a_model_survives(change, said, support_call: Definition, changed):
    found = differences(support_call, changed(change))
    assert said in " ".join(found)
    assert found[-1] == KEEPS
    assert len(found) <= 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("      rude:", "      insolent:"), "The level rude of patience seems to be renamed insolent: both say the same."),
        (("  topic:", "  subject:"), "The dimension topic seems to be renamed subject: both say the same."),
        (("  transcript:", "  notes:"), "The field transcript seems to be renamed notes: both say the same."),
        (("{title: Call notes,", "{title: Notes,"), "The title of the field transcript changed from “Call notes” to “Notes”."),
        (("kind: choice", "kind: scale"), "The dimension topic is a scale, before a choice."),
        (("patient_words", "kind_words"), "The evidence tag of the dimension patience changed from “patient_words” to “kind_words”."),
        (("  transcript:", "  product: {title: Product}\n  transcript:"), "The field product is added."),
    ],
)
def test_a_change_that_needs_a_new_model(change, said, support_call: Definition, changed):
    found = differences(support_call, changed(change))
    assert found[0] == said
    assert found[-1].startswith(RETRAIN)


def without(text: str, member: str, after: str) -> str:
    return text[: text.index(f"      {member}:")] + text[text.index(f"      {after}:") :]


def test_a_member_is_removed_or_added(support_call: Definition, tmp_path: Path):
    path = tmp_path / "shorter.yaml"
    path.write_text(without(SUPPORT_CALL.read_text(), "curt", "civil"))
    assert "The level curt of patience is removed." in differences(support_call, read_definition(path))
    assert "The level curt of patience is added." in differences(read_definition(path), support_call)


def test_the_order_of_levels_counts(support_call: Definition, changed):
    swapped = changed(("      rude:", "      x:"), ("      curt:", "      rude:"), ("      x:", "      curt:"))
    said = "The order of the levels of patience changed from rude, curt, civil, kind, devoted to curt, rude, civil, kind, devoted."
    assert said in differences(support_call, swapped)


def test_only_the_words_that_differ_are_said(support_call: Definition, changed):
    found = differences(support_call, changed(("during the call and reports that it", "during the call and then wrote that it")))
    assert found[0] == "The wording of fix_confirmed changed from “… and reports that …” to “… and then wrote that …”."


def test_the_same_definition_did_not_change(support_call: Definition, changed):
    assert differences(support_call, changed()) == ["Nothing changed: both definitions say the same."]


RULED = parse("promise_dated")
OTHER = {
    "kind": "scale", "rule": RULED, "coach_when": RULED, "review_band": (0.1, 0.2), "crm_values": {"x": "case_closed"}, "members": (),
    "acceptable": Example("x", "y"), "unacceptable": Example("x", "y"), "coaching": ("x",), "requires": ("x",), "judged_by": ("rules",),
    "evidence": 9, "miss_cost": 9.0, "false_alarm_cost": 9.0, "required": False,
}  # fmt: skip


def with_member(definition: Definition, **change: object) -> Definition:
    dimension = definition.dimensions[0]
    return with_dimension(definition, members=(replace(dimension.members[0], **change), *dimension.members[1:]))


def with_dimension(definition: Definition, **change: object) -> Definition:
    return replace(definition, dimensions=(replace(definition.dimensions[0], **change), *definition.dimensions[1:]))


def with_label(definition: Definition, **change: object) -> Definition:
    return replace(definition, label=replace(definition.label, **change))


def with_field(definition: Definition, **change: object) -> Definition:
    return replace(definition, fields=(replace(definition.fields[0], **change),))


PARTS = [(with_member, Member), (with_dimension, Dimension), (with_label, Label), (with_field, Field)]
ATTRIBUTES = [(change, field.name) for change, part in PARTS for field in fields(part)]


@pytest.mark.parametrize(("change", "attribute"), ATTRIBUTES)
def test_no_attribute_changes_unsaid(change, attribute: str, support_call: Definition):
    other = change(support_call, **{attribute: OTHER.get(attribute, "another")})
    assert other.fingerprint != support_call.fingerprint
    assert len(differences(support_call, other)) > 1
