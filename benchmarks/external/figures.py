"""The few figures that the tasks share, out of all that is measured: the label's, the mean of several checks, each scale's or choice's."""

import numpy as np

from insight_classifier.outputs import Floats
from training.aligned import LABEL, Aligned
from training.metrics import measures

OF_LABEL = ("auc", "f1", "kappa")
CHECKS = "checks.macro_f1"  # the mean F1 of the checks; only where there are several
OF_GRADED = ("quadratic_kappa", "macro_f1")


def figures(aligned: Aligned, counts: Floats) -> dict[str, Floats]:
    """One value a row of `counts` (samples, notes). What a judge does not judge has none."""
    every = measures(aligned, counts)
    found = {f"{LABEL}.{metric}": every[f"{LABEL}.{metric}"] for metric in OF_LABEL if f"{LABEL}.{metric}" in every}
    checks = [every[f"{name}.f1"] for name in aligned.binary if name != LABEL]
    if len(checks) > 1:
        found[CHECKS] = np.nanmean(np.stack(checks), axis=0)
    return found | {f"{name}.{m}": every[f"{name}.{m}"] for name in aligned.graded for m in OF_GRADED if f"{name}.{m}" in every}
