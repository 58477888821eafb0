"""Note vectors: what a note is about, which the served graph gives beside its judgement."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from insight_classifier.windows import Windows, bucketed, collate
from training.model import NoteModel, mean_state

CENTRED_ON = 512  # notes


class Vectors(nn.Module):
    """The mean of the encoder's last states over a note's own tokens, less what all notes have in common, at unit length.

    Other layers, and words weighted by how rare they are, were measured and are no better: LOG.md.
    """

    centre: Tensor

    def __init__(self, centre: Tensor) -> None:
        super().__init__()
        self.register_buffer("centre", centre)

    def forward(self, states: Tensor, owned: Tensor) -> Tensor:
        """(notes, size), of states (notes x windows, tokens, size) and `owned` (notes, windows, tokens)."""
        return nn.functional.normalize(pooled(states, owned) - self.centre, dim=-1)


def pooled(states: Tensor, owned: Tensor) -> Tensor:
    """The mean state of each note, (notes, size)."""
    notes, windows, tokens = owned.shape
    return mean_state(states.reshape(notes, windows * tokens, -1), owned.reshape(notes, windows * tokens, 1) > 0)


@torch.inference_mode()
def centre(model: NoteModel, windows: Sequence[Windows], pad_id: int) -> Tensor:
    """The mean of the pooled states of notes of training, (size,): of evenly spaced ones, CENTRED_ON at most."""
    taken = windows[:: max(1, len(windows) // CENTRED_ON)][:CENTRED_ON]
    parts = []
    for group in bucketed(taken, 32, 2048):
        batch = collate([taken[index] for index in group], pad_id)
        ids, mask, owned = (torch.from_numpy(array) for array in (batch.ids, batch.mask, batch.owned))
        parts.append(pooled(model.encoded(ids, mask), owned))
    return torch.cat(parts).mean(dim=0).clone()
