"""A team's needs: most needed first, nobody named, nothing about fewer than five authors."""

from insight_classifier.definition import Definition
from insight_classifier.digests.team import team_needs
from insight_classifier.judgement import Judgement
from tests.insight_classifier.verdicts import judged


def written(definition: Definition, authors: int, causes: int) -> list[tuple[str, Judgement]]:
    """Four notes of each author; those of the first `causes` authors name the cause."""
    return [(f"author-{i}", judged(definition, f"{i}-{j}", cause_named=i < causes)) for i in range(authors) for j in range(4)]


def test_what_lacks_most_comes_first_with_a_range(support_call_with_bank: Definition) -> None:
    found = team_needs(support_call_with_bank, written(support_call_with_bank, authors=8, causes=6))
    assert [(one.need.name, one.notes, one.authors, one.share) for one in found.needs] == [
        ("promise", 24, 6, 1.0),
        ("cause", 32, 8, 0.25),
        ("patience", 32, 8, 0.0),
    ]
    assert found.needs[1].range.low < 0.25 < found.needs[1].range.high


def test_fewer_than_five_authors_are_hidden(support_call_with_bank: Definition) -> None:
    found = team_needs(support_call_with_bank, written(support_call_with_bank, authors=4, causes=2))
    assert found.needs == ()
    assert "Fewer than 5 people" in str(found.why)


def test_a_need_that_concerns_fewer_than_five_is_hidden(support_call_with_bank: Definition) -> None:
    found = team_needs(support_call_with_bank, written(support_call_with_bank, authors=6, causes=4))
    assert [one.need.name for one in found.needs] == ["cause", "patience"]
    assert found.hidden == 1


def test_notes_of_nobody_do_not_make_a_fifth_author(support_call_with_bank: Definition) -> None:
    unknown = [("", judged(support_call_with_bank, "x"))]
    assert team_needs(support_call_with_bank, written(support_call_with_bank, 4, 2) + unknown).needs == ()


def test_no_author_is_named(support_call_with_bank: Definition) -> None:
    assert "author-" not in repr(team_needs(support_call_with_bank, written(support_call_with_bank, 8, 6)))
