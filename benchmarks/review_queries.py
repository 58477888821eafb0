"""How long the queries behind the lists take at 100,000 notes: p50 and p95 with and without filters, inside one process.

python -m benchmarks.review_queries [--notes 100000] [--database URL] [--repeats 40]: URL is of an empty database, by default a SQLite file
in a temporary folder.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select, text

from benchmarks.seeded import START, fill
from insight_classifier.definition import Definition
from insight_classifier.definition_reader import default_definition
from service.database import Database
from service.migrations import migrate
from service.reviews.leases import take_next
from service.reviews.listing import count, page
from service.reviews.similar import similar
from service.reviews.tables import CardRow
from service.reviews.views import View, read_view

WHO = "p1"
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
    _similar(database, definition, repeats)
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


def _similar(database: Database, definition: Definition, repeats: int) -> None:
    """Earlier notes like each of the latest."""
    with database.read() as connection:
        latest = list(connection.scalars(select(CardRow.note_id).order_by(CardRow.note_id.desc()).limit(repeats)))
        found = [similar(connection, note_id, definition) for note_id in latest[:1]]
        tell("similar notes", [_timed(partial(similar, connection, note_id, definition)) for note_id in latest], len(found[0]))


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
