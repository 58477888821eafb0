from dataclasses import replace
from datetime import date

from insight_classifier.definition import Definition
from insight_classifier.judgement import Check, Judgement, Option, Origin
from insight_classifier.measures.thread_parts import Parts, shipped_parts
from insight_classifier.measures.threads import Thread, ThreadNote, threads
from tests.insight_classifier.verdicts import judged, nothing

PARTS = Parts(subject="topic", view="cause_named", plan="promise_dated", check="fix_confirmed", claim="cause_named")


def note(definition: Definition, name: str, month: int | None, physician: str | None = "p1", **met: bool) -> ThreadNote:
    return ThreadNote(judged(definition, name, **met), physician, date(2026, month, 1) if month else None)


def only(notes: list[ThreadNote], definition: Definition) -> Thread:
    (found,) = threads(notes, PARTS, definition)
    return found


def test_a_thread_tells_what_was_documented_in_order_of_time_with_its_quotes(support_call: Definition):
    notes = [note(support_call, "b", 3, fix_confirmed=True), note(support_call, "a", 1, cause_named=True, promise_dated=True)]
    found = only(notes, support_call)
    assert [(step.note_id, step.part) for step in found.steps] == [("a", "view"), ("a", "plan"), ("a", "claim"), ("b", "check")]
    assert {quote.text for step in found.steps for quote in step.quotes} == {"the day unit has no lift"}
    assert (found.subject, found.notes) == ("invoice", ("a", "b"))


def test_a_claim_that_a_later_note_checks_is_not_open(support_call: Definition):
    notes = [note(support_call, "a", 1, cause_named=True), note(support_call, "b", 2, fix_confirmed=True)]
    assert only(notes, support_call).open_claims == ()


def test_a_claim_that_its_own_note_checks_is_not_open(support_call: Definition):
    assert only([note(support_call, "a", 1, cause_named=True, fix_confirmed=True)], support_call).open_claims == ()


def test_a_check_before_the_claim_checks_nothing(support_call: Definition):
    notes = [note(support_call, "a", 1, fix_confirmed=True), note(support_call, "b", 2, cause_named=True)]
    (claim,) = only(notes, support_call).open_claims
    assert claim.sentence == f"{support_call.checks['cause_named'].title} on 2026-02-01; no check of it is documented since."


def test_the_check_that_is_missing_is_proposed_in_the_definitions_words(support_call: Definition):
    (claim,) = only([note(support_call, "a", 1, cause_named=True)], support_call).open_claims
    assert claim.question == support_call.checks["fix_confirmed"].coaching[0]


def test_where_the_bank_asks_for_the_check_of_a_claim_it_is_asked(definition: Definition):
    """Of the shipped definition, by what it declares."""
    parts = shipped_parts(definition)
    assert parts
    verdicts = {dimension.name: nothing(dimension) for dimension in definition.dimensions}
    claiming = next(d.name for d in definition.of_kind("checks") if parts.claim in d.names)
    verdicts[claiming] = {name: Check(name == parts.claim, None) for name in definition.dimension(claiming).names}
    verdicts[parts.subject] = Option(next(n for n in definition.dimension(parts.subject).names if n not in parts.without), {})
    judgement = Judgement("a", definition.label.unmet, 0.5, verdicts, False, (), (), Origin("x", "1", "0"), Origin("x", "1", "0"))
    (thread,) = threads([ThreadNote(judgement, "p1")], parts, definition)
    banked = [q for need in definition.questions if need.lacks and parts.claim in need.lacks.names for q in need.every_question()]
    assert thread.open_claims[0].question in banked


def test_physicians_and_subjects_are_kept_apart_and_open_claims_come_first(support_call: Definition):
    notes = [note(support_call, "a", 1, "p1", promise_dated=True), note(support_call, "b", 1, "p2", cause_named=True)]
    assert [thread.physician for thread in threads(notes, PARTS, support_call)] == ["p2", "p1"]


def test_what_documents_nothing_or_names_no_physician_is_no_thread(support_call: Definition):
    notes = [note(support_call, "a", 1), note(support_call, "b", 1, None, cause_named=True)]
    assert threads(notes, PARTS, support_call) == ()


def test_subjects_that_make_no_thread_are_left_out(support_call: Definition):
    assert threads([note(support_call, "a", 1, cause_named=True)], replace(PARTS, without=("invoice",)), support_call) == ()


def test_a_note_without_a_date_stands_last(support_call: Definition):
    notes = [note(support_call, "a", None, cause_named=True), note(support_call, "b", 9, cause_named=True)]
    found = only(notes, support_call)
    assert found.notes == ("b", "a")
    assert found.open_claims[-1].sentence.endswith("; no check of it is documented since.")
