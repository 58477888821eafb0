"""Notes of several authors on two subjects, on a database of either kind."""

from collections.abc import Callable

import pytest

from insight_classifier.definition import Definition
from service.database import Database
from tests.service.reviews.conftest import desk  # noqa: F401 fixture
from tests.service.reviews.desk import Desk, every_check

SUBJECTS = (
    ("hyperkalaemia", "potassium", "binder", "renal", "cohort", "nephrologist", "dialysis", "creatinine"),
    ("authorisation", "payer", "formulary", "rebate", "coverage", "denial", "insurer", "tariff"),
)
Filled = Callable[..., Desk]


def words(number: int) -> str:
    """Five words of a subject, and words that no other note has."""
    subject, start = SUBJECTS[number % len(SUBJECTS)], number // len(SUBJECTS)
    shared = [subject[(start + step) % len(subject)] for step in range(5)]
    return " and ".join([*shared, *(f"{word}{number}" for word in ("garden", "umbrella", "piano", "canteen"))])


@pytest.fixture
def filled(database: Database, definition: Definition) -> Filled:
    """A desk with insights on the subjects in turn, each of another author, and the last a note that is nothing."""

    def fill(notes: int = 10, authors: int = 5) -> Desk:
        made = Desk(database, definition)
        for number in range(notes):
            metadata = {"author": f"msl-{number % authors}", "country": f"C{number % 2}"}
            made.note(f"n{number}", *every_check(definition), text=words(number), metadata=metadata, hcp=f"dr-{number}")
        made.note("nothing", text="Lunch was cancelled at short notice.", metadata={"author": "msl-0"})
        return made

    return fill
