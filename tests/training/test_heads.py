"""Stacked heads answer as the separate ones do."""

import pytest
import torch

from insight_classifier.outputs import outputs
from training.heads import Heads, StackedHeads


@pytest.mark.parametrize("notes", [1, 5])
def test_stacked_heads_answer_alike(definition, notes: int):
    torch.manual_seed(0)
    heads = Heads(outputs(definition), pooled=6, shared=10, hidden=8, dropout=0.1).eval()
    pooled, shared = torch.randn(notes, len(heads), 6), torch.randn(notes, 10)
    apart = heads(pooled, shared).detach().numpy()
    assert apart.shape == (notes, outputs(definition)[-1].stop)
    assert StackedHeads(heads)(pooled, shared).detach().numpy() == pytest.approx(apart, abs=1e-5)
