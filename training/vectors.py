"""Note vectors: what a note is about, which the served graph gives beside its judgement."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from insight_classifier.windows import Windows, bucketed, collate
from training.model import NoteModel, mean_state

LAYER = 0.5  # how far up the encoder the states are taken, from 0 for its embeddings to 1 for its last (LOG.md: the note vector)
CENTRED_ON = 512  # notes


class Vectors(nn.Module):
    """The mean state of a note's tokens at a middle layer, less what all notes have in common, at unit length."""

    centre: Tensor

    def __init__(self, centre: Tensor) -> None:
        super().__init__()
        self.register_buffer("centre", centre)

    def forward(self, layers: Sequence[Tensor], owned: Tensor) -> Tensor:
        """(notes, size), of every layer's states (notes x windows, tokens, size), the embeddings first."""
        return nn.functional.normalize(pooled(layers, owned) - self.centre, dim=-1)


def pooled(layers: Sequence[Tensor], owned: Tensor) -> Tensor:
    """The mean state of each note at the layer taken."""
    notes, windows, tokens = owned.shape
    states = layers[round(LAYER * (len(layers) - 1))].reshape(notes, windows * tokens, -1)
    return mean_state(states, owned.reshape(notes, windows * tokens, 1) > 0)


@torch.inference_mode()
def centre(model: NoteModel, windows: Sequence[Windows], pad_id: int) -> Tensor:
    """The mean of the pooled states of notes of training, (size,): of evenly spaced ones, CENTRED_ON at most."""
    taken = windows[:: max(1, len(windows) // CENTRED_ON)][:CENTRED_ON]
    parts = []
    for group in bucketed(taken, 32, 2048):
        batch = collate([taken[index] for index in group], pad_id)
        ids, mask, owned = (torch.from_numpy(array) for array in (batch.ids, batch.mask, batch.owned))
        parts.append(pooled(model.encoded(ids, mask, output_hidden_states=True).hidden_states, owned))
    return torch.cat(parts).mean(dim=0).clone()
