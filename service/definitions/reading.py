"""What the page of a definition tells of its versions: each as it was read, its place in the history, what changes flipped."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Row

from insight_classifier.definition import Definition
from insight_classifier.definition_difference import differences
from insight_classifier.errors import DefinitionError
from service.definitions.files import restored
from service.definitions.store import change, examples, files_in, one, versions

MOST_READ = 50  # definitions that are kept as they were read


@dataclass(frozen=True)
class Step:
    """A version in the history. What it changed from the one before: sentences, and counts of labels that flip; None: not counted yet."""

    row: Row[Any]
    sentences: Sequence[str]
    counts: Row[Any] | None
    examples: Sequence[Row[Any]]
    before: str | None  # the version before


class Reading:
    """Blocks: call it in a thread. What was read is kept, for it does not change. Several threads may use it."""

    def __init__(self) -> None:
        self._definitions: dict[str, Definition] = {}

    def definition(self, connection: Connection, fingerprint: str) -> Definition:
        """Raises RequestError where it was never seen, DefinitionError where it can no longer be read."""
        known = self._definitions.get(fingerprint)
        if known is None:
            known = restored(files_in(one(connection, fingerprint)))
            if len(self._definitions) < MOST_READ:
                self._definitions[fingerprint] = known
        return known

    def history(self, connection: Connection) -> list[Step]:
        """The latest first."""
        rows = versions(connection)
        first = [Step(rows[0], (), None, (), None)] if rows else []
        return [*(self._step(connection, old, new) for old, new in reversed(list(pairwise(rows)))), *first]

    def _step(self, connection: Connection, old: Row[Any], new: Row[Any]) -> Step:
        pair = (old.fingerprint, new.fingerprint)
        try:
            sentences = differences(*(self.definition(connection, one) for one in pair))
        except DefinitionError:
            sentences = ["One of the two files can no longer be read by this version of the service: compare them by hand."]
        return Step(new, sentences, change(connection, *pair), examples(connection, *pair), old.version)
