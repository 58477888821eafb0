"""Log lines are JSON, and an exception's message, which may quote a note, is not among them."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from service import logs


@pytest.fixture
def configured() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = before, level


def test_a_line_is_json(configured: None, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")
    structlog.get_logger().info("request", path="/é")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["path"], line["level"]) == ("request", "/é", "info")


def test_the_level_is_kept_to(configured: None, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("warning")
    structlog.get_logger().info("request")
    assert capsys.readouterr().err == ""


def test_the_servers_own_tracebacks_do_not_quote(configured: None, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")
    try:
        raise ValueError("the note's text")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    line = json.loads(capsys.readouterr().err)
    assert line["error"] == "ValueError"
    assert "the note's text" not in json.dumps(line)
