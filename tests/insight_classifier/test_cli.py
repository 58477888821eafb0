"""The command as a person and a script use it: exit statuses, whole lines, errors of one line."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import ROOT

ENV = {**os.environ, "PYTHONPATH": str(ROOT)}


def insight(*words: object, stdin: bytes = b"", model: Path | None = None) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "insight_classifier", *map(str, words), *(["--model", str(model)] if model else [])]
    return subprocess.run(command, input=stdin, capture_output=True, cwd=ROOT, env=ENV, timeout=120)


def notes(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def test_a_file_is_judged_line_by_line(tmp_path, tiny_model):
    file = notes(tmp_path / "n.jsonl", '{"id": "a", "text": "She will not start it."}', '{"id": "b", "text": "Great call."}')
    result = insight("score", file, "--output", tmp_path / "out.jsonl", model=tiny_model)
    assert result.returncode == 0
    assert [json.loads(line)["id"] for line in (tmp_path / "out.jsonl").read_text().splitlines()] == ["a", "b"]


def test_a_broken_line_gives_status_3_and_the_rest_is_judged(tmp_path, tiny_model):
    file = notes(tmp_path / "n.jsonl", '{"id": "a", "text": "One."}', "{broken", '{"id": "c", "text": ""}', '{"id": "d", "text": "Four."}')
    result = insight("score", file, model=tiny_model)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 3
    assert [line.get("error", {}).get("code") for line in lines] == [None, "invalid_json", "empty_text", None]


def test_standard_input_and_output_work(tiny_model):
    result = insight("score", "-", stdin=b'{"text": "One."}\n', model=tiny_model)
    assert json.loads(result.stdout)["id"] == "1"


def test_one_note_is_printed_for_a_person(tiny_model):
    result = insight("score", "--text", "She will not start it in CKD 4.", model=tiny_model)
    assert b"She will not start it in CKD 4." in re.sub(rb"\[\d\]", b"", result.stdout)
    assert b"Ask next" in result.stdout


def test_one_note_is_printed_for_a_machine(tiny_model):
    result = insight("score", "--json", "--text", "She will not start it.", model=tiny_model)
    assert set(json.loads(result.stdout)) >= {"label", "probability", "criteria", "probing_depth", "coaching", "definition", "model"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("score", "missing.jsonl"), "no such file"),
        (("score", "."), "a folder"),
        (("score", "--text", " "), "empty"),
        (("definition", "check", "missing.yaml"), "missing.yaml"),
        (("train", "--data", "tests", "--output", "/nonexistent/x", "--set", "epoch=1"), "Known settings"),
    ],
)
def test_bad_input_gives_one_line_and_status_2(words, says, tiny_model):
    result = insight(*words, model=tiny_model if words[0] == "score" else None)
    lines = result.stderr.decode().strip().splitlines()
    assert (result.returncode, len(lines)) == (2, 1)
    assert says in lines[0]


def test_the_input_is_never_overwritten(tmp_path, tiny_model):
    file = notes(tmp_path / "n.jsonl", '{"text": "One."}')
    result = insight("score", file, "--output", tmp_path / "." / "n.jsonl", model=tiny_model)
    assert (result.returncode, file.read_text()) == (2, '{"text": "One."}\n')


def test_a_broken_model_folder_is_named(tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    result = insight("score", "--text", "x", model=tmp_path)
    assert result.returncode == 2
    assert b"manifest.json" in result.stderr
    assert b"Traceback" not in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told(tmp_path, tiny_model):
    result = insight("score", notes(tmp_path / "n.jsonl", '{"text": "One."}'), "--output", "/dev/full", model=tiny_model)
    assert result.returncode == 2
    assert b"No space left" in result.stderr


@pytest.mark.slow
def test_an_interrupt_leaves_whole_lines(tmp_path, tiny_model):
    lines = [json.dumps({"id": str(number), "text": "She will not start it in CKD 4. " * 20}) for number in range(20_000)]
    output = tmp_path / "out.jsonl"
    command = [
        sys.executable,
        "-m",
        "insight_classifier",
        "score",
        str(notes(tmp_path / "n.jsonl", *lines)),
        "--output",
        str(output),
        "--model",
        str(tiny_model),
    ]
    # A test run in the background hands down that SIGINT is ignored; a person's terminal does not.
    unignored = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(command, cwd=ROOT, env=ENV, stderr=subprocess.PIPE, preexec_fn=unignored)
    deadline = time.monotonic() + 100
    while time.monotonic() < deadline and not (output.exists() and output.stat().st_size > 100_000):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    written = output.read_text()
    assert process.returncode == 130, errors
    assert written.endswith("\n")
    assert [json.loads(line)["id"] for line in written.splitlines()] == [str(number) for number in range(len(written.splitlines()))]


def test_the_shipped_definition_is_sound_and_shown():
    file = ROOT / "insight_classifier" / "definitions" / "home_office.yaml"
    assert insight("definition", "check", file).returncode == 0
    assert b"External perspective" in insight("definition", "show").stdout


def test_a_diff_names_the_notes_that_flip(tmp_path):
    old = ROOT / "insight_classifier" / "definitions" / "home_office.yaml"
    new = tmp_path / "new.yaml"
    new.write_text(
        old.read_text().replace("rule: external_perspective and rationale and implication", "rule: external_perspective and rationale")
    )
    result = insight("definition", "diff", old, new, "--notes", ROOT / "data" / "notes" / "writer_a.jsonl")
    assert b"A-" in result.stdout
    assert b"labels flip" in result.stdout
