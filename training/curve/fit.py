"""A power law through a learning curve, and what it says of more labels. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
POWERS: Floats = np.linspace(0.1, 2.0, 39)
LEAST_SIZES = 4
FARTHEST = 2.0  # times what is labelled; nothing is said of more
WIDEST = 0.1  # of an interval that is worth showing
PERCENTILES = (2.5, 97.5)


@dataclass(frozen=True)
class Gain:
    """What `more` labels would add to the score, with a 95% interval; `why` says why nothing can be told, and then there is no interval."""

    more: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    why: str | None = None


def power_law(sizes: Floats, scores: Floats) -> tuple[float, float, float]:
    """a, b and c of a - b * size ** -c with b at least 0, by least squares; scores (sizes,)."""
    best = (np.inf, float(scores.mean()), 0.0, 1.0)
    for power in POWERS.tolist():
        shape = sizes**-power
        centred = shape - shape.mean()
        slope = min(float(centred @ scores / (centred @ centred)), 0.0)
        level = float(scores.mean() - slope * shape.mean())
        missed = float(((level + slope * shape - scores) ** 2).sum())
        if missed < best[0] - 1e-15:
            best = (missed, level, -slope, power)
    return best[1:]


def gain(sizes: Floats, draws: Floats, more: int) -> Gain:
    """Of a curve `sizes` and bootstrap draws of its scores, (draws, sizes), of which the first is the curve as it was measured."""
    if len(sizes) < LEAST_SIZES:
        return Gain(more, why=f"the curve has {len(sizes)} points, at least {LEAST_SIZES} are needed: label more notes first")
    if more > (FARTHEST - 1) * sizes[-1]:
        return Gain(more, why=f"{more} more than the {int(sizes[-1])} labelled is too far to see: ask of {int(sizes[-1])} at most")
    found = np.array([_gain(power_law(sizes, row), float(sizes[-1]), more) for row in draws])
    low, high = np.percentile(found, PERCENTILES)
    if high - low > WIDEST:
        return Gain(more, why=f"anything from {low:+.2f} to {high:+.2f} fits what was measured: judge on more validation notes")
    return Gain(more, float(found[0]), float(low), float(high))


def _gain(law: tuple[float, float, float], size: float, more: int) -> float:
    _, scale, power = law
    return float(scale * (size**-power - (size + more) ** -power))
