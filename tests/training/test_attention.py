"""Two products give what torch's fused attention gives."""

import pytest
import torch

from insight_classifier.windows import Windower, collate
from training.attention import use_two_products
from training.encoder import load_encoder


def test_an_encoder_answers_alike_with_either(tiny_encoder, labelled, definition):
    encoder = load_encoder(str(tiny_encoder), window=64, overlap=16)
    batch = collate(Windower(encoder.tokenizer, encoder.layout, definition)([n.note for n in labelled[:4]]), 0)
    ids, mask = (torch.from_numpy(a.reshape(-1, a.shape[-1])) for a in (batch.ids, batch.mask))
    fused = encoder.module.eval()(input_ids=ids, attention_mask=mask).last_hidden_state
    use_two_products(encoder.module)
    products = encoder.module(input_ids=ids, attention_mask=mask).last_hidden_state
    seen = mask[..., None] > 0
    assert (products * seen).detach().numpy() == pytest.approx((fused * seen).detach().numpy(), abs=1e-5)
