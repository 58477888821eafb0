"""Themes for a person at a terminal, and as JSON. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from insight_classifier.measures.emergence import Emergence
from insight_classifier.measures.theme import LEAST_VOICES, Theme, Themes

CAVEAT = "Themes are of what notes say, grouped by shared words: the same thing in other words may stand outside."
CANDIDATES = 10  # that are shown
NAME = 24  # characters of a theme's name before the line is full
COLUMNS = ("notes", "authors", "HCPs", "countries", "since", "4 weeks", "typical")

Emerging = Mapping[str, Emergence]


def printed(found: Themes, emerging: Emerging) -> str:
    """Patterns, then the greatest candidates, as the terminal at standard output shows them."""
    console = Console(highlight=False)
    with console.capture() as capture:
        console.print(Group(*_parts(found, emerging)))
    return capture.get().rstrip("\n")


def _parts(found: Themes, emerging: Emerging) -> Iterator[RenderableType]:
    patterns = [theme for theme in found.themes if theme.is_pattern]
    candidates = [theme for theme in found.themes if not theme.is_pattern]
    inside = sum(len(theme.notes) for theme in found.themes)
    yield Text(
        f"{inside + len(found.outside):,} insights and near misses: {inside:,} in {len(found.themes):,} themes, "
        f"{len(found.outside):,} in none; {found.copies:,} near duplicates are not counted. {CAVEAT}"
    )
    for theme in patterns:
        if theme.id in emerging and emerging[theme.id].emerging:
            yield Text(_called(theme, emerging[theme.id]), style="bold")
    if patterns:
        yield _table(f"Patterns: {LEAST_VOICES} authors or more", patterns, emerging)
    if candidates:
        yield _table("Candidates: fewer authors, the greatest first", candidates[:CANDIDATES], emerging)


def _called(theme: Theme, told: Emergence) -> str:
    return f"Emerging: {theme.name}, {told.recent} times in the last four weeks where {told.expected:.1f} were to be expected."


def _table(title: str, themes: list[Theme], emerging: Emerging) -> Table:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1, 0, 0))
    table.add_column("theme", min_width=NAME)
    for name in COLUMNS:
        table.add_column(name, justify="right")
    for theme in themes:
        table.add_row(Text(theme.name), *_cells(theme, emerging.get(theme.id)))
    return table


def _cells(theme: Theme, told: Emergence | None) -> Iterator[str]:
    yield from (str(number) if number else "-" for number in (len(theme.notes), theme.authors, theme.physicians, theme.countries))
    yield theme.first_seen.strftime("%Y-%m") if theme.first_seen else "-"
    yield str(told.recent) if told else "-"
    yield theme.typical.id


def to_plain(found: Themes, emerging: Emerging) -> dict[str, Any]:
    """Without any text of a note beyond the names of themes."""
    return {
        "themes": [_plain(theme, emerging.get(theme.id)) for theme in found.themes],
        "outside": [note.id for note in found.outside],
        "copies": found.copies,
        "memory": dict(sorted(found.memory.items())),
    }


def _plain(theme: Theme, told: Emergence | None) -> dict[str, Any]:
    return {
        "id": theme.id,
        "name": theme.name,
        "pattern": theme.is_pattern,
        "notes": [note.id for note in theme.notes],
        "copies": [note.id for note in theme.copies],
        "typical": theme.typical.id,
        "insights": theme.insights,
        "near_misses": len(theme.notes) - theme.insights,
        "authors": theme.authors,
        "physicians": theme.physicians,
        "countries": theme.countries,
        "first_seen": theme.first_seen.isoformat() if theme.first_seen else None,
        "last_seen": theme.last_seen.isoformat() if theme.last_seen else None,
        "by_month": dict(sorted(theme.by_month.items())),
        "emergence": None if told is None else _told(told),
    }


def _told(told: Emergence) -> dict[str, Any]:
    return asdict(told) | {"expected": round(told.expected, 3)}
