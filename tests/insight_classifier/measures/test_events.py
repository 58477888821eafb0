import numpy as np
import pytest

from insight_classifier.definition import Definition
from insight_classifier.measures.events import Among, Audited, Judged, holds, label_met
from insight_classifier.rule import parse


def judged(**checks: float) -> Judged:
    scale = np.array([[0.1, 0.2, 0.3, 0.2, 0.2]], dtype=np.float32)
    return Judged(
        np.array([0.7], dtype=np.float32), {name: np.array([p], dtype=np.float32) for name, p in checks.items()}, {"patience": scale}
    )


CHECKS = {"cause_named": 0.5, "fix_confirmed": 0.8, "promise_dated": 0.1}


@pytest.mark.parametrize(
    ("rule", "chance"),
    [("cause_named and promise_dated", 0.05), ("cause_named or promise_dated", 0.55), ("cause_named and not promise_dated", 0.45)],
)
def test_a_rules_chance_is_that_of_its_checks(support_call: Definition, rule: str, chance: float):
    assert holds(parse(rule), support_call).chances(judged(**CHECKS)).tolist() == pytest.approx([chance])


def test_a_check_counts_only_with_what_it_requires(support_call: Definition):
    assert holds(parse("fix_confirmed"), support_call).chances(judged(**CHECKS)).tolist() == pytest.approx([0.4])


def test_people_say_it_as_the_rule_does(support_call: Definition):
    said = Audited({"cause_named": np.array([True, True, False]), "promise_dated": np.array([True, False, False])}, {})
    assert holds(parse("cause_named and not promise_dated"), support_call).truths(said).tolist() == [False, True, False]


def test_the_label_is_the_models_own_chance_and_the_rule_over_peoples_checks(support_call: Definition):
    event = label_met(support_call)
    said = Audited({name: np.array([True, name == "cause_named"]) for name in CHECKS}, {})
    assert event.chances(judged(**CHECKS)).tolist() == pytest.approx([0.7])
    assert event.truths(said).tolist() == [True, False]


def test_levels_and_options_add_up():
    event = Among("patience", (2, 3, 4))
    assert event.chances(judged()).tolist() == pytest.approx([0.7])
    assert event.truths(Audited({}, {"patience": np.array([0, 2], dtype=np.int8)})).tolist() == [False, True]
