"""The exported graph answers as torch does, for any number of notes, windows and tokens."""

import numpy as np
import pytest
import torch

from insight_classifier.runtime import OpenVinoRuntime
from insight_classifier.windows import Batch
from training.encoder import load_encoder
from training.export import export_onnx
from training.loop import TorchRuntime
from training.model import NoteModel


@pytest.fixture(scope="module")
def pair(tiny_encoder, definition, tmp_path_factory):
    torch.manual_seed(0)
    model = NoteModel(load_encoder(str(tiny_encoder), window=64, overlap=16).module, definition, hidden=16, dropout=0.1)
    graph = export_onnx(model, tmp_path_factory.mktemp("graph") / "model.onnx", compact=False)
    return TorchRuntime(model, 0), OpenVinoRuntime(graph, threads=1, precision="f32")


@pytest.mark.parametrize("shape", [(1, 1, 16), (3, 1, 64), (2, 3, 32), (1, 9, 64), (17, 2, 48)])
def test_the_graph_answers_as_torch_does(pair, shape: tuple[int, int, int]):
    ids = np.random.default_rng(0).integers(5, 700, shape)
    batch = Batch((), ids, np.ones_like(ids), np.ones_like(ids))
    torch_logits, torch_tags = pair[0](batch)
    logits, tags = pair[1](batch)
    assert logits == pytest.approx(torch_logits, abs=2e-3)
    assert tags == pytest.approx(torch_tags, abs=2e-3)
