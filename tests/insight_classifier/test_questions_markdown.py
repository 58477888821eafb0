"""The printed bank holds every question, and says when it is asked."""

from insight_classifier.definition import Definition
from insight_classifier.definition_markdown import markdown


def test_every_question_of_the_bank_is_printed(definition: Definition) -> None:
    printed = markdown(definition).replace("\\", "")
    assert [question for need in definition.questions for question in need.every_question() if question not in printed] == []


def test_it_says_when_a_need_is_asked(support_call_with_bank: Definition) -> None:
    printed = markdown(support_call_with_bank)
    assert (
        "- `promise`: where the note shows not Promise dated\n- Once the note shows Cause named\n- First: Until when can it wait?"
        in printed
    )
    assert "- `patience`: where Patience is Rude or Curt" in printed
    assert "- `beyond`: where nothing lacks" in printed
    assert "- Defect, first: Which part fails?" in printed


def test_a_definition_without_a_bank_prints_none(support_call: Definition) -> None:
    assert "Questions to ask next" not in markdown(support_call)
