from insight_classifier.definition import Definition
from insight_classifier.measures.near_misses import is_near_miss


def test_a_note_is_a_near_miss_where_one_check_more_makes_the_label(support_call: Definition):
    met = dict.fromkeys(support_call.checks, True)
    assert support_call.label.rule(support_call.held(met))
    lacking = [{**met, name: False} for name in support_call.label.rule.names]
    missed = [one for one in lacking if not support_call.label.rule(support_call.held(one))]
    assert missed
    assert all(is_near_miss(support_call, one) for one in missed)


def test_what_has_the_label_or_nothing_of_it_is_no_near_miss(support_call: Definition):
    assert not any(is_near_miss(support_call, dict.fromkeys(support_call.checks, met)) for met in (True, False))
