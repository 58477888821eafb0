"""`insight report`."""

from pathlib import Path

import typer
from typer.testing import CliRunner, Result

from service.measures.report_cli import register
from tests.service.measures.conftest import Filled


def run(*arguments: str) -> Result:
    app = typer.Typer()
    register(app)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["report", *arguments])


def test_it_writes_one_file(filled: Filled, tmp_path: Path) -> None:
    url = filled(30).database.url.render_as_string(hide_password=False)
    done = run("--database", url, "--by", "team", "-o", str(tmp_path / "r.html"))
    assert done.exit_code == 0, done.output
    assert "What field notes document" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_a_wrong_filter_is_said(filled: Filled, tmp_path: Path) -> None:
    url = filled(30).database.url.render_as_string(hide_password=False)
    done = run("--database", url, "--where", "author=msl-1", "-o", str(tmp_path / "r.html"))
    assert done.exit_code == 2
    assert "cannot be asked" in done.output
