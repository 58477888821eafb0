"""How far the model agrees with people, on the notes on which their own agreement is measured."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from insight_classifier.agreement import Agreement, kappa
from insight_classifier.definition import Definition
from service.errors import RequestError
from service.notes.store import JUDGEMENTS
from service.reviews.agreeing import LABEL, kinds_of_keys
from service.reviews.answers import Key, answer_of, flat, label_of, stored_answer
from service.reviews.kinds import DECIDING
from service.reviews.store import REVIEWS

MOST = 3000  # the latest notes that are compared: their judgements are read whole
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
    wanted: list[Any] = [REVIEWS.c.kind.in_(DECIDING), REVIEWS.c.superseded_at.is_(None), REVIEWS.c.definition_fingerprint == fingerprint]
    wanted += [REVIEWS.c.blind] if blind else []
    wanted += [REVIEWS.c.at >= since] if since else []
    several = select(func.min(REVIEWS.c.id)).where(*wanted).group_by(REVIEWS.c.version_id)
    several = several.having(func.count(REVIEWS.c.reviewer.distinct()) > 1)
    joined = REVIEWS.join(JUDGEMENTS, JUDGEMENTS.c.id == REVIEWS.c.judgement_id)
    query: Select[Any] = (
        select(REVIEWS.c.answer, REVIEWS.c.label, JUDGEMENTS.c.judgement).select_from(joined).where(REVIEWS.c.id.in_(several))
    )
    return connection.execute(query.order_by(REVIEWS.c.id.desc()).limit(MOST)).all()


def _pair(row: Row[Any], definition: Definition) -> tuple[Said, Said] | None:
    """What the model and the person said; None where the model judged by other members."""
    try:
        model = answer_of(row.judgement, definition)
    except RequestError:
        return None
    met = definition.label.met
    said = {LABEL: int(label_of(model, definition) == met), **flat(model, definition)}
    return said, {LABEL: int(row.label == met), **flat(stored_answer(row.answer), definition)}
