"""The report: one file that needs nothing else, findings first."""

import re
import shutil
from pathlib import Path

import pytest

from insight_classifier.definition import Definition
from insight_classifier.errors import ConfigError
from service.database import Database
from service.measures.asked import Asked, read_asked
from service.measures.figures import Figures
from service.measures.report_file import BROWSERS, html_of, write_pdf
from service.measures.sources import read_sources
from tests.service.measures.conftest import Filled


@pytest.fixture
def figures(database: Database, definition: Definition) -> Figures:
    return Figures(database, read_sources(definition, None))


def test_findings_come_first_in_sentences(filled: Filled, figures: Figures) -> None:
    filled(60, decided=40)
    html = html_of(figures, Asked())
    assert html.index("Findings") < html.index("Do notes change")
    assert re.search(r"<li>Documented: .* in \d+ %", html)
    assert "Missing most: " in html


def test_the_file_asks_the_network_for_nothing(filled: Filled, figures: Figures) -> None:
    filled(60)
    html = html_of(figures, Asked())
    assert not re.search(r"<(script|link|img)|src=|url\(|@import", html)


def test_nobody_is_named_and_the_invented_is_called_so(filled: Filled, figures: Figures) -> None:
    filled(60, decided=40)
    html = html_of(figures, read_asked("by=team"), invented=True)
    assert "msl-" not in html
    assert "are invented" in html


def test_of_few_people_nothing_is_told(filled: Filled, figures: Figures) -> None:
    filled(20, authors=4)
    html = html_of(figures, Asked())
    assert "fewer than five authors" in html
    assert "<table" not in html


def test_without_notes_it_says_so(figures: Figures) -> None:
    with pytest.raises(ConfigError, match="no note is judged"):
        html_of(figures, Asked())


@pytest.mark.browser
@pytest.mark.skipif(not any(map(shutil.which, BROWSERS)), reason="no browser")
def test_a_browser_makes_a_pdf(tmp_path: Path) -> None:
    write_pdf("<p>report", tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_without_a_browser_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(ConfigError, match="print the HTML"):
        write_pdf("<p>report", tmp_path / "report.pdf")
