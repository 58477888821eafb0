"""The model: padding changes nothing, and windows read as one note."""

import numpy as np
import pytest
import torch

from insight_classifier.outputs import outputs
from insight_classifier.windows import Windower, collate
from training.encoder import load_encoder
from training.loop import TorchRuntime
from training.model import NoteModel


@pytest.fixture(scope="module")
def built(tiny_encoder, definition, labelled):
    torch.manual_seed(0)
    encoder = load_encoder(str(tiny_encoder), window=64, overlap=16)
    windows = Windower(encoder.tokenizer, encoder.layout, definition)([note.note for note in labelled[:12]])
    return TorchRuntime(NoteModel(encoder.module, definition, hidden=16, dropout=0.1), 0), windows


def test_one_row_a_note_and_one_logit_an_output(built, definition):
    runtime, windows = built
    logits, tags, _ = runtime(collate(windows, 0))
    assert logits.shape == (12, outputs(definition)[-1].stop)
    assert tags.shape[2] == len(definition.tags)


def test_a_note_is_judged_alike_alone_and_in_a_padded_batch(built):
    runtime, windows = built
    together = runtime(collate(windows, 0)).logits
    alone = np.concatenate([runtime(collate([item], 0)).logits for item in windows])
    assert together == pytest.approx(alone, abs=1e-4)
