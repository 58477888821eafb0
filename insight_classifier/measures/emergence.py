"""Whether a theme comes up more often lately than before, with few false alarms among many themes looked at every week. Pure.

Given how often it came up in all, how many of those times are recent is a binomial number, with the share that recent notes have of all
notes where nothing has changed. This holds however much some authors write of it, as long as they do so at their own steady pace.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEVEL = 0.05  # of false alarms: their share among the alarms of a look, and the chance of any in a year of looks without a real change
LOOKS = 52  # a year, one a week: each may spend an equal part of the level
LEAST_RECENT = 3  # times lately, by different authors: below, nothing is called emerging


@dataclass(frozen=True)
class Emergence:
    """How often it came up lately and before, how often lately was to be expected, and how likely as much is by chance alone."""

    recent: int
    before: int
    expected: float
    chance: float
    emerging: bool = False


def emergence(recent: int, before: int, share: float) -> Emergence:
    """`share`: of all notes, how many are recent, from 0 to 1."""
    return Emergence(recent, before, share * (recent + before), upper_tail(recent, recent + before, share))


def upper_tail(at_least: int, times: int, share: float) -> float:
    """The chance of `at_least` or more among `times`, each with the chance `share`: the exact binomial tail."""
    if at_least <= 0:
        return 1.0
    if not 0 < share < 1:
        return float(share >= 1)
    logs = [_log_chance(number, times, share) for number in range(at_least, times + 1)]
    return min(1.0, math.fsum(math.exp(one) for one in logs))


def _log_chance(number: int, times: int, share: float) -> float:
    ways = math.lgamma(times + 1) - math.lgamma(number + 1) - math.lgamma(times - number + 1)
    return ways + number * math.log(share) + (times - number) * math.log1p(-share)


def alarms(chances: Sequence[float], looks: int = LOOKS) -> list[bool]:
    """Which of these chances, of one look, are too small to be chance: Benjamini and Hochberg (1995) at this look's part of the level."""
    order = sorted(range(len(chances)), key=lambda number: (chances[number], number))
    level = LEVEL / looks
    passed = [rank for rank, number in enumerate(order, 1) if chances[number] <= level * rank / len(chances)]
    called = set(order[: max(passed, default=0)])
    return [number in called for number in range(len(chances))]
