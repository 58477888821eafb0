"""Whether the notes that people labelled look as if they had been drawn by chance, on which every estimate rests. Pure."""

import numpy as np

from insight_classifier.measures.events import Singles
from insight_classifier.measures.observations import Observations
from insight_classifier.measures.recalibration import Ints

FAR = 4.0  # standard errors: by chance, once in some ten thousand draws


def unlike(observations: Observations) -> list[str]:
    """What the model says more or less often of the labelled notes than of all: names of checks, or of the label's outcome."""
    judged, rows = observations.judged, observations.audit.rows
    if len(rows) < 2:
        return []
    columns = {observations.definition.label.met: judged.label, **judged.checks}
    spread = {name: float(column.std(dtype=np.float64)) for name, column in columns.items()}
    # Drawn without putting back: where all are labelled nothing can be unlike.
    left = np.sqrt(max(1 - len(rows) / len(observations), 0.0) / len(rows))
    return [name for name, column in columns.items() if _off(column, rows) > FAR * spread[name] * left + 1e-6]


def _off(column: Singles, rows: Ints) -> float:
    return abs(float(column[rows].mean(dtype=np.float64)) - float(column.mean(dtype=np.float64)))
