"""One list of what to label next, out of several queues."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from training.active.pool import Pool
from training.active.queues import QUEUES, Choice


@dataclass(frozen=True)
class Chosen:
    """A note to label: the part that it is for, the queue that found it, and why."""

    id: str
    part: str
    queue: str
    reason: str


def choose(pools: Sequence[Pool], count: int, names: Sequence[str], *, seed: int = 0) -> list[Chosen]:
    """At most `count` notes, each once: the queues of every part take turns.

    What chance draws is drawn before anything else is taken, so that it stays a random sample of all notes without a label.
    """
    taken: set[str] = set()
    share = count // len(names) or 1 if "audit" in names else 0
    chosen = _turns([_waiting("audit", pool, seed) for pool in pools], share, taken)
    others = [_waiting(name, pool, seed) for name in names if name != "audit" for pool in pools]
    return chosen + _turns(others, count - len(chosen), taken)


@dataclass(frozen=True)
class _Waiting:
    """A queue that is being taken from."""

    name: str
    pool: Pool
    choices: Iterator[Choice]

    def next(self, taken: set[str]) -> Choice | None:
        return next((choice for choice in self.choices if self.pool.ids[choice.row] not in taken), None)


def _waiting(name: str, pool: Pool, seed: int) -> _Waiting:
    return _Waiting(name, pool, QUEUES[name](pool, seed))


def _turns(queues: Sequence[_Waiting], count: int, taken: set[str]) -> list[Chosen]:
    """One note of each queue in turn, until there are enough or all are empty."""
    found: list[Chosen] = []
    waiting = list(queues)
    while waiting and len(found) < count:
        queue = waiting.pop(0)
        choice = queue.next(taken)
        if choice is None:
            continue
        taken.add(queue.pool.ids[choice.row])
        found.append(Chosen(queue.pool.ids[choice.row], queue.pool.part.name, queue.name, choice.reason))
        waiting.append(queue)
    return found
