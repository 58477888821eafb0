"""Labels that may be wrong, by confident learning (Northcutt et al., 2021), as cleanlab counts it."""

import numpy as np
from cleanlab.filter import find_label_issues
from numpy.typing import NDArray

from insight_classifier.outputs import Floats


def suspects(labels: NDArray[np.int64], chances: Floats) -> list[int]:
    """The rows whose label is likely wrong, the least credible first; `chances` (rows, classes) come from fits that did not see the row."""
    classes, known = np.unique(labels, return_inverse=True)
    part = chances[:, classes]
    total = part.sum(axis=1, keepdims=True)
    safe = np.where(total > 0, part / np.maximum(total, 1e-12), 1 / len(classes))
    found = find_label_issues(known, safe, return_indices_ranked_by="self_confidence", n_jobs=1)
    return [int(row) for row in found]
