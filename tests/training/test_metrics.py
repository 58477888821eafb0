"""Every statistic against scikit-learn on the drawn notes, or against a case counted by hand."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, brier_score_loss, cohen_kappa_score, f1_score, roc_auc_score

from insight_classifier.definition import Definition
from insight_classifier.judgement import Judgement, Level, Span
from insight_classifier.notes import LabelledNote
from tests.training.noisy_judge import NoisyJudge
from training.aligned import Binary
from training.metrics import (
    auc,
    brier,
    confusion,
    ece,
    f1,
    kappa,
    lower_is_better,
    macro_f1,
    measure,
    recall_at_precision,
    reliability,
    within,
)

ONCE = np.ones((1, 4))


@pytest.fixture
def drawn() -> dict[str, np.ndarray]:
    """Random judgements of 80 notes with ties, one resample of them, and the rows that it draws."""
    random = np.random.default_rng(7)
    gold, said = random.integers(0, 4, 80), random.integers(0, 4, 80)
    counts = random.integers(0, 4, (1, 80)).astype(float)
    scores = np.clip((said / 4 + random.random(80)).round(1) / 2, 0, 1)
    return {"gold": gold, "said": said, "counts": counts, "scores": scores, "rows": np.repeat(np.arange(80), counts[0].astype(int))}


def binary(gold: list[int], chances: list[float], ruled: list[int]) -> Binary:
    return Binary(np.array(gold, dtype=bool), np.array(chances) >= 0.5, np.array(chances), np.array(ruled, dtype=bool))


def test_auc_is_sklearns(drawn: dict[str, np.ndarray]) -> None:
    gold, rows = drawn["gold"] > 1, drawn["rows"]
    assert auc(gold, drawn["scores"], drawn["counts"])[0] == pytest.approx(roc_auc_score(gold[rows], drawn["scores"][rows]))


def test_brier_is_sklearns(drawn: dict[str, np.ndarray]) -> None:
    gold, rows = drawn["gold"] > 1, drawn["rows"]
    assert brier(gold, drawn["scores"], drawn["counts"])[0] == pytest.approx(brier_score_loss(gold[rows], drawn["scores"][rows]))


def test_f1_and_kappa_of_a_check_are_sklearns(drawn: dict[str, np.ndarray]) -> None:
    gold, said, rows = (drawn["gold"] > 1).astype(int), (drawn["said"] > 1).astype(int), drawn["rows"]
    table = confusion(gold, said, 2, drawn["counts"])
    assert f1(table)[0] == pytest.approx(f1_score(gold[rows], said[rows]))
    assert kappa(table)[0] == pytest.approx(cohen_kappa_score(gold[rows], said[rows]))


def test_a_scales_statistics_are_sklearns(drawn: dict[str, np.ndarray]) -> None:
    gold, said = drawn["gold"][drawn["rows"]], drawn["said"][drawn["rows"]]
    table = confusion(drawn["gold"], drawn["said"], 4, drawn["counts"])
    assert kappa(table, quadratic=True)[0] == pytest.approx(cohen_kappa_score(gold, said, weights="quadratic"))
    assert macro_f1(table)[0] == pytest.approx(f1_score(gold, said, average="macro"))
    assert within(table, 0)[0] == pytest.approx(accuracy_score(gold, said))
    assert within(table, 1)[0] == pytest.approx((np.abs(gold - said) <= 1).mean())


def test_macro_f1_leaves_out_a_class_that_nobody_uses() -> None:
    gold, said = np.array([0, 1, 0, 1]), np.array([0, 1, 1, 1])
    assert macro_f1(confusion(gold, said, 5, ONCE))[0] == pytest.approx(f1_score(gold, said, average="macro"))


def test_one_class_only_is_undefined() -> None:
    yes, said = np.ones(4, dtype=np.int64), np.array([0, 1, 1, 1])
    table = confusion(yes, said, 2, ONCE)
    assert np.isnan([auc(yes > 0, said / 2, ONCE)[0], kappa(table)[0], macro_f1(table)[0]]).all()
    assert np.isnan(f1(confusion(1 - yes, said, 2, ONCE))[0])


def test_ece_by_hand() -> None:
    # Four notes in four of the ten bins: gaps of .1, .2, .2 and .1.
    gold, chances = np.array([False, False, True, True]), np.array([0.1, 0.2, 0.8, 0.9])
    assert ece(gold, chances, ONCE)[0] == pytest.approx((0.1 + 0.2 + 0.2 + 0.1) / 4)


def test_ece_of_a_constant_probability_is_its_distance_from_the_share() -> None:
    gold = np.array([True, False, False, True])
    assert ece(gold, np.full(4, 0.7), ONCE)[0] == pytest.approx(0.2)


def test_ece_of_a_resample_is_that_of_the_drawn_notes() -> None:
    gold, chances, counts = np.array([True, False, True, False]), np.array([0.9, 0.4, 0.6, 0.1]), np.array([[2.0, 1.0, 0.0, 3.0]])
    rows = np.repeat(np.arange(4), counts[0].astype(int))
    assert ece(gold, chances, counts)[0] == pytest.approx(ece(gold[rows], chances[rows], np.ones((1, 6)))[0])


def test_reliability_bins_have_equal_mass() -> None:
    random = np.random.default_rng(0)
    chances = random.random(200)
    points = reliability(random.random(200) < chances, chances)
    assert [point.notes for point in points] == [20] * 10
    assert [point.predicted for point in points] == sorted(point.predicted for point in points)


def test_recall_at_precision_takes_the_best_threshold() -> None:
    # Down to .5 precision is 2/3, further down 2/4, and at the end 3/6: that still is one in two.
    judged = binary([1, 0, 1, 0, 0, 1], [0.9, 0.8, 0.5, 0.4, 0.3, 0.2], [0] * 6)
    assert recall_at_precision(judged, np.ones((1, 6)))[0] == 1.0
    assert recall_at_precision(judged, np.ones((1, 6)), 0.6)[0] == pytest.approx(2 / 3)


def test_recall_at_precision_always_counts_the_rules_hits() -> None:
    hit = binary([1, 1, 0, 0], [0.0, 0.9, 0.5, 0.1], [1, 0, 0, 0])
    false_alarms = binary([1, 1, 0, 0], [0.9, 0.8, 0.0, 0.0], [0, 0, 1, 1])
    assert recall_at_precision(hit, ONCE, 1.0)[0] == 1.0
    assert recall_at_precision(false_alarms, ONCE, 0.6)[0] == 0.0


def test_a_perfect_judge_measures_one(definition: Definition, labelled: list[LabelledNote]) -> None:
    judge = NoisyJudge(definition, labelled, noise=0.0)
    found = measure(
        definition, labelled, judge.judge([item.note for item in labelled]), parts=frozenset({"label", "criteria", "probing_depth"})
    )
    assert {value for name, value in found.items() if not lower_is_better(name)} == {1.0}
    assert {value for name, value in found.items() if lower_is_better(name)} == {0.0}


def test_metrics_have_flat_names(definition: Definition, labelled: list[LabelledNote]) -> None:
    found = measure(definition, labelled, NoisyJudge(definition, labelled).judge([item.note for item in labelled]))
    for dimension in definition.dimensions:
        names = (
            [f"{dimension.name}.{m.name}.f1" for m in dimension.learned] if dimension.kind == "checks" else [f"{dimension.name}.accuracy"]
        )
        assert set(names) <= set(found)
    assert {"label.auc", "label.ece", "evidence.mean.f1"} <= set(found)


def test_parts_leave_out_what_a_judge_does_not_judge(definition: Definition, labelled: list[LabelledNote]) -> None:
    judged = NoisyJudge(definition, labelled).judge([item.note for item in labelled])
    assert set(measure(definition, labelled, judged, parts=frozenset({"label"}))) == {
        f"label.{m}" for m in ("auc", "f1", "kappa", "ece", "brier")
    }


def test_the_safety_lane_has_its_own_metrics(definition: Definition, labelled: list[LabelledNote]) -> None:
    found = measure(definition, labelled, NoisyJudge(definition, labelled).judge([item.note for item in labelled]))
    lanes = {name.partition(".")[0] for name in found if name.endswith(".recall_at_precision")}
    assert lanes == {dimension.name for dimension in definition.dimensions if dimension.lane == "safety"}


def quoting(judged: Judgement, scale: str, span: Span) -> Judgement:
    level = judged.verdicts[scale]
    assert isinstance(level, Level)
    return replace(judged, verdicts={**judged.verdicts, scale: replace(level, evidence=(span,))})


def test_evidence_is_counted_in_characters(definition: Definition, labelled: list[LabelledNote]) -> None:
    scale = next(definition.of_kind("scale"))
    item = next(n for n in labelled if sum(q.tag == scale.evidence_tag for q in n.quotes) == 1)
    quote = next(q for q in item.quotes if q.tag == scale.evidence_tag)
    start = item.note.fields[quote.field].index(quote.quote)
    half = Span(quote.field, start, start + len(quote.quote) // 2, quote.quote[: len(quote.quote) // 2])
    judged = quoting(NoisyJudge(definition, [item]).judge([item.note])[0], scale.name, half)
    shared = len(half.text)
    found = measure(definition, [item], [judged])[f"evidence.{scale.evidence_tag}.f1"]
    assert found == pytest.approx(2 * shared / (shared + len(quote.quote)))


def test_notes_in_another_order_are_refused(definition: Definition, labelled: list[LabelledNote]) -> None:
    judged = NoisyJudge(definition, labelled).judge([item.note for item in labelled])
    with pytest.raises(ValueError, match="same order"):
        measure(definition, labelled, judged[::-1])
