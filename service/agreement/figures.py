"""The figures of agreement, which the page of agreement and that of the definition tell alike."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from insight_classifier.agreement import Agreement
from insight_classifier.definition import Definition
from service.agreement.model import against_model
from service.database import Database, now
from service.recent import Recent
from service.reviews.agreeing import Single, agreement
from service.reviews.answers import Key


@dataclass(frozen=True)
class Chosen:
    """Which decisions. `members`: the fingerprint of the definition whose members are told; `under`: of that which people answered by."""

    definition: Definition = field(compare=False)
    members: str
    under: str
    since: datetime | None = None
    blind: bool = True


@dataclass(frozen=True)
class Figures:
    """`at`: when they were read."""

    people: Sequence[Single]
    model: dict[Key, Agreement]
    at: datetime


Agreed = Recent[Chosen, Figures]


def chosen(definition: Definition, *, under: str | None = None, since: datetime | None = None, blind: bool = True) -> Chosen:
    return Chosen(definition, definition.fingerprint, under or definition.fingerprint, since, blind)


def agreed(database: Database) -> Agreed:
    """The figures of a database; some seconds or minutes old, where there are so many decisions that they take long."""

    def make(which: Chosen) -> Figures:
        with database.read() as connection:
            return figures(connection, which)

    return Recent(make)


def figures(connection: Connection, which: Chosen) -> Figures:
    at, asked = now(), {"since": which.since, "blind": which.blind, "fingerprint": which.under}
    people = agreement(connection, which.definition, **asked)  # type: ignore[arg-type]
    return Figures(people, against_model(connection, which.definition, **asked), at)  # type: ignore[arg-type]
