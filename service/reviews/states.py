"""The states of an insight in words: what each means to its author, and what leads there. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.reviews.lives import ACTED_ON, CLOSED, DECLINED, IN_PLAN, NEW, NEXT, UNDER_REVIEW


@dataclass(frozen=True)
class State:
    """`what`: for whoever reads it, the author too. `act`: on the button that leads there."""

    name: str
    title: str
    what: str
    act: str = ""


STATES: Mapping[str, State] = {
    state.name: state
    for state in (
        State(NEW, "New", "Nobody at the home office has taken it up yet."),
        State(UNDER_REVIEW, "Under review", "Somebody at the home office is looking into it.", "Take it under review"),
        State(IN_PLAN, "In the plan", "It is part of what the home office will do.", "Put it in the plan"),
        State(ACTED_ON, "Acted on", "Something was done because of it.", "Say that it was acted on"),
        State(CLOSED, "Closed", "It is done, and the outcome is told.", "Close it with its outcome"),
        State(DECLINED, "Declined", "Nothing will be done for now, and the reason is told.", "Decline it with the reason"),
    )
}


def next_states(state: str) -> tuple[State, ...]:
    """Where an insight may go from here."""
    return tuple(STATES[name] for name in NEXT.get(state, ()))
