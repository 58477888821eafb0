"""A hostile or a hasty user: every misuse is one line on stderr with the right status, never a traceback."""

import json
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.insight_classifier.test_cli import ENV, insight, notes

DEFINITION = ROOT / "insight_classifier" / "definitions" / "home_office.yaml"


def shell(line: str) -> subprocess.CompletedProcess:
    """A command line in which `insight` is the command."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line.replace("insight ", f"{sys.executable} -m insight_classifier ")],
        capture_output=True, text=True, cwd=ROOT, env=ENV, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--foo"], "No such option: --foo. See insight --help"),
        (["scor"], "No such command 'scor'. Did you mean 'score'?"),
        (["score", "--jsn"], "(Possible options: --json) See insight score --help"),
        (["score"], "nothing to judge"),
        (["definition", "diff", "a"], "Missing argument 'new'"),
        (["definition", "bogus"], "No such command 'bogus'"),
        (["train"], "Missing option '--data'"),
        (["serve", "--port", "x"], "'--port'"),
        (["score", "a.csv", "b.csv"], "unexpected extra argument"),
        (["score", "--\x1b[31mred"], "No such option"),
        (["score", "a.jsonl", "--json"], "--json does not go with a FILE"),
        (["score", "a.jsonl", "--text", "x"], "--text does not go with a FILE"),
        (["score", "--text", "x", "--output", "o.jsonl"], "--output does not go with --text"),
        (["score", "--text", "x", "--text-column", "Note"], "--text-column does not go with --text"),
        (["definition", "diff", str(DEFINITION), str(DEFINITION), "--notes", "notes.txt"], "no such file"),
    ],
)
def test_misuse_is_told_in_one_line(words: list[str], says: str):
    result = insight(*words)
    lines = result.stderr.decode().splitlines()
    assert (result.returncode, len(lines), result.stdout) == (2, 1, b"")
    assert says in lines[0]
    assert lines[0].isprintable()


def test_help_keeps_its_look():
    assert "╭─ Options" in insight("score", "--help").stdout.decode()
    assert "╭─ Commands" in insight("--help").stdout.decode()


@pytest.mark.parametrize(
    ("line", "status", "says"),
    [
        (f"insight definition show {DEFINITION} > /dev/full", 2, "No space left"),
        ("insight --help > /dev/full", 2, "No space left"),
        ("insight definition show >&-", 2, "standard output is closed"),
        ("insight definition show | head -1", 0, ""),
        ("insight score missing.jsonl 2>/dev/full", 2, ""),
        ("insight score missing.jsonl 2>&-", 2, ""),
        ("insight score - <&-", 2, "standard input is closed"),
    ],
)
def test_broken_streams_are_told_in_one_line(line: str, status: int, says: str):
    result = shell(line)
    assert (result.returncode, len(result.stderr.splitlines())) == (status, bool(says))
    assert says in result.stderr


def test_a_terminal_that_lacks_characters_gets_their_numbers():
    assert shell("PYTHONIOENCODING=ascii insight definition show").returncode == 0


@pytest.mark.parametrize("line", ["insight score {0} >> {0}", "insight score - --output {0} < {0}"])
def test_the_input_is_never_the_output(tmp_path, line: str):
    file = notes(tmp_path / "n.jsonl", '{"text": "One."}')
    result = shell(line.format(file))
    assert (result.returncode, file.read_text()) == (2, '{"text": "One."}\n')
    assert "is the input" in result.stderr


def test_arguments_are_checked_before_anything_is_printed(tmp_path):
    odd = notes(tmp_path / "notes.txt", "x")
    result = insight("definition", "diff", DEFINITION, DEFINITION, "--notes", odd)
    assert (result.returncode, result.stdout) == (2, b"")
    assert b"unknown kind of file" in result.stderr


def test_a_note_that_cannot_be_read_is_told_as_such(tmp_path):
    judged = notes(tmp_path / "judged.jsonl", '{"id": "a", "label"')
    result = insight("definition", "diff", DEFINITION, DEFINITION, "--notes", judged)
    assert b"a: cannot be told. was not judged: line 1, column" in result.stdout


def test_a_folder_that_is_gone_is_said_in_one_line(tmp_path: Path):
    result = shell(f"cd {tmp_path} && mkdir gone && cd gone && rmdir ../gone && PYTHONSAFEPATH=1 insight score --text x")
    assert (result.returncode, len(result.stderr.splitlines())) == (2, 1)
    assert "Change to one that exists" in result.stderr


def test_an_interrupt_during_the_imports_is_quiet(tmp_path: Path):
    # The import of typer sends the signal, as if it came at that moment.
    (tmp_path / "typer.py").write_text("import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(30)\n")
    unignored = partial(signal.signal, signal.SIGINT, signal.default_int_handler)
    result = subprocess.run(
        [sys.executable, "-m", "insight_classifier", "definition", "show"],
        capture_output=True, text=True, cwd=ROOT, env={**ENV, "PYTHONPATH": f"{tmp_path}:{ROOT}"}, timeout=60, preexec_fn=unignored,
    )  # fmt: skip
    assert (result.returncode, len(result.stderr.splitlines())) == (130, 1)


def test_signs_that_steer_a_terminal_are_shown_as_signs(tiny_model):
    result = insight("score", "--text", "She \x1b[31mwill\r\nnot start it.", model=tiny_model)
    assert b"\x1b[31m" not in result.stdout
    assert "␛" in result.stdout.decode()  # what follows may be marked as evidence


def test_json_is_json_on_any_terminal(tiny_model):
    result = subprocess.run(
        [sys.executable, "-m", "insight_classifier", "score", "--json", "--model", str(tiny_model), "--text", "Ne\u0301e \U0001f642 left."],
        capture_output=True, cwd=ROOT, env={**ENV, "PYTHONIOENCODING": "ascii"}, timeout=60,
    )  # fmt: skip
    assert json.loads(result.stdout)["id"] == "1"
