"""Numbers by which queues sort, and chance that is fair and stays."""

import statistics

import pytest

from insight_classifier.definition import Definition
from service.reviews.scores import PRIME, Policy, against, draw, scores, shuffle
from tests.service.reviews.desk import every_check, judgement


def test_doubt_falls_with_the_distance_from_the_middle(definition: Definition):
    doubts = [scores(judgement(definition, probability=p), {}, definition).doubt for p in (0.5, 0.4, 0.65, 0.9)]
    assert doubts == [pytest.approx(1), pytest.approx(0.8), pytest.approx(0.7), None]
    assert scores(judgement(definition, probability=0.9, needs_review=True), {}, definition).doubt == pytest.approx(0.2)


def test_more_who_contradict_make_it_more_suspicious(definition: Definition):
    ticked = {"field_label": next(v for v, meant in definition.label.crm_values.items() if meant == definition.label.met)}
    disagree = {"review_reasons": ["label_and_probability_disagree"]}
    one, two = judgement(definition, probability=0.1), judgement(definition, probability=0.1, **disagree)
    found = [scores(said, told, definition).suspicion for said, told in ((one, {}), (one, ticked), (two, ticked))]
    assert found == [None, pytest.approx(1.2), pytest.approx(2.2)]


def test_what_only_the_rules_found_is_suspicious(definition: Definition):
    said = judgement(definition)
    dimension, member = next((d, m) for d in definition.of_kind("checks") for m in d.learned if "rules" in m.judged_by)
    said[dimension.name][member.name] |= {"source": "rule", "met": True}
    assert scores(said, {}, definition).suspicion == pytest.approx(1.2)


def test_worth_is_of_insights_alone(definition: Definition):
    assert scores(judgement(definition), {}, definition).worth is None
    worth = [scores(judgement(definition, *every_check(definition), level=level), {}, definition).worth for level in (0, 3)]
    assert worth == [pytest.approx(0.9), pytest.approx(1.9)]


@pytest.mark.parametrize("field_label", [None, 3, [], "unknown"])
def test_a_tick_that_says_nothing_contradicts_nobody(definition: Definition, field_label: object):
    assert scores(judgement(definition), {"field_label": field_label}, definition).suspicion is None


def test_draws_are_spread_evenly_and_stay(definition: Definition):
    draws = [draw(f"note{number}") / PRIME for number in range(4000)]
    assert draws == [draw(f"note{number}") / PRIME for number in range(4000)]
    assert statistics.mean(draws) == pytest.approx(0.5, abs=0.02)
    assert sum(share < 0.1 for share in draws) == pytest.approx(400, abs=60)


def test_another_seed_is_another_fair_order():
    factor, shift = shuffle("may")
    draws = [(draw(f"note{number}") * factor + shift) % PRIME / PRIME for number in range(4000)]
    assert sum(share < 0.1 for share in draws) == pytest.approx(400, abs=60)
    first = [draw(f"note{number}") / PRIME for number in range(4000)]
    assert abs(statistics.correlation(draws, first)) < 0.05
    assert (shuffle(""), shuffle("may")) == ((1, 0), (factor, shift))


def test_the_share_that_two_decide_is_as_chosen(definition: Definition):
    wanted = [Policy(definition, 0.25).wanted(f"note{number}") for number in range(4000)]
    assert wanted.count(2) == pytest.approx(1000, abs=100)
    assert {Policy(definition, share).wanted("x") for share in (0.0, 1.0)} == {1, 2}


def test_neighbours_count_by_their_likeness_and_more_where_people_decided():
    alike, other, decided = (1.0, True, False), (1.0, False, False), (1.0, False, True)
    assert against(True, [alike] * 4 + [other], 0.5) == pytest.approx(0.2)
    assert against(True, [alike] * 4 + [decided], 0.5) == pytest.approx(3 / 7)
    assert against(True, [alike] * 4 + [(0.5, False, False)], 0.5) == pytest.approx(0.5 / 4.5)


def test_what_is_rare_is_not_wrong_for_being_rare():
    others = [(1.0, True, False)] + [(1.0, False, False)] * 9
    assert against(True, others, 0.1) == pytest.approx(0.5)
    assert against(True, others, 0.0) == pytest.approx(against(True, others, 0.01))


def test_few_neighbours_say_nothing():
    assert against(True, [(1.0, False, False)] * 4, 0.5) is None
    assert against(True, [(0.0, False, False)] * 9, 0.5) is None
