"""What a note lacks: only what one may be sure of, not before what it builds on, the weightiest first where that is certain."""

from insight_classifier.definition import Definition
from insight_classifier.judgement import Check, Level, Verdict
from insight_classifier.lacks import lacks
from tests.insight_classifier.verdicts import banked_verdicts


def names(definition: Definition, verdicts: dict[str, Verdict]) -> list[str]:
    return [need.name for need in lacks(definition, verdicts)]


def test_the_weightiest_lack_is_asked_for_first(support_call_with_bank: Definition) -> None:
    verdicts = banked_verdicts(support_call_with_bank, level=0)
    assert names(support_call_with_bank, verdicts) == ["cause", "patience"]


def test_a_lack_is_not_asked_for_before_what_it_builds_on(support_call_with_bank: Definition) -> None:
    assert "promise" not in names(support_call_with_bank, banked_verdicts(support_call_with_bank))
    assert "promise" in names(support_call_with_bank, banked_verdicts(support_call_with_bank, cause_named=True))


def test_where_none_is_certain_the_surest_lack_goes_first(support_call_with_bank: Definition) -> None:
    verdicts = banked_verdicts(support_call_with_bank, level=0, sure=0.8)
    assert names(support_call_with_bank, verdicts) == ["patience", "cause"]


def test_an_unsure_lack_is_not_told(support_call_with_bank: Definition) -> None:
    verdicts = banked_verdicts(support_call_with_bank, sure=0.55)
    assert names(support_call_with_bank, verdicts) == []


def test_peoples_word_needs_no_probability(support_call_with_bank: Definition) -> None:
    verdicts = banked_verdicts(support_call_with_bank)
    verdicts["resolution"] = {name: Check(False, None) for name in support_call_with_bank.dimension("resolution").names}
    verdicts["patience"] = Level(1, "curt", ())
    assert names(support_call_with_bank, verdicts) == ["cause", "patience"]
