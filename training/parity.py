"""The gate between the trained model and the served one: the same verdicts, up to what rounding explains."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from insight_classifier.calibration import Calibration
from insight_classifier.definition import Definition
from insight_classifier.errors import ModelError
from insight_classifier.notes import LabelledNote
from insight_classifier.outputs import Floats, Outputs

MAX_LABELS = 0.01  # share of notes whose label may differ
MAX_AUC = 0.01  # of the label and of any check


@dataclass(frozen=True)
class Parity:
    """How far the served model is from torch in fp32, on `notes` notes."""

    notes: int
    labels: float  # share of notes whose label differs
    auc: float  # the largest difference of any AUC

    @property
    def passed(self) -> bool:
        """Below a hundred notes one of them may count: one label of 60 is 1.7%, two swapped neighbours of 24 are .014 of an AUC."""
        one = 1.0 / self.notes
        return self.labels <= max(MAX_LABELS, one) and self.auc <= max(MAX_AUC, one)

    def require(self) -> None:
        """Raises ModelError where the served model is another one."""
        if not self.passed:
            raise ModelError(
                f"the exported model differs from torch fp32 in {self.labels:.1%} of {self.notes} labels (at most {MAX_LABELS:.0%}) "
                f"and {self.auc:.4f} in an AUC (at most {MAX_AUC}). Train again, or take another base model."
            )


def parity(
    definition: Definition, calibration: Calibration, labelled: Sequence[LabelledNote], reference: Outputs, served: Outputs
) -> Parity:
    """Compare the outputs of two runtimes on the same labelled notes."""
    first, second = (_chances(definition, calibration, outputs) for outputs in (reference, served))
    changed = _labels(definition, first) != _labels(definition, second)
    gold: dict[str, list[bool | None]] = {name: [note.checks.get(name) for note in labelled] for name in definition.checks}
    gold["label"] = [note.label_met(definition) if note.label_known(definition) else None for note in labelled]
    differences = [_auc_difference(gold[name], first[name], second[name]) for name in gold if name in first]
    return Parity(len(labelled), float(changed.mean()), float(max(differences, default=0.0)))


def _auc_difference(gold: list[bool | None], first: Floats, second: Floats) -> float:
    """Over the notes that are labelled; 0 where all of them are labelled alike."""
    known = np.array([met is not None for met in gold])
    met = np.array([bool(met) for met in gold])[known]
    if not 0 < met.sum() < len(met):
        return 0.0
    return float(abs(roc_auc_score(met, first[known]) - roc_auc_score(met, second[known])))


def _chances(definition: Definition, calibration: Calibration, outputs: Outputs) -> dict[str, Floats]:
    heads = calibration.heads(definition, outputs.logits)
    return {**{name: heads[name] for name in definition.checks if name in heads}, "label": calibration.label(definition, heads)}


def _labels(definition: Definition, chances: dict[str, Floats]) -> np.ndarray:
    met = {name: chances[name] >= definition.checks[name].threshold for name in chances if name != "label"}
    rows = [{name: bool(values[row]) for name, values in met.items()} for row in range(len(chances["label"]))]
    return np.array([definition.label.rule(definition.held(row)) for row in rows])
