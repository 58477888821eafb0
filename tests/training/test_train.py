"""Training end to end on small real things: repeatable, resumable, any encoder, any definition."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from insight_classifier.artifact import open_artifact
from insight_classifier.definition import Definition
from insight_classifier.definition_reader import read_definition
from insight_classifier.errors import FileError
from insight_classifier.predictor import load_predictor
from tests.conftest import ROOT, TINY, make_encoder
from training.config import read_config
from training.train import train


def run(output: Path, encoder: Path, corpus: Path, definition: Definition, **settings: object):
    return train(data=corpus, output=output, definition=definition, config=read_config({**TINY, "base_model": str(encoder), **settings}))


@pytest.mark.slow
def test_the_same_seed_gives_the_same_model(tmp_path, tiny_encoder, tiny_corpus, definition):
    first, second = (run(tmp_path / name, tiny_encoder, tiny_corpus, definition) for name in ("one", "two"))
    assert first.calibration == second.calibration
    assert first.graph.read_bytes() == second.graph.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ["bert", "roberta", "modernbert"])
def test_any_encoder_trains_and_scores(tmp_path, tiny_corpus, labelled, definition, architecture: str):
    encoder = make_encoder(tmp_path / "encoder", [n.note.fields["text"] for n in labelled], architecture)
    artifact = run(tmp_path / "model", encoder, tiny_corpus, definition)
    assert len(load_predictor(artifact.folder).judge([labelled[0].note])) == 1


def test_a_model_is_never_overwritten(tiny_model, tiny_encoder, tiny_corpus, definition):
    with pytest.raises(FileError, match="never overwritten"):
        run(tiny_model, tiny_encoder, tiny_corpus, definition)


def test_a_model_tells_where_it_comes_from(tiny_model):
    facts = open_artifact(tiny_model).training
    assert facts["settings"]["seed"] == 1
    assert facts["corpus"]["train"]["notes"] > facts["corpus"]["validation"]["notes"] > 0


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_same_model(tmp_path, tiny_encoder, tiny_corpus, definition):
    settings = {**TINY, "base_model": str(tiny_encoder), "epochs": 3}
    pairs = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
    output = tmp_path / "killed"
    command = [sys.executable, "-m", "insight_classifier", "train", "--data", str(tiny_corpus), "--output", str(output), *pairs]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    checkpoint = tmp_path / ".killed.checkpoint"
    deadline = time.monotonic() + 120
    while not checkpoint.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not output.exists()
    resumed = run(output, tiny_encoder, tiny_corpus, definition, epochs=3)
    whole = run(tmp_path / "whole", tiny_encoder, tiny_corpus, definition, epochs=3)
    assert resumed.graph.read_bytes() == whole.graph.read_bytes()
    assert not checkpoint.exists()


@pytest.mark.slow
def test_another_definition_trains_and_scores_without_a_change_of_code(tmp_path, tiny_encoder):
    other = read_definition(ROOT / "tests" / "definitions" / "support_call.yaml")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for writer in range(5):
        rows = [_call(other, f"{writer}-{number}", number) for number in range(24)]
        (corpus / f"w{writer}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    artifact = run(tmp_path / "model", tiny_encoder, corpus, other)
    judged = load_predictor(artifact.folder).judge([_note(other)])[0].to_dict()
    assert judged["label"] in (other.label.met, other.label.unmet)
    assert set(judged) >= {dimension.name for dimension in other.dimensions}


def _note(definition: Definition):
    from insight_classifier.notes import Note

    return Note("x", {definition.main_field: "The caller asked for a refund and we agreed on Friday."})


def _call(definition: Definition, identifier: str, number: int) -> dict:
    """A labelled call whose members take turns, so that every head sees both outcomes."""
    text = f"Call {number}: the caller explained the trouble, we agreed on a fix and on a date."
    row: dict = {"id": identifier, definition.main_field: text, "evidence": []}
    for dimension in definition.dimensions:
        if dimension.kind == "checks":
            met = {m.name: (number + i) % 2 == 0 for i, m in enumerate(dimension.members)}
            row[dimension.name] = {m.name: met[m.name] and all(met[need] for need in m.requires) for m in dimension.members}
            row["evidence"] += [
                {"tag": m.name, "quote": "the caller"} for m in dimension.members if m.evidence and row[dimension.name][m.name]
            ]
        else:
            row[dimension.name] = dimension.names[number % len(dimension.names)]
            if dimension.evidence_tag:
                level = dimension.members[number % len(dimension.names)]
                quotes = ("we agreed", "on a fix", "on a date")[: level.evidence]
                row["evidence"] += [{"tag": dimension.evidence_tag, "quote": quote} for quote in quotes]
    return row
