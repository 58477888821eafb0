"""The heads: a small network for each output, over the state that the output pooled for itself and what all share."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from insight_classifier.outputs import Output


class Heads(nn.ModuleList):
    """One head an output. `pooled` is the size of an output's own state, `shared` that of what all outputs see."""

    def __init__(self, outputs: Sequence[Output], *, pooled: int, shared: int, hidden: int, dropout: float) -> None:
        super().__init__(
            nn.Sequential(nn.Linear(pooled + shared, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, o.stop - o.start))
            for o in outputs
        )
        self.pooled = pooled

    def forward(self, pooled: Tensor, shared: Tensor) -> Tensor:
        """Logits (notes, outputs) of pooled states (notes, heads, size) and shared ones (notes, size)."""
        return torch.cat([head(torch.cat([pooled[:, i], shared], dim=-1)).float() for i, head in enumerate(self)], dim=-1)


class StackedHeads(nn.Module):
    """Heads as three products for all of them at once: of one note, calling many small layers takes longer than computing them."""

    def __init__(self, heads: Heads) -> None:
        super().__init__()
        first, last = [head[0] for head in heads], [head[3] for head in heads]  # type: ignore[index]
        size = heads.pooled
        self.own = nn.Parameter(torch.stack([layer.weight[:, :size].T for layer in first]))
        self.shared = _linear(torch.cat([layer.weight[:, size:] for layer in first]), torch.cat([layer.bias for layer in first]))
        blocks: Tensor = torch.block_diag(*(layer.weight for layer in last))  # type: ignore[no-untyped-call]
        self.last = _linear(blocks, torch.cat([layer.bias for layer in last]))

    def forward(self, pooled: Tensor, shared: Tensor) -> Tensor:
        """As Heads."""
        own = torch.matmul(pooled.transpose(0, 1), self.own).transpose(0, 1).flatten(1)
        logits: Tensor = self.last(nn.functional.gelu(own + self.shared(shared)))
        return logits


def _linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.weight, layer.bias = nn.Parameter(weight), nn.Parameter(bias)
    return layer
