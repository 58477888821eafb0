"""The figures of agreement and where people differ, which the page of agreement and that of the definition tell alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from insight_classifier.agreement import Agreement
from insight_classifier.definition import Definition
from service.agreement.disputes import Disputes, disputes
from service.agreement.model import against_model
from service.database import Database, now
from service.recent import Recent
from service.reviews.agreeing import Single, agreement, versions
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
    """`versions`: of the definition, that people answered under, fingerprint and version; `at`: when they were read."""

    people: Sequence[Single]
    model: Mapping[Key, Agreement]
    disputes: Disputes
    versions: Sequence[tuple[str, str]]
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
    at, definition = now(), which.definition
    asked: dict[str, Any] = {"since": which.since, "blind": which.blind, "fingerprint": which.under}
    people, model = agreement(connection, definition, **asked), against_model(connection, definition, **asked)
    return Figures(people, model, disputes(connection, definition), versions(connection), at)
