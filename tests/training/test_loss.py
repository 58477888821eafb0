"""Each head learns by its kind; long notes do not outweigh short ones."""

import pytest
import torch

from insight_classifier.outputs import Output
from training.config import read_config
from training.loss import UNLABELLED, Targets, evidence_loss, head_loss, head_weight, total_loss

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
    evidence_loss(logits, Targets(torch.zeros(2), tags, owned, torch.ones((2, 1)))).backward()
    assert logits.grad[0].sum() == pytest.approx(float(logits.grad[1].sum()))


@pytest.mark.parametrize(
    ("given", "lane", "weight"),
    [({}, False, 1.0), ({"lane_weight": 3}, True, 3.0), ({"lane_weight": 3, "head_weights": {"harm": 5}}, True, 5.0)],
)
def test_a_head_weighs_its_own_weight_else_its_lanes(given: dict, lane: bool, weight: float):
    assert head_weight(Output("flags", "harm", "checks", 0, 1, lane), read_config(given)) == weight


def test_choices_are_smoothed_apart():
    choice, logits = Output("topic", None, "choice", 0, 2), torch.tensor([[9.0, -9.0]])
    targets = Targets(torch.tensor([[0]]), torch.zeros((1, 1, 0)), torch.ones((1, 1)), torch.ones((1, 0)))
    losses = [total_loss((choice,), logits, torch.zeros((1, 1, 0)), targets, read_config({"choice_smoothing": s})) for s in (0.0, 0.2)]
    assert losses[0] < 0.01 < losses[1]


@pytest.mark.parametrize(
    "output", [SCALE, Output("criteria", "reason", "checks", 0, 1), Output("topic", None, "choice", 0, 3)], ids=lambda output: output.kind
)
def test_what_nobody_labelled_teaches_nothing_and_the_rest_the_same(output: Output):
    logits = torch.randn((2, 3), generator=torch.Generator().manual_seed(1), requires_grad=True)
    head_loss(output, logits, torch.tensor([1, UNLABELLED]), smoothing=0.1).backward()
    both = logits.grad.clone()
    assert both[1].tolist() == [0, 0, 0]
    logits.grad = None
    (head_loss(output, logits[:1], torch.tensor([1]), smoothing=0.1) / 2).backward()
    assert torch.allclose(both[0], logits.grad[0])


def test_a_tag_that_nobody_looked_for_teaches_nothing():
    logits = torch.zeros((1, 4, 2), requires_grad=True)
    targets = Targets(torch.zeros(1), torch.zeros((1, 4, 2)), torch.ones((1, 4)), torch.tensor([[1.0, 0.0]]))
    evidence_loss(logits, targets).backward()
    assert logits.grad[0, :, 0].abs().sum() > 0
    assert logits.grad[0, :, 1].abs().sum() == 0
