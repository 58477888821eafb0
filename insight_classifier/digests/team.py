"""What a team's notes need most, for whoever coaches it: nobody is named, and nothing is said of fewer than five authors. Pure.

Shares are of notes as the model judges them; the range shows how much authors differ, not how often the model errs (`measures.rates` does).
Of two teams that differ by few authors only one may be shown: `measures.guard.may_stand_beside` tells.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from insight_classifier.definition import Definition
from insight_classifier.digests.practice import has
from insight_classifier.judgement import Judgement
from insight_classifier.measures.estimates import Range, jackknifed, rate_range
from insight_classifier.measures.guard import LEAST_AUTHORS
from insight_classifier.questions import STEPS, Need


@dataclass(frozen=True)
class TeamNeed:
    """`share`: of the notes in which the thing could be there, those that lack it. `questions`: to practise with."""

    need: Need
    notes: int
    authors: int
    share: float
    range: Range
    questions: tuple[str, ...]


@dataclass(frozen=True)
class TeamNeeds:
    """Most needed first. `hidden`: how many needs concern too few authors to be shown. `why`: why there are none, in words."""

    needs: tuple[TeamNeed, ...] = ()
    hidden: int = 0
    why: str | None = None


def team_needs(definition: Definition, written: Iterable[tuple[str, Judgement]]) -> TeamNeeds:
    """`written`: judgements with their authors; a note of unknown author ("") counts for nobody and is left out."""
    by_author: dict[str, list[Judgement]] = defaultdict(list)
    for author, judgement in written:
        if author:
            by_author[author].append(judgement)
    if len(by_author) < LEAST_AUTHORS:
        return TeamNeeds(why=f"Fewer than {LEAST_AUTHORS} people wrote these notes. Take a longer period or a larger team.")
    needs = [need for need in definition.questions if need.names_a_lack]
    found = [_of_team(need, definition, by_author) for need in needs]
    shown = sorted((one for one in found if one), key=lambda one: -one.share)
    return TeamNeeds(tuple(shown), hidden=found.count(None))


def _of_team(need: Need, definition: Definition, by_author: Mapping[str, Iterable[Judgement]]) -> TeamNeed | None:
    """None where it is of too few authors."""
    answers = ([has(need, definition, judgement.verdicts) for judgement in judgements] for judgements in by_author.values())
    counts = np.array([(len(known), known.count(False)) for known in ([a for a in one if a is not None] for one in answers) if known])
    if len(counts) < LEAST_AUTHORS:
        return None
    notes, lacking = counts.sum(axis=0)
    without = (lacking - counts[:, 1]) / (notes - counts[:, 0])
    estimate = jackknifed(float(lacking / notes), without, np.ones(len(counts), dtype=bool))
    return TeamNeed(need, int(notes), len(counts), estimate.value, rate_range(estimate), need.questions.get(STEPS[0], ()))
