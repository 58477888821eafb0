"""The life of an insight: which steps it may take, and what each must say. Pure."""

from collections.abc import Mapping

from service.errors import RequestError

NEW, UNDER_REVIEW, IN_PLAN, ACTED_ON, CLOSED, DECLINED = "new", "under_review", "in_plan", "acted_on", "closed", "declined"
NEXT: Mapping[str, tuple[str, ...]] = {
    NEW: (UNDER_REVIEW, IN_PLAN, DECLINED),
    UNDER_REVIEW: (IN_PLAN, ACTED_ON, DECLINED),
    IN_PLAN: (ACTED_ON, DECLINED),
    ACTED_ON: (CLOSED,),
    CLOSED: (),
    DECLINED: (UNDER_REVIEW,),  # taken up again
}
ANSWERS = (IN_PLAN, ACTED_ON, CLOSED, DECLINED)  # states that tell the author something
LONGEST = 4000


def require_step(before: str, state: str, outcome: str | None, answer: str | None) -> None:
    """Raises RequestError `insight_refused` for a step that cannot be taken, or that leaves its author without a word."""
    if state not in NEXT.get(before, ()):
        allowed = " or ".join(NEXT[before]) or "nothing"
        raise RequestError(f"After {before} an insight may become {allowed}, not {state}.", "insight_refused")
    if state == CLOSED and not (outcome and answer):
        raise RequestError("To close it say the outcome, and a sentence to the author.", "insight_refused")
    if state == DECLINED and not outcome:
        raise RequestError("To decline it say why: the author reads it.", "insight_refused")
