"""The exported graph answers as torch does, for any number of notes, windows and tokens."""

from pathlib import Path

import numpy as np
import pytest
import torch

from insight_classifier.definition_reader import read_definition
from insight_classifier.runtime import OpenVinoRuntime
from insight_classifier.windows import Batch
from tests.conftest import ROOT
from training.encoder import load_encoder
from training.export import Served, export_onnx
from training.loop import TorchRuntime
from training.model import NoteModel

CENTRE = torch.full((32,), 0.1)
SHAPES = [(1, 1, 16), (3, 1, 64), (2, 3, 32), (1, 9, 64), (17, 2, 48)]


@pytest.fixture(scope="module")
def pair(tiny_encoder, definition, tmp_path_factory):
    torch.manual_seed(0)
    model = NoteModel(load_encoder(str(tiny_encoder), window=64, overlap=16).module, definition, hidden=16, dropout=0.1)
    graph = export_onnx(model, CENTRE, tmp_path_factory.mktemp("graph") / "model.onnx", compact=False)
    return TorchRuntime(model, 0), OpenVinoRuntime(graph, threads=1, precision="f32")


@pytest.mark.parametrize("shape", SHAPES)
def test_the_graph_answers_as_torch_does(pair, shape: tuple[int, int, int]):
    ids = np.random.default_rng(0).integers(5, 700, shape)
    batch = Batch((), ids, np.ones_like(ids), np.ones_like(ids))
    wanted, given = pair[0](batch), pair[1](batch)
    assert given.logits == pytest.approx(wanted.logits, abs=2e-3)
    assert given.tags == pytest.approx(wanted.tags, abs=2e-3)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_graph_gives_the_note_vectors_of_torch(pair, shape: tuple[int, int, int]):
    ids = np.random.default_rng(1).integers(5, 700, shape)
    batch = Batch((), ids, np.ones_like(ids), np.ones_like(ids))
    model, inputs = pair[0].model, [torch.from_numpy(array) for array in (batch.ids, batch.mask, batch.owned)]
    with torch.inference_mode():
        _, _, wanted = Served(model, CENTRE)(*inputs)
    given = pair[1](batch).vectors
    assert given == pytest.approx(wanted.numpy(), abs=2e-3)
    assert np.linalg.norm(given, axis=1) == pytest.approx(1.0, abs=1e-3)


def test_without_evidence_there_are_no_tags_and_the_graph_answers_as_torch_does(tiny_encoder: Path, tmp_path: Path):
    definition = read_definition(ROOT / "benchmarks" / "external" / "definitions" / "psytar_ade.yaml")
    model = NoteModel(load_encoder(str(tiny_encoder), window=64, overlap=16).module, definition, hidden=16, dropout=0.1)
    graph = export_onnx(model, CENTRE, tmp_path / "model.onnx", compact=False)
    ids = np.random.default_rng(0).integers(5, 700, (3, 2, 32))
    batch = Batch((), ids, np.ones_like(ids), np.ones_like(ids))
    wanted, given = TorchRuntime(model, 0)(batch), OpenVinoRuntime(graph, threads=1, precision="f32")(batch)
    assert given.logits == pytest.approx(wanted.logits, abs=2e-3)
    assert given.tags.shape == wanted.tags.shape == (3, 64, 0)
