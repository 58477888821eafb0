"""What training minimises: one term a head as its kind needs, and one for the evidence of every token."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from insight_classifier.outputs import Output
from training.config import TrainingConfig

UNLABELLED = -1  # a head's target where nobody labelled it: it teaches nothing


@dataclass(frozen=True)
class Targets:
    """Of a batch. `heads` (notes, heads): 0/1, level or option index, or UNLABELLED.

    `tags` (notes, tokens, tags), `owned` (notes, tokens); `tagged` (notes, tags): 0 where nobody looked for a tag.
    """

    heads: Tensor
    tags: Tensor
    owned: Tensor
    tagged: Tensor


def head_loss(output: Output, logits: Tensor, target: Tensor, *, smoothing: float) -> Tensor:
    """The loss of one head, summed over the notes that are labelled and divided by all: each label weighs the same in any batch."""
    part, known = logits[:, output.start : output.stop], target != UNLABELLED
    if output.kind == "checks":
        soft = target.float() * (1 - 2 * smoothing) + smoothing
        each = F.binary_cross_entropy_with_logits(part[:, 0], soft, reduction="none")
        return torch.where(known, each, 0.0).mean()
    if output.kind == "choice":
        total = F.cross_entropy(part, target, label_smoothing=smoothing, ignore_index=UNLABELLED, reduction="sum")
        return total / len(target)
    steps = torch.arange(part.shape[1], device=part.device)
    reached = (target[:, None] > steps).float() * (1 - 2 * smoothing) + smoothing
    asked = (
        target[:, None] >= steps
    ).float()  # none of what is unlabelled, and a step is learned only from notes that reached the one before
    each = F.binary_cross_entropy_with_logits(part, reached, reduction="none")
    return (each * asked).sum() / len(target)


def evidence_loss(tag_logits: Tensor, targets: Targets) -> Tensor:
    """The loss summed over tags, averaged over the tokens of each note, then over notes: long notes do not outweigh short ones."""
    each = F.binary_cross_entropy_with_logits(tag_logits, targets.tags, reduction="none")
    each = (each * targets.tagged[:, None, :]).sum(dim=-1)
    owned = targets.owned.float()
    return ((each * owned).sum(dim=1) / owned.sum(dim=1).clamp(min=1.0)).mean()


def total_loss(outputs: tuple[Output, ...], logits: Tensor, tag_logits: Tensor, targets: Targets, config: TrainingConfig) -> Tensor:
    """The sum of all terms, each times its weight in the settings."""
    loss = config.evidence_weight * evidence_loss(tag_logits, targets)
    for index, output in enumerate(outputs):
        smoothing = config.choice_smoothing if output.kind == "choice" else config.smoothing
        loss = loss + head_weight(output, config) * head_loss(output, logits, targets.heads[:, index], smoothing=smoothing)
    return loss


def head_weight(output: Output, config: TrainingConfig) -> float:
    """Of one head: its own, else its lane's, else one."""
    return config.head_weights.get(output.name, config.lane_weight if output.lane else 1.0)
