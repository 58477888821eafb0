"""What a note costs to be counted, and that counts reach the registry that was handed in."""

import time
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry

from insight_classifier.definition import Definition
from insight_classifier.judgement import Origin
from insight_classifier.notes import Note
from insight_classifier.predictor import Predictor
from service.metrics.meters import STAGES, Metrics
from tests.service.conftest import HARM

MOST = 0.000_1  # seconds a note


def test_a_note_costs_less_than_a_tenth_of_a_millisecond(predictor: Predictor) -> None:
    metrics, (judgement,) = Metrics(CollectorRegistry()), predictor.judge([Note("1", {"text": HARM})])

    def note() -> None:
        metrics.held(200)
        metrics.queued(1, 80)
        for stage in STAGES:
            metrics.stage(stage, 0.003)
        metrics.queued(-1, -80)
        metrics.batch(1, 80)
        metrics.judged(judgement, predictor.definition)
        metrics.held(-200)
        metrics.answered("/v1/score", "POST", 200, 0.01, None)

    def seconds() -> float:
        started = time.perf_counter()
        for _ in range(200):
            note()
        return (time.perf_counter() - started) / 200

    assert min(seconds() for _ in range(5)) < MOST


def test_one_registry_takes_one_application() -> None:
    registry = CollectorRegistry()
    Metrics(registry)
    with pytest.raises(ValueError, match="insight_requests"):
        Metrics(registry)


def test_every_name_of_the_definition_begins_at_nothing(definition: Definition) -> None:
    registry = CollectorRegistry()
    Metrics(registry).expect(definition)
    assert registry.get_sample_value("insight_notes_judged_total", {"label": definition.label.met}) == 0
    flags = [name for dimension in definition.dimensions if dimension.lane for name in dimension.names]
    assert {registry.get_sample_value("insight_safety_hits_total", {"flag": flag, "source": "rule"}) for flag in flags} == {0}


def test_the_model_before_is_told_as_serving_no_more() -> None:
    registry = CollectorRegistry()
    metrics, model, definition = Metrics(registry), Origin("one", "1", "aa"), Origin("d", "1", "ff")
    metrics.serves(model, definition)
    metrics.serves(replace(model, name="two"), definition)
    values = {
        sample.labels["model"]: sample.value for metric in registry.collect() for sample in metric.samples if "model" in sample.labels
    }
    assert values == {"one": 0, "two": 1}
