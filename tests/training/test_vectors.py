"""Note vectors: only a note's own tokens count, and what all notes have in common is taken off."""

import pytest
import torch

from insight_classifier.windows import Windower
from training.encoder import load_encoder
from training.model import NoteModel
from training.vectors import Vectors, centre, pooled


def test_only_the_tokens_that_a_note_owns_count():
    states = torch.arange(24.0).reshape(2, 3, 4)
    owned = torch.tensor([[[1, 1, 0], [0, 1, 0]]])
    assert torch.equal(pooled(states, owned), states.reshape(6, 4)[[0, 1, 4]].mean(0, keepdim=True))


def test_the_centre_is_taken_off():
    states, owned = torch.ones(1, 2, 4), torch.ones(1, 1, 2)
    assert torch.equal(Vectors(torch.zeros(4))(states, owned), torch.full((1, 4), 0.5))
    assert torch.equal(Vectors(torch.ones(4))(states, owned), torch.zeros(1, 4))


def test_the_centre_is_the_mean_of_the_notes(tiny_encoder, definition, labelled):
    encoder = load_encoder(str(tiny_encoder), window=64, overlap=16)
    model = NoteModel(encoder.module, definition, hidden=16, dropout=0.1).eval()
    windows = Windower(encoder.tokenizer, encoder.layout, definition)([note.note for note in labelled[:3]])
    alone = torch.stack([centre(model, [one], 0) for one in windows])
    assert centre(model, windows, 0) == pytest.approx(alone.mean(0), abs=1e-5)
