"""The chain: each way of tampering shows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.audit.rules import GENESIS, Entry, faults

START = datetime(2026, 5, 3, tzinfo=UTC)


@pytest.fixture
def chain() -> list[tuple[Entry, str]]:
    rows: list[tuple[Entry, str]] = []
    for n in range(1, 6):
        previous = rows[-1][1] if rows else GENESIS
        entry = Entry(n, START + timedelta(hours=n), "key:ab", "note.score", f"note:{n}", None, {"n": n}, None, previous)
        rows.append((entry, entry.hash()))
    return rows


def problems(rows: list[tuple[Entry, str]], chain: list[tuple[Entry, str]]) -> list[str]:
    return [fault.problem for fault in faults(rows, first=1, previous=GENESIS, last=5, head=chain[-1][1])]


def test_a_whole_chain_has_no_fault(chain):
    assert problems(chain, chain) == []


def test_a_changed_row_shows(chain):
    entry, stored = chain[2]
    assert problems([*chain[:2], (replace(entry, who="someone else"), stored), *chain[3:]], chain) == [
        "row 3 was changed: its hash does not fit its content"
    ]


def test_a_row_that_was_changed_and_hashed_anew_shows_in_the_next(chain):
    entry = replace(chain[2][0], who="someone else")
    assert problems([*chain[:2], (entry, entry.hash()), *chain[3:]], chain)[0].startswith("row 4 does not continue")


def test_a_removed_row_shows(chain):
    assert problems([*chain[:2], *chain[3:]], chain) == ["row 3 is missing"]


def test_a_cut_tail_shows(chain):
    assert problems(chain[:3], chain) == ["rows 4 to 5 are missing at the end"]


def test_a_tail_that_was_written_anew_shows(chain):
    entry = replace(chain[4][0], who="someone else")
    assert problems([*chain[:4], (entry, entry.hash())], chain) == ["row 5 is not the one that the head of the chain names"]


def test_exchanged_rows_show(chain):
    assert problems([chain[1], chain[0], *chain[2:]], chain) != []
