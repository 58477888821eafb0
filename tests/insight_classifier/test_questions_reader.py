"""The bank is read from the definition; every mistake in it names its line and its mend; a definition without one is sound."""

from collections.abc import Callable
from pathlib import Path

import pytest

from insight_classifier.definition import Definition
from insight_classifier.definition_reader import examine

# What is replaced, by what, a text on the line that must be named, and words of the problem or the mend.
MISTAKES = [
    ("lacks: not cause_named", "lacks: not cause_found", "lacks: not cause_found", "names 'cause_found', which is no check. Use cause"),
    ("lacks: not cause_named", "lacks: not (", "lacks: not (", "lacks of the need 'cause'"),
    ("after: cause_named", "after: curt", "after: curt", "names 'curt', which is no check"),
    ("[rude, curt]", "[rude, cold]", "[rude, cold]", "names 'cold'. Use rude, curt"),
    ("levels: {patience:", "levels: {temper:", "levels: {temper:", "which is no dimension of kind scale. Use patience"),
    ("      topic:\n", "      theme:\n", "      theme:", "which is no dimension of kind choice. Use topic"),
    ("        defect:", "        broken:", "        broken:", "which is no option of topic. Use invoice or shipment or defect"),
    ("{cause_named}", "{cause}", "{cause}", "the slot {cause}, of which no note has quotes. Use {cause_named}"),
    ("[\"How was that for you?\", \"What made it hard?\"]", "[\"How was that for you?\"]", "How was that", "too few"),
    ("What was new then?", "Which day suits?", "- Which day suits?", "stands on line"),
    ("    title: Patience\n", "", "  patience:", "the need 'patience' lacks 'title'"),
    ("    title: The cause", "    title: The cause\n    second: [x]", "    second:", "unknown key 'second'"),
    ("  promise:", "  The Promise:", "  The Promise:", "cannot name a need"),
    ("deeper: [\"What was new then?\"]", "deeper: []", "deeper: []", "must be a list of one or more"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "there", "words"), MISTAKES)
def test_a_mistake_names_its_line_and_its_mend(old: str, new: str, there: str, words: str, banked: Callable[..., Path]) -> None:
    path = banked((old, new))
    _, mistakes = examine(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [there in lines[mistake.line - 1] for mistake in mistakes] == [True]
    assert words in str(mistakes[0])


def test_an_empty_section_is_a_mistake(banked: Callable[..., Path]) -> None:
    path = banked()
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("\nquestions:")] + "\nquestions: {}\n", encoding="utf-8")
    _, mistakes = examine(path)
    assert "questions is empty" in str(mistakes[0])


def test_needs_are_read_in_the_order_of_the_file(support_call_with_bank: Definition) -> None:
    assert [need.name for need in support_call_with_bank.questions] == ["cause", "promise", "patience", "beyond"]
    assert support_call_with_bank.questions[0].topics["topic"]["defect"]["first"] == ("Which part fails?",)


def test_a_definition_needs_no_bank(support_call: Definition) -> None:
    assert support_call.questions == ()
