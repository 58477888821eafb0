"""Where two judgements of one note differ."""

from typing import Any

from service.shadow.rules import Difference, differences

LIVE: dict[str, Any] = {
    "label": "yes",
    "checks": {"one": {"met": True, "probability": 0.9}, "two": {"met": False, "probability": 0.1}},
    "depth": {"level": 1, "name": "middle", "probabilities": [0.1, 0.8, 0.1]},
    "model": {"name": "live", "fingerprint": "a"},
}


def test_the_same_verdicts_are_no_difference_whatever_their_probabilities() -> None:
    other = {**LIVE, "depth": {"level": 1, "name": "middle", "probabilities": [0.3, 0.4, 0.3]}, "model": {"name": "trial"}}
    assert differences(LIVE, other) == []


def test_each_difference_says_what_either_says() -> None:
    other = {
        **LIVE,
        "label": "no",
        "checks": {"one": {"met": False, "probability": 0.4}, "two": {"met": True, "probability": 0.6}},
        "depth": {"level": 2, "name": "deep", "probabilities": [0.1, 0.1, 0.8]},
    }
    assert differences(LIVE, other) == [
        Difference("label", ("yes",), ("no",)),
        Difference("checks", ("one",), ("two",)),
        Difference("depth", ("middle",), ("deep",)),
    ]
