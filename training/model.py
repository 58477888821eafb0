"""The model: one encoder pass over a note's windows, token-level evidence, and one head per output.

    windows (notes, windows, tokens) ── encoder ──> token states ──> evidence logits (8 tags)
                                                        │                  │
                                     attention per head, which sees both ──┘
                                                        │
                       pooled state of the head + how much, how sure and how often each tag occurs ──> logits

The evidence is wired into the heads: a head is told which tokens look like which tag, and the number of separate
stretches of each tag (how often the author asked decides the depth).
"""

from typing import Any

import torch
from torch import Tensor, nn

from insight_classifier.definition import Definition
from insight_classifier.outputs import outputs
from training.dropout import replace_dropout
from training.heads import Heads


class NoteModel(nn.Module):
    """Any Hugging Face encoder with the heads that a definition asks for."""

    def __init__(self, encoder: nn.Module, definition: Definition, *, hidden: int, dropout: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.outputs = outputs(definition)
        size = int(encoder.config.hidden_size)  # type: ignore[union-attr, arg-type]
        tags = len(definition.tags)
        self.dropout = nn.Dropout(dropout)
        # A definition that asks for no evidence has no such network: tensors without elements cannot be exported.
        network = nn.Sequential(nn.Linear(size, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, tags)) if tags else None
        self.evidence = network
        self.attend = nn.Linear(size + tags, len(self.outputs))
        self.heads = Heads(self.outputs, pooled=size, shared=size + 3 * tags, hidden=hidden, dropout=dropout)
        replace_dropout(self)

    def forward(self, ids: Tensor, mask: Tensor, owned: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (notes, outputs) and evidence logits (notes, windows x tokens, tags) of int64 inputs (notes, windows, tokens)."""
        return self.judged(self.encoded(ids, mask), owned)

    def encoded(self, ids: Tensor, mask: Tensor) -> Tensor:
        """The encoder's last states, (notes x windows, tokens, size)."""
        tokens = ids.shape[2]
        given: Any = self.encoder(input_ids=ids.reshape(-1, tokens), attention_mask=mask.reshape(-1, tokens))
        states: Tensor = given.last_hidden_state
        return states

    def judged(self, states: Tensor, owned: Tensor) -> tuple[Tensor, Tensor]:
        """As `forward`, of what `encoded` gives."""
        notes, windows, tokens = owned.shape
        hidden = self.dropout(states.reshape(notes, windows * tokens, -1))
        own = owned.reshape(notes, windows * tokens, 1) > 0
        none = hidden.new_zeros((notes, windows * tokens, 0), dtype=torch.float32)
        tags = none if self.evidence is None else self.evidence(hidden).float()
        seen = hidden if self.evidence is None else torch.cat([hidden, tags.to(hidden.dtype)], dim=-1)
        scores = self.attend(seen).float()
        weights = torch.softmax(torch.where(own, scores, torch.full_like(scores, -1e4)), dim=1)
        pooled = torch.matmul(weights.transpose(1, 2), hidden.float())
        mean = mean_state(hidden, own)
        if self.evidence is None:
            return self.heads(pooled, mean), tags
        counted = torch.where(own, torch.sigmoid(tags), torch.zeros_like(tags))
        return self.heads(pooled, torch.cat([mean, _features(counted)], dim=-1)), tags


def mean_state(hidden: Tensor, own: Tensor) -> Tensor:
    """(notes, size), of token states (notes, tokens, size) and the tokens that count (notes, tokens, 1)."""
    share = own.float()
    return (hidden.float() * share).sum(dim=1) / share.sum(dim=1).clamp(min=1.0)


def _features(counted: Tensor) -> Tensor:
    """How sure, how much and how often each tag occurs: (notes, 3 x tags) from probabilities (notes, tokens, tags)."""
    before = torch.cat([torch.zeros_like(counted[:, :1]), counted[:, :-1]], dim=1)
    often = torch.relu(counted - before).sum(dim=1)
    return torch.cat([counted.amax(dim=1), torch.log1p(counted.sum(dim=1)), often], dim=-1)
