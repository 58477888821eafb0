"""A view as a page shows it: its tabs, what it asks for as chips that can be taken away, and the choices of its filters. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from insight_classifier.definition import Definition
from service.errors import RequestError
from service.presentation import in_words
from service.reviews.queues import QUEUES
from service.reviews.views import META, View, view_of

QUEUE, AFTER, DONE = "queue", "after", "done"
OWN = (AFTER, DONE)  # said in the address of a list, and no part of its view
PLAIN: Mapping[str, str] = {
    "q": "Search",
    "since": "Received since",
    "until": "Received until",
    "min_probability": "Probability from",
    "max_probability": "Probability to",
    "flagged": "Flagged",
    "open": "Open",
    "reviewer": "Decided by",
    "assigned": "Assigned to",
    "seed": "Seed",
}


@dataclass(frozen=True)
class Asked:
    """What the address of a page says. `working`: it names a queue, whose notes are gone through one after the other."""

    view: View
    after: str | None = None
    done: bool = False
    working: bool = False

    @property
    def query(self) -> str:
        """The view, always with its queue."""
        rest = self.view.to_query()
        return rest if rest.startswith(f"{QUEUE}=") else "&".join(filter(None, [urlencode({QUEUE: self.view.queue}), rest]))


@dataclass(frozen=True)
class Chip:
    """One thing that is asked for, and the query without it."""

    words: str
    query: str


@dataclass(frozen=True)
class Select:
    """A filter with its values and their titles."""

    name: str
    title: str
    options: tuple[tuple[str, str], ...]
    chosen: str


def read_asked(query: str, definition: Definition) -> Asked:
    """Raises RequestError, which says what is wrong with the address."""
    try:
        pairs = parse_qsl(query, keep_blank_values=False, max_num_fields=200)
    except ValueError:
        raise RequestError("The address asks for too much at once.", "invalid_request") from None
    given = dict(pairs)
    view = view_of([(name, value) for name, value in pairs if name not in OWN], definition)
    return Asked(view, given.get(AFTER), DONE in given, QUEUE in given)


def tabs(view: View, *, trial: bool = True) -> list[tuple[str, str, str, bool]]:
    """Each queue under the same filters: title, what it holds, query, and whether it is this one. `trial`: whether a model is on trial."""
    offered = {name: queue for name, queue in QUEUES.items() if trial or not queue.trial or queue is view.described}
    asked = ((queue, Asked(replace(view, queue=name))) for name, queue in offered.items())
    return [(queue.title, queue.what, one.query, queue is view.described) for queue, one in asked]


def chips(view: View, definition: Definition) -> list[Chip]:
    """Everything that the view asks for beside its queue."""
    found = [
        Chip(f"{words}: {value}", _without(view, name)) for name, words in PLAIN.items() if (value := getattr(view, name)) not in (None, "")
    ]
    for one in view.filters:
        words = ", ".join(_title(one.name, value, definition) for value in one.values)
        rest = replace(view, filters=tuple(other for other in view.filters if other is not one))
        found.append(Chip(f"{_name(one.name, definition)}{' is not' if one.but else ':'} {words}", Asked(rest).query))
    return found


def selects(view: View, definition: Definition, facets: Mapping[str, Sequence[str]]) -> list[Select]:
    """The filters that a form offers as lists; what is chosen otherwise stays a chip."""
    label = definition.label
    offered: list[tuple[str, str, Sequence[tuple[str, str]]]] = [
        ("label", "Label", [(name, in_words(name)) for name in (label.met, label.unmet)])
    ]
    offered += [(d.name, d.title, [(member.name, member.title) for member in d.members]) for d in definition.dimensions]
    offered += [(META + name, in_words(name), [(value, value) for value in values]) for name, values in facets.items() if values]
    return [Select(name, title, tuple(options), _single(view, name)) for name, title, options in offered]


def others(view: View, offered: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What a form must carry along as it has no control for it."""
    for one in view.filters:
        if one.but or one.name not in offered or _single(view, one.name) == "":
            yield from ((one.name + "!" * one.but, value) for value in one.values)
    yield from ((name, str(value)) for name in ("reviewer", "assigned", "seed") if (value := getattr(view, name)))


def _single(view: View, name: str) -> str:
    """The one value of a filter; empty where there is none, or several."""
    found = [value for one in view.filters if one.name == name and not one.but for value in one.values]
    return found[0] if len(found) == 1 else ""


def _without(view: View, name: str) -> str:
    return Asked(replace(view, **{name: "" if name == "seed" else None})).query  # type: ignore[arg-type]


def _name(name: str, definition: Definition) -> str:
    titles = {dimension.name: dimension.title for dimension in definition.dimensions}
    return titles.get(name) or in_words(name.removeprefix(META))


def _title(name: str, value: str, definition: Definition) -> str:
    for dimension in definition.dimensions:
        if dimension.name == name and value in dimension.names:
            return dimension.member(value).title
    return in_words(value) if name == "label" else value
