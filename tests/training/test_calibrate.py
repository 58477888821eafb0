"""Calibration makes overconfident logits honest, and finds where evidence begins."""

import numpy as np
import pytest

from insight_classifier.outputs import Outputs, outputs
from insight_classifier.windows import Windower
from training.calibrate import calibrate
from training.encoder import load_encoder
from training.examples import examples


@pytest.fixture(scope="module")
def items(tiny_encoder, labelled, definition):
    encoder = load_encoder(str(tiny_encoder), window=64, overlap=16)
    return examples(labelled, Windower(encoder.tokenizer, encoder.layout, definition), definition)


def raw(items, definition, scale: float, shift: float) -> Outputs:
    """Outputs that know the truth up to noise, `scale` times as sure as they may be; tags that know it wholly."""
    noise = np.random.default_rng(0)
    logits = np.zeros((len(items), outputs(definition)[-1].stop))
    for column, output in enumerate(outputs(definition)):
        gold = np.array([item.heads[column] for item in items])
        width = output.stop - output.start
        said = gold[:, None] > np.arange(width) if output.kind == "scale" else gold[:, None] == (np.arange(width) if width > 1 else 1)
        logits[:, output.start : output.stop] = scale * ((2.0 * said - 1) + noise.normal(0, 1, (len(items), width))) + shift
    return Outputs(logits, [np.where(item.tags > 0, 2.0, -2.0) for item in items])


def test_overconfidence_is_taken_back(items, labelled, definition):
    found = calibrate(definition, labelled, items, raw(items, definition, 8.0, 0.0))
    assert all(slope < 0.7 for slope in found.slopes.values())


def test_a_bias_of_a_check_is_shifted_back(items, labelled, definition):
    low = calibrate(definition, labelled, items, raw(items, definition, 2.0, -2.0))
    assert low.shifts[definition.label.rule.names[0]] > 1.0


def test_every_tag_gets_a_threshold(items, labelled, definition):
    found = calibrate(definition, labelled, items, raw(items, definition, 2.0, 0.0))
    assert set(found.evidence) == set(definition.tags)
    assert all(0 < value < 1 for value in found.evidence.values())
