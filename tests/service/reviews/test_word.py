"""People's word on a note: one, agreed, in dispute, settled, taken back. On either database."""

from service.reviews.gold import set_gold
from service.reviews.word import Word, words_of_people
from tests.service.reviews.desk import Desk, every_check


def word(desk: Desk, name: str = "a") -> Word | None:
    card = desk.card(name)
    with desk.database.read() as connection:
        return words_of_people(connection, {card.note_id: card.version_id}, desk.definition).get(card.note_id)


def otherwise(desk: Desk) -> dict[str, dict[str, bool]]:
    """No check of the label's rule is met."""
    rule = every_check(desk.definition)
    return {
        d.name: {name: False for name in d.names if name in rule} for d in desk.definition.of_kind("checks") if set(d.names) & set(rule)
    }


def test_nobodys_word_is_none(desk: Desk) -> None:
    desk.note("a")
    desk.decide("a", "skip")
    desk.decide("a", "flag")
    assert word(desk) is None


def test_one_person_or_two_who_agree(desk: Desk) -> None:
    desk.note("a", *every_check(desk.definition))
    desk.decide("a", "confirm")
    desk.decide("a", "confirm", "bert")
    found = word(desk)
    assert found
    assert (found.label, found.people) == (desk.definition.label.met, 2)


def test_two_who_differ_have_none_until_it_is_settled(desk: Desk) -> None:
    desk.note("a", *every_check(desk.definition))
    desk.decide("a", "confirm")
    desk.decide("a", "change", "bert", changes=otherwise(desk))
    found = word(desk)
    assert found
    assert (found.label, found.answer) == (None, None)
    desk.decide("a", "adjudicate", "lea", changes=otherwise(desk))
    found = word(desk)
    assert found
    assert found.label == desk.definition.label.unmet


def test_a_gold_answer_settles_it(desk: Desk) -> None:
    desk.note("a", *every_check(desk.definition))
    saved = desk.decide("a", "confirm")
    desk.decide("a", "change", "bert", changes=otherwise(desk))
    desk.database.write(lambda connection: set_gold(connection, saved.id, "lea", desk.later()))
    found = word(desk)
    assert found
    assert found.label == desk.definition.label.met


def test_what_was_taken_back_or_said_of_another_wording_counts_no_more(desk: Desk) -> None:
    desk.note("a")
    desk.decide("a", "confirm")
    desk.undo()
    assert word(desk) is None
    desk.decide("a", "confirm")
    desk.note("a", text="She said something else.")
    assert word(desk) is None
