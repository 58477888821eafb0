"""How long a page of each queue takes at 100,000 notes: synthetic rows, p50 and p95 of pages with and without filters.

python -m benchmarks.review_pages [--notes 100000] [--database URL] [--repeats 40]: URL is of an empty database, by default a SQLite file
in a temporary folder.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, insert, text

from insight_classifier.definition import Definition
from insight_classifier.definition_reader import default_definition
from service.database import Database
from service.migrations import migrate
from service.notes.batches import judged_many, keep_many
from service.notes.rules import Delivery
from service.reviews.cards import refresh
from service.reviews.leases import take_next
from service.reviews.listing import count, page
from service.reviews.scores import Policy
from service.reviews.tables import CardRow
from service.reviews.views import View, read_view
from service.safety.tables import Item

START = datetime(2024, 1, 1, tzinfo=UTC)
PIECE = 500
WHO = "p1"
COMMON = ["the", "patient", "clinic", "asked", "dose", "trial", "nurse", "renal", "start", "week", "older", "switch", "infusion", "risk"]
RARE = [f"{first}{second}{third}" for first in "bdfglmnprst" for second in ("ar", "el", "im", "on", "ur") for third in "abdeiklmno"]
VIEWS = {
    "plain": "",
    "country of a fifth": "meta.country=c3",
    "a check and not another": "criteria=rationale&criteria!=implication",
    "rare author": "author=m777",
    "rare and common": "author=m777&meta.country=c3&probing_depth=sequential",
    "nothing fits": "meta.country=nowhere",
    "common word": "q=patient",
    "rare word": "q=barba",
    "word and filters": "q=renal+-dose&meta.team=t2&label=general_feedback",
}
QUEUES = ("safety", "uncertain", "likely_wrong", "disagree", "newest", "audit", "audit&seed=may", "insights", "mine", "calibration")


def fill(database: Database, definition: Definition, notes: int) -> None:
    """Notes of two years, judged, with cards; one in twenty is a safety item, one in thirty disputed or assigned."""
    chance, policy = random.Random(1), Policy(definition)
    for first in range(0, notes, PIECE):
        numbers = range(first, min(first + PIECE, notes))
        database.write(lambda connection, numbers=numbers: _piece(connection, numbers, chance, policy))  # type: ignore[misc]
    if database.dialect == "postgresql":  # its server does so of itself; SQLite knows no statistics here
        database.write(lambda connection: connection.execute(text("ANALYZE")).close())


def _piece(connection: Connection, numbers: Sequence[int], chance: random.Random, policy: Policy) -> None:
    at = START + timedelta(minutes=10 * numbers[0])
    given = [_delivery(number, chance) for number in numbers]
    kept = [one for one in keep_many(connection, given, at) if not isinstance(one, Exception)]
    judged_many(connection, [(one, _judgement(policy.definition, chance)) for one in kept], at)
    ids = [one.note_id for one in kept]
    refresh(connection, ids, policy)
    connection.execute(insert(Item), [_item(note_id, at, chance) for note_id in ids if chance.random() < 0.05])
    marked = [note_id for note_id in ids if chance.random() < 0.03]
    table = CardRow.__table__
    values = {"dispute": chance.random(), "assigned_to": f"p{chance.randrange(5)}", "gold": True}
    connection.execute(table.update().where(table.c.note_id.in_(marked)).values(values))  # type: ignore[attr-defined]


def _delivery(number: int, chance: random.Random) -> Delivery:
    words = [chance.choice(COMMON) for _ in range(55)] + [chance.choice(RARE) for _ in range(30)]
    chance.shuffle(words)
    author = f"m{chance.randrange(1000)}"
    metadata = {
        "country": f"c{chance.randrange(5)}",
        "team": f"t{chance.randrange(8)}",
        "therapeutic_area": f"a{chance.randrange(6)}",
        "channel": chance.choice(("in_person", "remote")),
        "author": author,
        "field_label": chance.choice(("insight", "feedback")),
    }
    return Delivery("veeva", f"r{number}", {"text": " ".join(words)}, author=author, hcp=f"h{chance.randrange(5000)}", metadata=metadata)


def _judgement(definition: Definition, chance: random.Random) -> dict[str, Any]:
    checks = {name: chance.random() < 0.5 for name in definition.checks}
    verdicts: dict[str, Any] = {}
    for dimension in definition.dimensions:
        shares = {name: 1 / len(dimension.names) for name in dimension.names}
        place = chance.randrange(len(dimension.names))
        name = dimension.names[place]
        if dimension.kind == "checks":
            verdicts[dimension.name] = {n: {"met": checks[n], "probability": 0.5, "evidence": []} for n in dimension.names}
        elif dimension.kind == "scale":
            verdicts[dimension.name] = {"level": place, "name": name, "probabilities": [*shares.values()], "evidence": []}
        else:
            verdicts[dimension.name] = {"name": name, "probabilities": shares}
    origin = {"name": "synthetic", "version": "1", "fingerprint": "f" * 16}
    label = definition.label.name(definition.label.rule(checks))
    asks = {"needs_review": chance.random() < 0.2, "review_reasons": [], "coaching": [], "definition": origin, "model": origin}
    return {"id": "x", "label": label, "probability": round(chance.random(), 6), **verdicts, **asks}


def _item(note_id: str, at: datetime, chance: random.Random) -> dict[str, Any]:
    due = at + timedelta(hours=chance.randrange(1000))
    times = dict.fromkeys(("received_at", "awareness_at", "half_at"), at)
    empty = {"spans": [], "marks": [], "content_hash": "x", "flags": "x", "source": "veeva", "revision": 1, "events": 1}
    return {"id": f"s{note_id}", "note_id": note_id, "state": "open", "due_at": due, **times, **empty}


def measure(database: Database, definition: Definition, repeats: int) -> None:
    """First pages, pages deep inside, counts and the next note."""
    for queue in QUEUES:
        for name, filters in VIEWS.items():
            _pages(database, f"{queue:15} {name}", read_view(f"queue={queue}&{filters}", definition), repeats)
    for name, filters in VIEWS.items():
        view = read_view(filters, definition)
        with database.read() as connection:
            counting = partial(count, connection, view, WHO)
            tell(f"count           {name}", [_timed(counting) for _ in range(5)], counting())
    view, at = read_view("queue=uncertain", definition), START + timedelta(days=3000)
    takers = [partial(take_next, view=view, who=f"q{number}", at=at) for number in range(repeats)]
    tell("next note", [_timed(partial(database.write, taker)) for taker in takers], repeats)


def _pages(database: Database, name: str, view: View, repeats: int) -> None:
    with database.read() as connection:
        first = page(connection, view, WHO)
        tell(name, [_timed(partial(page, connection, view, WHO)) for _ in range(repeats)], len(first.entries))
        if first.after and not view.filters:
            for _ in range(20):
                first = page(connection, view, WHO, limit=500, after=first.after)
            deep = partial(page, connection, view, WHO, after=first.after)
            tell(f"{name}, deep", [_timed(deep) for _ in range(repeats)], len(deep().entries))


def _timed(work: Any) -> tuple[float, float]:  # noqa: ANN401 anything to call
    """Milliseconds by the wall's clock, and of this process's computing: the machine may be shared."""
    before, computed = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - before) * 1000, (time.process_time() - computed) * 1000


def tell(name: str, taken: Sequence[tuple[float, float]], found: int) -> None:
    """One line of the table."""
    wall, computed = (sorted(times) for times in zip(*taken, strict=True))
    place = min(len(wall) - 1, int(len(wall) * 0.95))
    p50, p95, own = statistics.median(wall), wall[place], computed[place]
    print(f"{name:44} p50 {p50:7.1f}  p95 {p95:7.1f} ms, computing {own:7.1f} ms  {found:7}", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--notes", type=int, default=100_000)
    options.add_argument("--database")
    options.add_argument("--repeats", type=int, default=40)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.database or f"sqlite:///{folder}/pages.db"
        definition = default_definition()
        fresh = migrate(url)
        with Database(url) as database:
            with database.read() as connection:
                known = connection.scalar(text("SELECT count(*) FROM review_cards"))
            before = time.perf_counter()
            if not known:
                fill(database, definition, given.notes)
            print(f"{given.notes} notes at revision {fresh}, filled in {time.perf_counter() - before:.0f} s")
            measure(database, definition, given.repeats)


if __name__ == "__main__":
    main()
