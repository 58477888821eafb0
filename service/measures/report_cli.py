"""`insight report`: the measures as one file, to be sent, printed and put before a board."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

import typer

from insight_classifier.command import plain_errors, tell
from insight_classifier.definition_reader import default_definition, read_definition
from insight_classifier.errors import ArgumentError, FileError
from service.database import DEFAULT_DATABASE, Database
from service.demonstration.presence import is_there
from service.errors import RequestError
from service.measures.asked import Asked, read_asked
from service.measures.figures import Figures
from service.measures.measured import Sources
from service.measures.report_file import html_of, write_pdf
from service.measures.sources import read_sources
from service.migrations import require_current
from service.terminal import DatabaseOption


def register(app: typer.Typer) -> None:
    """Add the command to `insight`."""
    app.command("report")(report_command)


def report_command(
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the HTML goes.")] = Path("report.html"),
    database: DatabaseOption = DEFAULT_DATABASE,
    pdf: Annotated[Path | None, typer.Option(help="Where a PDF goes besides; needs a browser on this machine.")] = None,
    where: Annotated[list[str] | None, typer.Option(help="Only notes with this, as country=DE. Repeatable.")] = None,
    by: Annotated[str | None, typer.Option(help="Compare groups: team, country, therapeutic_area, channel or tenure_band.")] = None,
    period: Annotated[str, typer.Option(help="Periods of the lines: month, quarter or year.")] = "quarter",
    plan: Annotated[Path | None, typer.Option(help="Weights of the objectives in the plan (YAML), to measure alignment.")] = None,
    peers: Annotated[
        Path | None, typer.Option(help="Published figures to stand beside (YAML or CSV); the case that ships by default.")
    ] = None,
    definition: Annotated[Path | None, typer.Option(help="Definition that was judged by; the shipped one by default.")] = None,
) -> None:
    """Write what notes document as one self-contained HTML file: findings in sentences first, then every figure with its range."""
    with plain_errors():
        asked = _asked(where or [], by, period)
        found = read_definition(definition) if definition else default_definition()
        html = _html(database, asked, read_sources(found, plan, peers))
        _put(output, html)
        if pdf:
            write_pdf(html, pdf)
        tell(f"wrote {' and '.join(str(path) for path in (output, pdf) if path)}")


def _asked(where: Sequence[str], by: str | None, period: str) -> Asked:
    pairs = [item.partition("=") for item in where]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise ArgumentError(f"--where {name[:60]}: write NAME=VALUE, as country=DE")
    given = urlencode([*((name, value) for name, _, value in pairs), *([("by", by)] if by else []), ("period", period)])
    try:
        return read_asked(given)
    except RequestError as problem:
        raise ArgumentError(str(problem).rstrip(".")) from problem


def _html(url: str, asked: Asked, sources: Sources) -> str:
    require_current(url)
    with Database(url) as database:
        with database.read() as connection:
            invented = is_there(connection)
        figures = Figures(database, sources)
        try:
            return html_of(figures, asked, invented=invented)
        finally:
            figures.close()


def _put(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise FileError(f"{path}: {problem.strerror}. Choose another file.") from problem
