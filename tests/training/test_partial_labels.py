"""Notes that are labelled in part train a model; the card says how many labels each member has."""

import json
import shutil
from pathlib import Path

import pytest

from insight_classifier.artifact import open_artifact
from insight_classifier.definition import Definition
from insight_classifier.predictor import load_predictor
from tests.conftest import TINY
from training.config import read_config
from training.evaluate import load_side
from training.train import train


@pytest.fixture(scope="module")
def corpus(tiny_corpus: Path, definition: Definition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny corpus, of whose writers two labelled nothing but the first dimension."""
    folder = Path(shutil.copytree(tiny_corpus, tmp_path_factory.mktemp("partial") / "corpus"))
    left_out = {dimension.name for dimension in definition.dimensions[1:]}
    first = set(definition.dimensions[0].names)
    for file in (folder / "writer_a.jsonl", folder / "writer_m.jsonl"):
        rows = [json.loads(line) for line in file.read_text().splitlines()]
        for row in rows:
            row["evidence"] = [item for item in row["evidence"] if item["tag"] in first]
        kept = [{"partial": True} | {key: value for key, value in row.items() if key not in left_out} for row in rows]
        file.write_text("".join(json.dumps(row) + "\n" for row in kept))
    return folder


def test_a_model_learns_from_notes_that_are_labelled_in_part(corpus: Path, definition: Definition, tiny_encoder: Path, tmp_path: Path):
    config = read_config({**TINY, "base_model": str(tiny_encoder)})
    artifact = train(data=corpus, output=tmp_path / "model", definition=definition, config=config)
    counts = open_artifact(artifact.folder).training["labels"]["labelled"]
    first, second = (dimension.name for dimension in definition.dimensions[:2])
    assert set(counts[first].values()) == {240}
    assert max(counts[second].values()) < 240
    assert "| dimension | member | notes labelled | of them so |" in (artifact.folder / "README.md").read_text()
    load_predictor(artifact.folder, threads=1)


def test_nothing_is_measured_on_notes_that_are_labelled_in_part(corpus: Path, definition: Definition):
    assert not any(note.partial for note in load_side(corpus, definition).judged)
