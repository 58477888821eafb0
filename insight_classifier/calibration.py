"""What is fitted on the validation split after training: temperatures and evidence thresholds. Plain numbers, stored as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from insight_classifier.definition import Definition
from insight_classifier.outputs import Floats, Output, label_probability, logit, outputs, probabilities, sigmoid


@dataclass(frozen=True)
class Calibration:
    """Logits of a head are multiplied by its `slope` and shifted by its `shift` (checks only); 1 and 0 leave them alone."""

    slopes: Mapping[str, float] = field(default_factory=dict)
    shifts: Mapping[str, float] = field(default_factory=dict)
    label_slope: float = 1.0
    label_shift: float = 0.0
    evidence: Mapping[str, float] = field(default_factory=dict)  # token probability from which a tag's span is kept

    def head(self, output: Output, logits: Floats) -> Floats:
        """Calibrated probabilities of one head, shaped as in `outputs.probabilities`."""
        part = logits[:, output.start : output.stop] * self.slopes.get(output.name, 1.0) + self.shifts.get(output.name, 0.0)
        return probabilities(output.kind, part)

    def heads(self, definition: Definition, logits: Floats) -> dict[str, Floats]:
        """Calibrated probabilities of every head by its name."""
        return {output.name: self.head(output, logits) for output in outputs(definition)}

    def label(self, definition: Definition, heads: Mapping[str, Floats]) -> Floats:
        """Calibrated P(label is the positive one), of all criteria of the rule together."""
        joint = label_probability(definition, heads)
        return sigmoid(self.label_slope * logit(joint) + self.label_shift)


def token_probabilities(tag_logits: Floats) -> Floats:
    """Evidence probabilities of tokens, any shape."""
    return sigmoid(tag_logits)


def runs(above: Sequence[bool] | np.ndarray, bridge: int = 2) -> list[tuple[int, int]]:
    """Stretches of True as (first, past last); gaps of at most `bridge` are closed."""
    found: list[tuple[int, int]] = []
    for index in np.flatnonzero(np.asarray(above)).tolist():
        if found and index - found[-1][1] <= bridge:
            found[-1] = (found[-1][0], index + 1)
        else:
            found.append((index, index + 1))
    return found
