"""A view of the notes: a queue and filters, as one URL query string and back. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from urllib.parse import parse_qsl, urlencode

from insight_classifier.definition import Definition
from service.errors import RequestError
from service.reviews.queues import DEFAULT, QUEUES, Queue

META = "meta."  # before the name of something in the metadata
PLAIN = ("label", "author", "source", "hcp", "reason", "model", "definition", "life")  # filters beside the definition's dimensions
FACETS = ("country", "team", "therapeutic_area", "channel")  # of the metadata, whose values are offered as choices
MOST_FILTERS, LONGEST = 30, 200
ANY = "any"
OPEN: Mapping[str, bool | None] = {"yes": True, "no": False, ANY: None}
CHOICES: Mapping[str, tuple[str, ...]] = {"open": tuple(OPEN), "flagged": ("yes", "no")}


@dataclass(frozen=True)
class Filter:
    """The note must have one of the values, or with `but` none of them."""

    name: str
    values: tuple[str, ...]
    but: bool = False


@dataclass(frozen=True)
class View:
    """Everything is optional; what is given must all hold."""

    queue: str = DEFAULT
    filters: tuple[Filter, ...] = ()
    q: str | None = None  # words to search for
    since: date | None = None  # received on that day or later, in UTC
    until: date | None = None  # and before the end of that day
    min_probability: float | None = None
    max_probability: float | None = None
    open: str | None = None  # "yes", "no" or "any"; none: as the queue has it
    reviewer: str | None = None  # on which that person decided
    assigned: str | None = None
    flagged: str | None = None  # "yes" or "no"
    seed: str = ""  # of the random sample

    @property
    def described(self) -> Queue:
        return QUEUES[self.queue]

    def wants_open(self) -> bool | None:
        if self.open is not None:
            return OPEN[self.open]
        return True if self.described.open else None

    def to_query(self) -> str:
        """The query string, always in the same order; empty for the plain view."""
        given = [(f.name, getattr(self, f.name)) for f in fields(View) if f.name != "filters"]
        plain = [(name, str(value)) for name, value in given if value not in (None, "") and not (name == "queue" and value == DEFAULT)]
        return urlencode([*plain, *((f.name + "!" * f.but, value) for f in self.filters for value in f.values)])


def read_view(query: str, definition: Definition) -> View:
    """A view from a query string (without the "?"). `name=value` twice means either, but each check that is named must be met;
    `name!=value` means not. Raises RequestError, which says what is wrong."""
    return view_of(parse_qsl(query, keep_blank_values=False, max_num_fields=200), definition)


def view_of(pairs: Sequence[tuple[str, str]], definition: Definition) -> View:
    """As `read_view`, of names and values."""
    view = View()
    wanted: dict[tuple[str, bool, str], tuple[str, ...]] = {}
    own = {field.name for field in fields(View)} - {"filters"}
    for name, value in pairs:
        if len(value) > LONGEST or "\0" in value:
            raise _wrong(f"{name} is longer than {LONGEST} characters or holds a NUL.")
        if name in own:
            view = replace(view, **{name: _own(name, value)})  # type: ignore[arg-type]
        else:
            key = _filter_key(name, value, definition)
            wanted[key] = (*wanted.get(key, ()), value)
    if len(wanted) > MOST_FILTERS:
        raise _wrong(f"A view has at most {MOST_FILTERS} filters.")
    found = (Filter(name, tuple(dict.fromkeys(values)), but) for (name, but, _), values in wanted.items())
    return replace(view, filters=tuple(sorted(found, key=lambda f: (f.name, f.but, f.values))))


def _filter_key(given: str, value: str, definition: Definition) -> tuple[str, bool, str]:
    """Filters with one key are alternatives: each check stands for itself."""
    name, but = given.removesuffix("!"), given.endswith("!")
    dimension = next((d for d in definition.dimensions if d.name == name), None)
    if dimension is None and name not in PLAIN and not name.startswith(META):
        known = [*(d.name for d in definition.dimensions), *PLAIN, f"{META}NAME"]
        raise _wrong(f"{given} is no filter: use {', '.join(known)}.")
    if dimension is not None and value not in dimension.names:
        raise _wrong(f"{name} has no {value!r}: use {', '.join(dimension.names)}.")
    return name, but, value if dimension is not None and dimension.kind == "checks" else ""


def _own(name: str, value: str) -> object:
    if name == "queue" and value not in QUEUES:
        raise _wrong(f"There is no queue {value!r}: use {', '.join(QUEUES)}.")
    if name in CHOICES and value not in CHOICES[name]:
        raise _wrong(f"{name} is {' or '.join(CHOICES[name])}.")
    if name in ("since", "until"):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise _wrong(f"{name} is a day such as 2026-03-01.") from None
    return _probability(name, value) if name in ("min_probability", "max_probability") else value


def _probability(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1:
        raise _wrong(f"{name} is a number from 0 to 1.")
    return number


def _wrong(detail: str) -> RequestError:
    return RequestError(detail, "invalid_request")


def token(name: str, value: object) -> str:
    """How a card says that a note has a value."""
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"{name}={text[:LONGEST]}".replace("\n", " ").replace("\0", " ")
