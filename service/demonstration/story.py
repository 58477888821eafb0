"""How labelled notes become a year of two teams: who wrote which note, of whom and when. Pure but for the chance handed in."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from insight_classifier.definition import Definition
from insight_classifier.notes import LabelledNote
from service.accounts.store import DEMONSTRATION

FILE = Path(__file__).parent / "story.toml"
YEAR, COACHING = timedelta(days=360), timedelta(days=180)
AUTHORS_A_TEAM, PHYSICIANS_AN_AUTHOR = 12, 5  # of five authors or more figures are shown: by team, country and tenure
MONTHS = (4, 20, 45, 80)  # in role; authors of each country have all of them
CHANCE = (
    1.6  # beside the depth of a note, when the coached team's later notes are chosen: by the shipped model half a level deeper, no more
)
RECENT = (40, 26, 17, 6, 2)  # hours ago the last notes came: they are urgent, so that the safety page has something that waits

Story = Mapping[str, Any]


@dataclass(frozen=True)
class Author:
    """An invented MSL."""

    id: str
    team: str
    country: str
    tenure_months: int


@dataclass(frozen=True)
class Telling:
    """One note in the story. `labelled`: what its writer's labeller says of it, by which the demonstration's reviewers decide."""

    labelled: LabelledNote
    author: Author
    hcp: str
    written_at: datetime
    received_at: datetime

    @property
    def record(self) -> dict[str, Any]:
        """As a CRM would send it."""
        note = self.labelled.note
        kept = {name: note.metadata[name] for name in ("therapeutic_area", "hcp_role", "channel", "field_label") if name in note.metadata}
        told = {"source": DEMONSTRATION, "author": self.author.id, "hcp": self.hcp, "date": self.written_at.isoformat()}
        team = {"team": self.author.team, "country": self.author.country, "tenure_months": self.author.tenure_months}
        return {"id": note.id, **note.fields, "metadata": {**kept, **told, **team}}


def read_story() -> Story:
    """The invented teams, countries and words."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def authors(story: Story) -> list[Author]:
    """The same number for each team."""
    names = [(team, number) for team in story["teams"] for number in range(1, AUTHORS_A_TEAM + 1)]
    countries = story["countries"]
    return [
        Author(f"{DEMONSTRATION}-{team.lower()}{number}", team, countries[place % len(countries)], _months(place, len(countries)))
        for place, (team, number) in enumerate(names)
    ]


def _months(place: int, countries: int) -> int:
    """Each band has as many authors, in each country others."""
    return MONTHS[(place + place // countries) % len(MONTHS)] + place % countries


def tell(notes: Sequence[LabelledNote], definition: Definition, story: Story, at: datetime, chance: Random) -> list[Telling]:
    """The notes over the year before `at`, in the order of their receipt."""
    moments, people = _moments(len(notes), at, chance), authors(story)
    slots = [(moment, chance.choice(people)) for moment in moments]
    favoured = [author.team == story["coached"] and moment >= at - COACHING for moment, author in slots]
    given = _given(notes, definition, favoured, chance)
    return [_telling(labelled, author, moment, chance) for labelled, (moment, author) in zip(given, slots, strict=True)]


def depth(labelled: LabelledNote, definition: Definition) -> float:
    """How far up the scales a note is, and how many of the checks it meets that are not of the safety lane."""
    scales = [labelled.levels[d.name] / (len(d.members) - 1) for d in definition.of_kind("scale")]
    checks = [labelled.checks.get(name, False) for d in definition.of_kind("checks") if not d.lane for name in d.names]
    return sum(scales) + sum(checks) / max(1, len(checks))


def is_urgent(labelled: LabelledNote, definition: Definition) -> bool:
    """Whether its labeller found something that a person must look at."""
    return any(labelled.checks.get(m.name) and m.evidence for d in definition.of_kind("checks") if d.lane for m in d.members)


def _moments(count: int, at: datetime, chance: Random) -> list[datetime]:
    """When notes were received: all through the year, the last ones just now."""
    recent = [at - timedelta(hours=hours) for hours in RECENT][: max(0, count - 1)]
    rest = count - len(recent)
    spread = YEAR - timedelta(hours=2 * RECENT[0])
    return [at - YEAR + spread * ((place + chance.random()) / rest) for place in range(rest)] + recent


def _given(notes: Sequence[LabelledNote], definition: Definition, favoured: Sequence[bool], chance: Random) -> list[LabelledNote]:
    """A note for each place: deeper ones more often where it is favoured, urgent ones at the last."""
    mixed = sorted(notes, key=lambda one: depth(one, definition) + chance.gauss(0, CHANCE), reverse=True)
    urgent = [one for one in reversed(mixed) if is_urgent(one, definition)][: len(RECENT)]
    mixed = [one for one in mixed if one not in urgent]
    last = len(notes) - len(urgent)
    better = mixed[: sum(favoured[:last])]
    others = mixed[len(better) :]
    chance.shuffle(better)
    chance.shuffle(others)
    return [better.pop() if deep else others.pop() for deep in favoured[:last]] + urgent


def _telling(labelled: LabelledNote, author: Author, received_at: datetime, chance: Random) -> Telling:
    hcp = f"{author.id}-hcp{chance.randrange(PHYSICIANS_AN_AUTHOR) + 1}"
    return Telling(labelled, author, hcp, received_at - timedelta(minutes=chance.randrange(20, 600)), received_at)
