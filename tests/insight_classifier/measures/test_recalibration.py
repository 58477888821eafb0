import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from insight_classifier.measures.recalibration import BINS, CENTRES, bins_of, recalibrated, slopes


def counted(scores: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    bins = bins_of(scores)
    return tuple(np.bincount(bins[labels == said], minlength=BINS).astype(float)[None] for said in (0, 1))  # type: ignore[return-value]


def notes(number: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Scores that are too sure by half and too high, and labels."""
    random = np.random.default_rng(3)
    log_odds = random.normal(-1, 1.5, number)
    labels = (random.random(number) < 1 / (1 + np.exp(-log_odds))).astype(int)
    return 1 / (1 + np.exp(-(2 * log_odds + 1))), labels


def test_a_bin_is_that_of_its_log_odds():
    assert CENTRES[bins_of(np.array([0.5, 0.0, 1.0]))].tolist() == [0.0, CENTRES[0], CENTRES[-1]]


def test_the_fit_is_that_of_a_plain_logistic_regression():
    scores, labels = notes()
    no, yes = counted(scores, labels)
    peer = LogisticRegression(C=np.inf).fit(CENTRES[bins_of(scores)][:, None], labels)
    slope = slopes(no, yes)
    assert slope[0] == pytest.approx(peer.coef_[0, 0], abs=0.01)
    chance = recalibrated(no, yes, slope)[0]
    assert chance[[50, 100, 150]] == pytest.approx(peer.predict_proba(CENTRES[[50, 100, 150], None])[:, 1], abs=0.01)


@pytest.mark.parametrize("slope", [0.0, 0.5, 3.0])
def test_the_labelled_notes_chances_sum_to_their_labels_whatever_the_slope(slope: float):
    no, yes = counted(*notes(300))
    chance = recalibrated(no, yes, np.array([slope]))
    assert ((no + yes) * chance).sum() == pytest.approx(yes.sum())


def test_a_model_that_is_never_wrong_has_a_slope_all_the_same():
    no, yes = counted(np.array([0.1] * 20 + [0.9] * 20), np.array([0] * 20 + [1] * 20))
    assert 1 < slopes(no, yes)[0] < 20
