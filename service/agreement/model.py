"""How far the model agrees with people, on the notes on which their own agreement is measured."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from insight_classifier.agreement import Agreement, kappa
from insight_classifier.definition import Definition
from service.errors import RequestError
from service.notes.store import JUDGEMENTS
from service.reviews.agreeing import LABEL, compared, kinds_of_keys
from service.reviews.answers import Answer, Key, flat, met_by, values_of
from service.reviews.store import REVIEWS

MOST = 1000  # the latest notes that are compared: their judgements are read whole
Said = Mapping[Key, int]


def against_model(
    connection: Connection, definition: Definition, *, since: datetime | None = None, blind: bool = True, fingerprint: str | None = None
) -> dict[Key, Agreement]:  # fmt: skip
    """Cohen's kappa of the model and one person on each note that two or more decided on: whoever decided first.

    The same notes as in `agreeing.agreement`, so that both can stand beside each other; of at most MOST.
    """
    rows = _first(connection, fingerprint or definition.fingerprint, since, blind=blind)
    both = [pair for row in rows if (pair := _pair(row, definition)) is not None]
    return {
        key: kappa([(model[key], person[key]) for model, person in both if key in model and key in person], size, metric)
        for key, size, metric in kinds_of_keys(definition)
    }


def _first(connection: Connection, fingerprint: str, since: datetime | None, *, blind: bool) -> Sequence[Row[Any]]:
    """The first decision on each wording that two or more decided on, with the judgement that was seen."""
    first = select(func.min(REVIEWS.c.id).label("id")).where(*compared(fingerprint, since, blind=blind)).group_by(REVIEWS.c.version_id)
    latest = first.order_by(func.min(REVIEWS.c.id).desc()).limit(MOST)
    joined = REVIEWS.join(JUDGEMENTS, JUDGEMENTS.c.id == REVIEWS.c.judgement_id)
    query: Select[Any] = select(REVIEWS.c.answer, REVIEWS.c.label, JUDGEMENTS.c.judgement).select_from(joined)
    return connection.execute(query.where(REVIEWS.c.id.in_(latest))).all()


def _pair(row: Row[Any], definition: Definition) -> tuple[Said, Said] | None:
    """What the model and the person said; None where the model judged by other members."""
    try:
        model = flat(values_of(row.judgement, definition), definition)
    except RequestError:
        return None
    person = flat(Answer(row.answer), definition)
    return {LABEL: int(met_by(model, definition)), **model}, {LABEL: int(row.label == definition.label.met), **person}
