"""Under no drift a year of looks is quiet in 95 of 100 cases, whatever weekly values are made of; drift is found, sudden or slow."""

import numpy as np
import pytest

from insight_classifier.measures.drift import SLOW, YEAR, Signal, statistics, threshold, watch

REFERENCE = 16


def weekly_rates(years: int, random: np.random.Generator, *, authors: int = 25, notes: int = 4) -> np.ndarray:
    """The share of notes with something, a week: authors of different habits, of whom not all write each week. Shape (years, weeks)."""
    habits = random.beta(2, 5, size=(years, authors))
    writing = random.random((years, REFERENCE + YEAR, authors)) < 0.7
    found = random.binomial(notes, np.broadcast_to(habits[:, None], writing.shape)) * writing
    return np.asarray(found.sum(axis=-1) / np.maximum(writing.sum(axis=-1) * notes, 1))


def false_alarms(series: np.ndarray, signals: int) -> float:
    """The share of years with an alarm in any of `signals` series."""
    limit = threshold(signals, REFERENCE)
    alone, slow, _ = statistics(series, np.ones_like(series), REFERENCE)
    alarms = np.maximum(np.abs(alone).max(axis=-1), np.abs(slow).max(axis=-1)) > limit
    return float(alarms.reshape(-1, signals).any(axis=1).mean())


@pytest.mark.parametrize("signals", [1, 5, 20])
def test_a_year_without_drift_is_quiet_however_many_signals_are_watched(signals: int):
    series = np.random.default_rng(7).standard_normal((1000 * signals, REFERENCE + YEAR))
    assert false_alarms(series, signals) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 1000)


def test_a_year_of_rates_by_few_authors_is_quiet_too():
    assert false_alarms(weekly_rates(3000, np.random.default_rng(1)), 1) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 3000)


def share_found(shift: np.ndarray, years: int = 200) -> float:
    """In how many years of ten signals an alarm comes where one of them is shifted, in spreads of a week."""
    series = np.random.default_rng(3).standard_normal((years, REFERENCE + YEAR))
    series[:, REFERENCE:] += shift
    alone, slow, _ = statistics(series, np.ones_like(series), REFERENCE)
    return float((np.maximum(np.abs(alone).max(axis=1), np.abs(slow).max(axis=1)) > threshold(10, REFERENCE)).mean())


def test_a_lasting_step_and_a_slow_slide_are_found_within_the_year():
    assert share_found(np.where(np.arange(YEAR) >= 20, 3.0, 0.0)) > 0.9
    assert share_found(np.linspace(0, 5, YEAR)) > 0.9


def test_an_alarm_tells_the_week_the_way_and_the_direction():
    values = np.random.default_rng(0).normal(10, 1, REFERENCE + 30)
    values[REFERENCE + 10 :] -= 3
    (alarm,) = watch([Signal("length", values, np.ones(len(values)))], REFERENCE)
    assert alarm.signal == "length"
    assert REFERENCE + 10 <= alarm.week <= REFERENCE + 16
    assert (alarm.way, alarm.up) == (SLOW, False)


def test_a_week_of_few_notes_may_differ_more():
    values = np.random.default_rng(0).normal(0, 1, REFERENCE + 1)
    values[-1] = 9
    few, many = (watch([Signal("rate", values, np.append(np.ones(REFERENCE), weight))], REFERENCE) for weight in (0.05, 1.0))
    assert (len(few), len(many)) == (0, 1)


def test_what_never_varied_cannot_be_judged():
    assert watch([Signal("flat", np.append(np.zeros(REFERENCE), 1.0), np.ones(REFERENCE + 1))], REFERENCE) == []


@pytest.mark.parametrize(("weeks", "reference", "says"), [(20, 4, "at least 8"), (80, 20, "later reference")])
def test_too_short_a_reference_and_too_long_a_watch_are_refused(weeks: int, reference: int, says: str):
    with pytest.raises(ValueError, match=says):
        watch([Signal("rate", np.arange(weeks, dtype=float), np.ones(weeks))], reference)
