"""Each head learns by its kind; long notes do not outweigh short ones."""

import pytest
import torch

from insight_classifier.outputs import Output
from training.loss import Targets, evidence_loss, head_loss

SCALE = Output("depth", None, "scale", 0, 3)


def test_a_step_is_learned_only_from_notes_that_reached_the_one_before():
    logits = torch.zeros((1, 3), requires_grad=True)
    head_loss(SCALE, logits, torch.tensor([0]), smoothing=0.0).backward()
    assert logits.grad[0, 0] > 0
    assert logits.grad[0, 1:].tolist() == [0, 0]


@pytest.mark.parametrize(("target", "logits"), [(0, [-9.0, 0, 0]), (1, [9.0, -9, 0]), (2, [9.0, 9, -9]), (3, [9.0, 9, 9])])
def test_the_right_level_costs_nothing(target: int, logits: list[float]):
    assert head_loss(SCALE, torch.tensor([logits]), torch.tensor([target]), smoothing=0.0) < 1e-3


def test_notes_count_alike_whatever_their_length():
    tags = torch.zeros((2, 8, 1))
    owned = torch.tensor([[1] * 8, [1] + [0] * 7])
    logits = torch.zeros((2, 8, 1), requires_grad=True)
    evidence_loss(logits, Targets(torch.zeros(2), tags, owned)).backward()
    assert logits.grad[0].sum() == pytest.approx(float(logits.grad[1].sum()))
