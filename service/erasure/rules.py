"""Which notes are to be erased, and how the audit names a person who asked for it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.errors import RequestError
from service.notes.rules import LONGEST, hash_of, storable

NOTE, AUTHOR, HCP = "note", "author", "hcp"  # by what notes can be chosen


@dataclass(frozen=True)
class Chosen:
    """All notes of an author or on a health-care professional, in any of their versions, or the one with an id."""

    by: str
    reference: str

    def named(self) -> dict[str, str]:
        """For the audit: a hash proves that this person was meant, and tells nobody who it is."""
        return {"by": self.by, "reference": self.reference if self.by == NOTE else hash_of([self.by, self.reference])}


def chosen(given: Mapping[str, str | None]) -> Chosen:
    """The one way of choosing that was given. Raises RequestError where it is none or more, or empty."""
    named = {by: (value or "").strip() for by, value in given.items() if value is not None}
    if len(named) != 1 or not all(named.values()):
        raise RequestError(f"Say which notes: exactly one of {', '.join(given)}, and not an empty one.", "invalid_request")
    [(by, reference)] = named.items()
    # As deliveries are stored: what is longer than its column was cut there, too.
    return Chosen(by, storable(reference, LONGEST.get(by, len(reference))) or "")
