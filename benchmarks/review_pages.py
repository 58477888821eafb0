"""How long the pages take at 100,000 notes, over HTTP from a real server: p50 and p95 of each, and the first paint in chromium.

python -m benchmarks.review_pages [--notes 100000] [--database URL] [--repeats 40] [--only REGEX]: URL is of an empty
database, by default a SQLite file in a temporary folder. Prints a Markdown table.
"""

import argparse
import contextlib
import re
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2
from playwright.sync_api import sync_playwright
from sqlalchemy import Connection, func, select

from benchmarks.seeded import fill
from benchmarks.servers import Server, insight
from insight_classifier.definition_reader import default_definition
from service.accounts.browser import SESSION
from service.accounts.roles import ROLES
from service.accounts.rules import checked
from service.accounts.sessions import Spans, begin
from service.accounts.store import add_account
from service.accounts.tokens import hash_of, new_token
from service.database import Database, now
from service.migrations import migrate
from service.reviews.cards import CARDS
from service.reviews.queues import QUEUES

AUTHOR = "m777"
LISTS: Mapping[str, str] = {
    "": "",
    "a filter": "meta.country=c3",
    "three filters": "author=m777&meta.country=c3&probing_depth=sequential",
    "a common word": "q=patient",
    "a rare word": "q=barba",
    "words and filters": "q=renal+-dose&meta.team=t2&label=general_feedback",
}
PAGES = (
    "/insights",
    "/insights?life=new",
    "/me",
    "/safety",
    "/safety?show=overdue",
    "/agreement",
    "/definition",
    "/review/export",
    "/review/gold",
    "/review/bulk?queue=uncertain&meta.country=c3",
    "/insights?q=patient",
    "/",
)
PAINTED = ("/review", "/insights", "/safety", "/agreement")
MORE = re.compile(r'href="(/review\?[^"]*after=[^"]*)"')
NOTE = re.compile(r'href="(/review/notes/[^"?]+)')


@dataclass(frozen=True)
class Timed:
    """Milliseconds of each answer, and how large the page is."""

    name: str
    times: Sequence[float]
    kilobytes: float

    @property
    def row(self) -> str:
        """A line of the table."""
        p95 = sorted(self.times)[min(len(self.times) - 1, int(len(self.times) * 0.95))]
        return f"| {self.name} | {statistics.median(self.times):.0f} | {p95:.0f} | {self.kilobytes:.0f} |"


def pages(client: httpx2.Client, repeats: int, only: str) -> Iterator[Timed]:
    """Every page whose name `only` finds, one request after the other."""
    for name, addresses in addressed(client):
        if re.search(only, name):
            yield timed(client, name, addresses, repeats)


def addressed(client: httpx2.Client) -> Iterator[tuple[str, Sequence[str]]]:
    """The pages: what each is called, and the addresses that are asked for in turn."""
    for queue in QUEUES:
        for name, filters in LISTS.items():
            yield f"list: {queue}{', ' + name if name else ''}", [f"/review?queue={queue}&{filters}"]
    yield "list: newest, 20 pages on", [_deep(client, 20)]
    notes = NOTE.findall(client.get("/review?queue=newest").text)
    yield "note", [f"{path}?queue=newest" for path in dict.fromkeys(notes)]
    yield from ((address, [address]) for address in PAGES)


def timed(client: httpx2.Client, name: str, addresses: Sequence[str], repeats: int) -> Timed:
    """The addresses in turn, after one that does not count."""
    client.get(addresses[0]).raise_for_status()
    times, answer = [], None
    for number in range(repeats):
        before = time.perf_counter()
        answer = client.get(addresses[number % len(addresses)])
        times.append((time.perf_counter() - before) * 1000)
    assert answer is not None
    answer.raise_for_status()
    return Timed(name, times, len(answer.content) / 1024)


def _deep(client: httpx2.Client, pages: int) -> str:
    """The address of a page that lies far in."""
    address = "/review?queue=newest"
    for _ in range(pages):
        found = MORE.search(client.get(address).text)
        if found is None:
            break
        address = found[1].replace("&amp;", "&")
    return address


def paints(server: Server, token: str, repeats: int) -> Iterator[Timed]:
    """The first contentful paint of whole pages, each in a browser without a cache."""
    with sync_playwright() as playwright, contextlib.closing(playwright.chromium.launch(executable_path="/usr/bin/chromium")) as chromium:
        for address in PAINTED if repeats else ():
            times, size = [], 0.0
            for _ in range(repeats):
                context = chromium.new_context()
                context.add_cookies([{"name": SESSION, "value": token, "url": f"http://{server.address}"}])
                page = context.new_page()
                page.goto(f"http://{server.address}{address}", wait_until="load")
                while not page.evaluate("performance.getEntriesByName('first-contentful-paint').length"):
                    page.wait_for_timeout(20)  # what playwright would wait with is eval, which the pages forbid
                times.append(float(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")))
                size = len(page.content()) / 1024
                context.close()
            yield Timed(f"first paint: {address}", times, size)


def enter(database: Database) -> str:
    """Somebody with every role who is an author too; the token for the cookie."""
    token, at, wish = new_token(), now(), checked("benchmark", None, ROLES, AUTHOR)

    def begun(connection: Connection) -> str:
        row = add_account(connection, wish, password=None, who="benchmark", at=at)
        begin(connection, row.id, hash_of(token), at, Spans())
        return token

    return database.write(begun)


def prepare(url: str, notes: int) -> str:
    """Fill an empty database; the token of somebody who may see everything."""
    migrate(url)
    before = time.perf_counter()
    with Database(url) as database:
        with database.read() as connection:
            known = connection.scalar(select(func.count()).select_from(CARDS)) or 0
        if not known:
            fill(database, default_definition(), notes)
        print(f"{known or notes:,} notes on {database.dialect}, filled in {time.perf_counter() - before:.0f} s\n", flush=True)
        return enter(database)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--notes", type=int, default=100_000)
    options.add_argument("--database")
    options.add_argument("--repeats", type=int, default=40)
    options.add_argument("--paints", type=int, default=5)
    options.add_argument("--only", default="", help="Only pages whose name this regular expression finds.")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.database or f"sqlite:///{Path(folder) / 'pages.db'}"
        token = prepare(url, given.notes)
        print("| page | p50 ms | p95 ms | KB |\n|---|---:|---:|---:|", flush=True)
        with insight(url) as server, httpx2.Client(base_url=f"http://{server.address}", cookies={SESSION: token}, timeout=60) as client:
            for one in pages(client, given.repeats, given.only):
                print(one.row, flush=True)
            for one in paints(server, token, given.paints):
                print(one.row, flush=True)


if __name__ == "__main__":
    main()
