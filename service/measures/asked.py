"""What a reader asks of the measures, as the address of the page has it: filters, grouping, periods. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode

from insight_classifier.measures.facts import PERIODS
from service.errors import RequestError
from service.measures.reading import NAMES

PERIOD, YEAR = "quarter", "year"
FILTERS = (*NAMES, YEAR)
MOST_KEYS = 3  # more conditions leave groups of few people, and take long to keep from being told apart
LONGEST = 200


@dataclass(frozen=True)
class Asked:
    """`where`: name and value of each filter; `by`: what notes are grouped by; `unit`: of periods; `measure`: whose trend groups show."""

    where: tuple[tuple[str, str], ...] = ()
    by: str | None = None
    unit: str = PERIOD
    measure: str | None = None
    author: str | None = field(default=None, kw_only=True)  # who looks, where that is an author: never in the address

    @property
    def filters(self) -> Mapping[str, str]:
        return dict(self.where)

    def query(self, **changed: str | None) -> str:
        """As an address has it, with some of it changed; None: without."""
        told = {**self.filters, "by": self.by, "period": None if self.unit == PERIOD else self.unit, "measure": self.measure}
        return urlencode({name: value for name, value in {**told, **changed}.items() if value})


def read_asked(query: str, author: str | None = None) -> Asked:
    """Raises RequestError, which says what is wrong with the address."""
    try:
        given = parse_qsl(query, keep_blank_values=False, max_num_fields=20)
    except ValueError:
        raise RequestError("The address has too many parts. Begin at /measures.", "invalid_request") from None
    asked = Asked(author=author)
    for name, value in given:
        asked = _with(asked, name, value[:LONGEST])
    if asked.by in asked.filters:
        raise RequestError(f"{asked.by} is grouped by and filtered: choose one of the two.", "invalid_request")
    if len(asked.where) + bool(asked.by) > MOST_KEYS:
        raise RequestError(f"At most {MOST_KEYS} filters and groupings together: leave one out.", "invalid_request")
    return asked


def _with(asked: Asked, name: str, value: str) -> Asked:
    if name in FILTERS:
        return replace(asked, where=tuple(sorted({**asked.filters, name: value}.items())))
    if name == "by" and value in NAMES:
        return replace(asked, by=value)
    if name == "period" and value in PERIODS:
        return replace(asked, unit=value)
    if name == "measure":
        return replace(asked, measure=value)
    known = {"by": NAMES, "period": tuple(PERIODS)}.get(name, (*FILTERS, "by", "period", "measure"))
    what = f"{name}={value[:60]}" if name in ("by", "period") else name[:60]
    raise RequestError(f"{what} cannot be asked of measures. Use {', '.join(known)}.", "invalid_request")
