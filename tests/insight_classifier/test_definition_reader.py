"""Every kind of mistake names its line and its mend; all are reported in one go, in file order; nothing is ever a traceback."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from insight_classifier.definition_reader import default_definition, examine, read_definition
from insight_classifier.errors import DefinitionError
from insight_classifier.yaml_file import MAX_BYTES

SUPPORT_CALL = Path(__file__).parent.parent / "definitions" / "support_call.yaml"
RULE = "rule: at_least(2, cause_named, fix_confirmed, promise_dated)"
CONFIRMED = "        requires: [cause_named]\n"
# What is replaced, by what, a text on the line that must be named, and words of the problem or the mend.
MISTAKES = [
    # keys
    ("title: Resolution", "titel: Resolution", "titel:", "unknown key 'titel'. Write title."),
    ("title: Resolution", "colour: red\n    title: Resolution", "colour:", "Known keys: title, kind, wording, members, evidence_tag, lane"),
    ("title: Resolution", "title: One\n    title: Resolution", "    title: Resolution", "has 'title' twice, first on line"),
    ("      curt:\n", "      rude:\n", "      rude:\n        title: Curt", "has 'rude' twice"),
    ("    title: Resolution\n", "", "  resolution:", "lacks 'title'. Add the key title"),
    ("dimensions:\n", "x: {}\ndimensions:\n", "x: {}", "Known keys: name, version, title, fields, label, dimensions"),
    ("title: Case", "1: x\ntitle: Case", "1: x", "unknown key '1'"),
    ("title: Case", "[a, b]: x\ntitle: Case", "[a, b]: x", "a key that is no word"),
    ("title: Case", "~: x\ntitle: Case", "~: x", "a key that is no word"),
    ("title: Resolution", "<<: {title: x}\n    title: Resolution", "<<:", "merge keys are not read"),
    # texts and names
    ('version: "3"', "version:", "version:", "version of the definition must be a text. Write some words"),
    ('version: "3"', "version: null", "version:", "must be a text"),
    ("title: Case closed or call again", "title: [a]", "title: [a]", "must be a text"),
    ("wording: What shows that", 'wording: ""\n    # that', 'wording: ""', "wording of the dimension 'resolution' must be a text"),
    ("name: support_call", "name: 12", "name: 12", "name of the definition is '12', which is no name"),
    ("name: support_call", "name: Support call", "name: Support call", "Use at most 64 lower-case letters, digits and _"),
    ("name: support_call", f"name: {'a' * 65}", "name: aaa", "which is no name"),
    ("      rude:", "      1:", "      1:", "'1' cannot name a member"),
    ("      rude:", "      Rude Words:", "      Rude Words:", "'Rude Words' cannot name a member"),
    ("  topic:", "  Topic:", "  Topic:", "'Topic' cannot name a dimension"),
    ("  transcript:", "  the-call:", "  the-call:", "'the-call' cannot name a field"),
    ("  topic:", "  transcript:", "  transcript:\n    title: Topic", "'transcript' is used already on line"),
    ("  topic:", "  fix_confirmed:", "  fix_confirmed:\n    title: Topic", "is used already on line"),
    ("  topic:", "  label:", "  label:\n    title: Topic", "'label' is a key that every judgement or note has"),
    ("  transcript:", "  id:", "  id:", "'id' is a key that every judgement or note has"),
    ("evidence_tag: patient_words", "evidence_tag: cause_named", "evidence_tag:", "'cause_named' is used already on line"),
    ("evidence_tag: patient_words", "evidence_tag: kind words", "evidence_tag:", "which is no name"),
    # the label
    ("unmet: call_again", "unmet: case_closed", "unmet: case_closed", "Give the two outcomes different names"),
    ("  unmet: call_again\n", "", "label:", "label lacks 'unmet'"),
    ("unmet: call_again", "unmet: Call again", "unmet: Call again", "unmet of label is 'Call again', which is no name"),
    ("[0.4, 0.6]", "[0.6, 0.4]", "review_band", "two probabilities, low then high. Example: [0.3, 0.7]"),
    ("[0.4, 0.6]", "[0.4]", "review_band", "two probabilities"),
    ("[0.4, 0.6]", "[nan, 0.6]", "review_band", "two probabilities"),
    ("[0.4, 0.6]", "[low, high]", "review_band", "two probabilities"),
    ("[0.4, 0.6]", "0.4", "review_band", "must be a list"),
    ("review_band: [0.4, 0.6]", "crm_values: {done: closed}", "crm_values", "Use case_closed or call_again"),
    ("review_band: [0.4, 0.6]", "crm_values: [done]", "crm_values", "crm_values must be a mapping"),
    # the rule
    (RULE, "rule:", "rule:", "rule of label must be a text"),
    (RULE, "rule: [cause_named]", "rule:", "rule of label must be a text"),
    (RULE, "rule: cause_named and cause_namd", "rule:", "'cause_namd', which is no check. Use cause_named, fix_confirmed"),
    (RULE, "rule: cause_named and rude", "rule:", "'rude', which is no check"),
    (RULE, "rule: cause_named.upper()", "rule:", "is not allowed in a rule: use names, and, or, not"),
    (RULE, "rule: at_least", "rule:", "'at_least' is not allowed in a rule"),
    (RULE, "rule: " + "not " * 5000 + "cause_named", "rule:", "shorten it"),
    (RULE, "rule: cause_named and not cause_named", "rule:", "the label 'case_closed' is unreachable"),
    (RULE, "rule: cause_named or not cause_named", "rule:", "the label 'call_again' is unreachable"),
    (RULE, "rule: fix_confirmed and not cause_named", "rule:", "Change the rule, or what its checks require"),
    # fields
    ("required: true", "required: false", "fields:", "exactly one field must be required"),
    ("fields:\n", "fields:\n  reply: {title: Reply, required: true}\n", "fields:", "exactly one field must be required"),
    ("required: true", "required: yes", "transcript:", "is 'yes'. Use true or false"),
    ("  transcript: {title: Call notes, required: true}", "  {}", "fields:", "fields is empty. Add at least one entry"),
    ("  transcript: {title: Call notes, required: true}", "  - transcript", "fields:", "fields must be a mapping"),
    # dimensions
    ("kind: scale", "kind: ladder", "kind: ladder", "Use checks or scale or choice"),
    ("    kind: scale\n", "", "  patience:", "lacks 'kind'"),
    ("kind: checks", "kind: checks\n    lane: fast", "lane: fast", "Use safety"),
    ("kind: scale", "kind: scale\n    lane: safety", "lane: safety", "only checks have one"),
    ("kind: checks", "kind: checks\n    evidence_tag: proof", "evidence_tag: proof", "only scales have one"),
    ("    evidence_tag: patient_words\n", "", "  patience:", "Add evidence_tag: NAME"),
    # members
    ("evidence: 2", "evidence: -1", "evidence: -1", "a whole number from 0 to 20"),
    ("evidence: 2", "evidence: 1.5", "evidence: 1.5", "a whole number"),
    ("evidence: 2", "evidence: 21", "evidence: 21", "from 0 to 20"),
    ("evidence: 2", "evidence: two", "evidence: two", "a whole number"),
    ("false_alarm_cost: 3", "false_alarm_cost: -3", "false_alarm_cost: -3", "from 0.001 to 1,000,000"),
    ("false_alarm_cost: 3", "false_alarm_cost: 0", "false_alarm_cost: 0", "from 0.001"),
    ("false_alarm_cost: 3", "false_alarm_cost: .nan", "false_alarm_cost:", "must be a number"),
    ("false_alarm_cost: 3", "false_alarm_cost: .inf", "false_alarm_cost:", "must be a number"),
    ("false_alarm_cost: 3", "false_alarm_cost: 1e308", "false_alarm_cost:", "must be a number"),
    ("false_alarm_cost: 3", "false_alarm_cost: three", "false_alarm_cost:", "must be a number"),
    ("title: Rude", "title: Rude\n        miss_cost: 2", "miss_cost: 2", "unknown key 'miss_cost'"),
    ("title: Invoice", "title: Invoice\n        coaching: [a]", "coaching: [a]", "unknown key 'coaching'"),
    (CONFIRMED, "        requires: [promise]\n", "requires:", "requires 'promise', which is no other check of resolution"),
    (CONFIRMED, "        requires: [fix_confirmed]\n", "requires:", "Use cause_named, promise_dated"),
    (CONFIRMED, "        requires: cause_named\n", "requires:", "must be a list"),
    (CONFIRMED, "        requires: []\n", "requires:", "a list of one or more"),
    (CONFIRMED, "        requires: [cause_named, cause_named]\n", "requires:", "has 'cause_named' twice"),
    (CONFIRMED, "        requires: [[cause_named]]\n", "requires:", "must be a text"),
    ("coach_when: not (promise_dated or fix_confirmed)", "coach_when: not promised", "coach_when", "'promised', which is no check"),
    ("coach_when: not (promise_dated or fix_confirmed)", "coach_when: not()", "coach_when", "is not allowed in a rule"),
    ("coach_when: not (promise_dated or fix_confirmed)", "coach_when: cause_named and not cause_named", "coach_when", "always false"),
    ("        coaching:\n          - By when will they hear from us?\n", "", "coach_when", "does nothing without questions"),
    ("- By when will they hear from us?", "- Ask them: by when?", "- Ask them: by when?", "Put a text that holds a colon in quotes"),
    ("- By when will they hear from us?", "-", "          -\n", "must be a text"),
    ('{text: "Router dropped out all day.", why: the trouble only}', "the trouble only", "unacceptable: the", "must be a mapping"),
    (", why: the trouble only", "", "Router dropped out all day.", "lacks 'why'"),
    # judges
    ("miss_cost: 1\n", "judged_by: [magic]\n        miss_cost: 1\n", "judged_by", "Use model, rules"),
    ("miss_cost: 1\n", "judged_by: []\n        miss_cost: 1\n", "judged_by", "a list of one or more"),
    ("miss_cost: 1\n", "judged_by: [model, rules]\n        miss_cost: 1\n", "judged_by", "Add cues: NAME"),
    ("miss_cost: 1\n", "cues: adverse_event\n        miss_cost: 1\n", "cues:", "has cues but is not judged by rules"),
    ("miss_cost: 1\n", "judged_by: [model, rules]\n        cues: nowhere\n", "cues:", "there is no cue file 'nowhere'. Put it at"),
    ("miss_cost: 1\n", "judged_by: [model, rules]\n        cues: ../../etc/passwd\n", "cues:", "which is no name"),
    # YAML
    ("title: Case closed", "title: *case", "title: *case", "found undefined alias"),
    ("  met: case_closed", "\tmet: case_closed", "\tmet:", "Indent with spaces, not with tabs"),
    ("title: Case closed", "title: Case: closed", "title: Case: closed", "Put a text that holds a colon in quotes"),
    ("title: Case closed", "title: Case\x07 closed", "title: Case", "U+0007 is not allowed"),
    ("title: Case closed", "title: " + "[" * 5000, "title: [[", "nested too deeply"),
    ("\ndimensions:", "\n---\ndimensions:", "---", "one file is one definition"),
]


def line_of(text: str, at: str) -> int:
    """The number of the first line that holds `at`."""
    return text[: text.index(at)].count("\n") + 1


@pytest.mark.parametrize(("old", "new", "at", "words"), MISTAKES)
def test_a_mistake_names_its_line_and_its_mend_once(old, new, at, words, edited: Callable[..., Path]):
    path = edited((old, new))
    definition, mistakes = examine(path)
    assert definition is None
    assert [mistake.line for mistake in mistakes] == [line_of(path.read_text(), at)], "\n".join(map(str, mistakes))
    assert words in str(mistakes[0])
    assert "\n" not in str(mistakes[0])


def test_both_definitions_are_sound(edited: Callable[..., Path]):
    assert default_definition().fingerprint
    assert examine(edited())[1] == []


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", 1, "the file is empty"),
        (b"# only a comment\n", 1, "the file is empty"),
        (b"- a\n- list\n", 1, "must be a mapping"),
        (b"hello\n", 1, "must be a mapping"),
        (b"null\n", 1, "must be a mapping"),
        (b"name: x\ntitle: caf\xe9\n", 2, "byte 18 is not UTF-8. Save the file as UTF-8"),
        ("name: x\n".encode("utf-16"), 1, "is not UTF-8"),
        (b'name: x\ntitle: "never closed\nfields: {}\n', 4, "starts on line 2"),
        (b"&a [*a]\n", 1, "must be a mapping"),
    ],
)
def test_a_file_that_is_no_definition_says_why(content, line, words, tmp_path: Path):
    path = tmp_path / "definition.yaml"
    path.write_bytes(content)
    _, mistakes = examine(path)
    assert mistakes[0].line == line
    assert words in str(mistakes[0])


def test_all_mistakes_come_in_one_go_and_in_file_order(edited: Callable[..., Path]):
    path = edited((RULE, "rule: a.b"), ("evidence: 2", "evidence: -1"), ("[0.4, 0.6]", "[1]"), ("kind: choice", "kind: pick"))
    _, mistakes = examine(path)
    assert len(mistakes) == 4
    assert [mistake.line for mistake in mistakes] == sorted(mistake.line for mistake in mistakes)


def test_an_unreachable_label_is_found_beside_other_mistakes(edited: Callable[..., Path]):
    _, mistakes = examine(edited((RULE, "rule: cause_named and not cause_named"), ("evidence: 2", "evidence: -1")))
    assert ["unreachable" in mistake.problem for mistake in mistakes] == [True, False]


def test_a_label_that_is_unreachable_through_a_chain_of_requires_is_found(edited: Callable[..., Path]):
    chain = ("coach_when: not (promise_dated or fix_confirmed)", "requires: [fix_confirmed]")
    _, mistakes = examine(edited(chain, (RULE, "rule: promise_dated and not cause_named")))
    assert "unreachable" in mistakes[0].problem


def test_a_circle_of_requires_is_reported_where_it_runs(edited: Callable[..., Path]):
    cause = 'acceptable: {text: "Router dropped out as'
    _, mistakes = examine(edited((cause, f"requires: [fix_confirmed]\n        {cause}")))
    assert [mistake.problem for mistake in mistakes] == [
        "'cause_named' requires itself in a circle",
        "'fix_confirmed' requires itself in a circle",
    ]


def test_a_check_that_rules_alone_judge_cannot_stand_in_the_rule(edited: Callable[..., Path]):
    ruled = ("coach_when: not (promise_dated or fix_confirmed)", "judged_by: [rules]\n        cues: adverse_event")
    _, mistakes = examine(edited(ruled))
    assert "of which the model gives no probability. Add model to its judged_by" in str(mistakes[0])


def test_a_scale_needs_two_levels(edited: Callable[..., Path]):
    path = edited()
    text = path.read_text()
    path.write_text(text[: text.index("      curt:")] + text[text.index("  topic:") :])
    _, mistakes = examine(path)
    assert "the scale 'patience' has one member. Add another level or option" in " ".join(map(str, mistakes))


def test_the_error_names_the_file_the_first_mistake_and_how_many_more(edited: Callable[..., Path]):
    path = edited((RULE, "rule: a.b"), ("evidence: 2", "evidence: -1"))
    with pytest.raises(DefinitionError) as caught:
        read_definition(path)
    assert str(caught.value).startswith(f"{path}, line {line_of(path.read_text(), 'rule:')}: ")
    assert str(caught.value).endswith(f"(1 more: insight definition check {path})")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/nowhere/at_all.yaml", "No such file or directory. Give the path of a YAML file"),
        ("/", "Is a directory"),
        ("nul\0.yaml", "embedded null byte"),
        ("a" * 5000, "File name too long"),
        (f"{__file__}/x.yaml", "Not a directory"),
        ("/dev/zero", f"larger than {MAX_BYTES:,} bytes"),
    ],
)
def test_what_is_no_file_is_an_error_with_its_path(path: str, words: str):
    with pytest.raises(DefinitionError) as caught:
        examine(Path(path))
    assert words in str(caught.value)


def test_anchors_and_aliases_are_plain_yaml(edited: Callable[..., Path]):
    path = edited(
        ('{text: "Said sorry for the wait.", why: one apology}', "&sorry {text: Sorry., why: one}"),
        ('{text: "Said sorry for the wait.", why: civil only}', "*sorry"),
    )
    definition, mistakes = examine(path)
    assert not mistakes
    assert definition is not None
    assert definition.dimension("patience").member("civil").acceptable == definition.dimension("patience").member("kind").unacceptable


def test_a_mark_of_byte_order_and_windows_line_ends_do_no_harm(tmp_path: Path):
    path = tmp_path / "definition.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SUPPORT_CALL.read_bytes().replace(b"\n", b"\r\n"))
    assert read_definition(path).fingerprint == read_definition(SUPPORT_CALL).fingerprint


LINES = SUPPORT_CALL.read_text(encoding="utf-8").splitlines()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(0, len(LINES) - 1),
    st.sampled_from(["", "- x", "x", "  x: 1", "    kind: scale", "? [a]", "&a *a", "!!python/name:os.system x", "[", "\t", ": :", "'"]),
)
def test_any_line_put_out_of_order_is_never_a_traceback(tmp_path: Path, number: int, line: str):
    path = tmp_path / "definition.yaml"
    path.write_text("\n".join([*LINES[:number], line, *LINES[number + 1 :]]), encoding="utf-8")
    definition, mistakes = examine(path)
    assert (definition is None) == bool(mistakes)
    assert all(1 <= mistake.line <= len(LINES) + 1 and mistake.problem and mistake.mend for mistake in mistakes)
