"""Where every model stands, by its history. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from training.registry.history import Event

ADOPTED, PROPOSED, GATED, APPROVED, PROMOTED, ROLLED_BACK = "adopted", "proposed", "gated", "approved", "promoted", "rolled_back"
GOES_LIVE = (ADOPTED, PROMOTED, ROLLED_BACK)
APPROVALS = 2  # different people


@dataclass(frozen=True)
class Candidate:
    """A proposed model. `against`: the fingerprint of the live model that the gate compared it with; None: not gated yet."""

    name: str
    fingerprint: str
    passed: bool = False
    against: str | None = None
    approvals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Live:
    """A model while it was live; `until` None: still."""

    name: str
    fingerprint: str
    since: datetime
    by: str
    until: datetime | None = None


@dataclass(frozen=True)
class States:
    """`lives`: every time a model was live, the earliest first."""

    candidates: dict[str, Candidate]
    lives: tuple[Live, ...]

    @property
    def live(self) -> Live | None:
        return self.lives[-1] if self.lives else None

    @property
    def before(self) -> Live | None:
        """The model that was live before the live one."""
        return next((then for then in reversed(self.lives) if self.live and then.fingerprint != self.live.fingerprint), None)

    def of(self, name: str) -> str:
        """The state of a model in a word."""
        if self.live and self.live.name == name:
            return "live"
        candidate = self.candidates.get(name)
        if candidate is None:
            return "retired" if any(then.name == name for then in self.lives) else "trained"
        if candidate.against is None:
            return "candidate"
        if not candidate.passed:
            return "refused by the gate"
        return f"passed the gate, {len(candidate.approvals)} of {APPROVALS} approvals"


def states(events: Iterable[Event]) -> States:
    """What all events come to. A new gate ends the approvals of the one before: they were given for other figures."""
    candidates: dict[str, Candidate] = {}
    lives: list[Live] = []
    for event in events:
        if event.event in GOES_LIVE:
            lives[-1:] = [replace(then, until=event.moment) for then in lives[-1:]]
            lives.append(Live(event.model, event.fingerprint, event.moment, event.by))
            candidates.pop(event.model, None)
        elif event.event == PROPOSED:
            candidates[event.model] = Candidate(event.model, event.fingerprint)
        else:
            candidates[event.model] = _moved_on(candidates[event.model], event)
    return States(candidates, tuple(lives))


def _moved_on(candidate: Candidate, event: Event) -> Candidate:
    if event.event == GATED:
        return replace(candidate, passed=event.details["passed"], against=event.details["against"], approvals=())
    return replace(candidate, approvals=(*candidate.approvals, event.by))


def live_on(lives: Sequence[Live], day: date) -> list[Live]:
    """What was live at any moment of a day (UTC), the earliest first."""
    begins, ends = (datetime.combine(day, at, UTC) for at in (time.min, time.max))
    return [then for then in lives if then.since <= ends and (then.until is None or then.until >= begins)]
