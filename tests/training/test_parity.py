"""The gate lets rounding pass and stops another model."""

import numpy as np
import pytest

from insight_classifier.calibration import Calibration
from insight_classifier.errors import ModelError
from insight_classifier.outputs import Outputs, outputs
from training.parity import parity


@pytest.fixture
def raw(definition, labelled) -> Outputs:
    logits = np.random.default_rng(0).normal(0, 3, (len(labelled), outputs(definition)[-1].stop))
    return Outputs(logits, [np.zeros((1, len(definition.tags)))] * len(labelled))


def test_rounding_passes(definition, labelled, raw):
    served = Outputs(raw.logits + 1e-3, raw.tags)
    found = parity(definition, Calibration(), labelled, raw, served)
    found.require()
    assert found.auc < 0.001


def test_another_model_is_stopped(definition, labelled, raw):
    with pytest.raises(ModelError, match="differs from torch fp32"):
        parity(definition, Calibration(), labelled, raw, Outputs(-raw.logits, raw.tags)).require()
