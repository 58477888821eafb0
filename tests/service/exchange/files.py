"""Files of decisions, as the commands and pages write and read them."""

import io
import json
from typing import Any

from insight_classifier.json_lines import json_lines
from service.exchange.formats import DEFAULT, Joined
from service.exchange.sending import Outgoing, outgoing
from service.exchange.store import decided
from service.exchange.taking_in import TakenIn, take_in
from service.reviews.views import read_view
from tests.service.reviews.desk import START, Desk


def sent(desk: Desk, form: str = DEFAULT, query: str = "", **wish: bool) -> tuple[str, Outgoing]:
    """A whole file, and what was counted on the way."""
    file = outgoing(desk.definition, form, **wish)
    joined = Joined(file.form)
    with desk.database.read() as connection:
        ids = decided(connection, read_view(query, desk.definition), "nobody")
        text = joined.add(file.records(connection, ids)) + joined.end()
    return text, file


def lines(desk: Desk, **more: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in sent(desk, **more)[0].splitlines()]


def taken(desk: Desk, text: str) -> TakenIn:
    """Take a file in."""
    definition = desk.definition
    return desk.database.write(
        lambda c: take_in(c, json_lines(io.BytesIO(text.encode()), definition.main_field, "f"), definition, "test", START)
    )
