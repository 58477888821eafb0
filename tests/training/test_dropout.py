"""Byte dropout keeps the mean, drops the share that was asked for and rests in evaluation."""

import torch
from torch import nn

from training.dropout import ByteDropout, replace_dropout


def test_share_and_mean_are_kept():
    torch.manual_seed(0)
    dropped = ByteDropout(0.25).train()(torch.ones(100_001))
    assert abs((dropped == 0).float().mean() - 0.25) < 0.01
    assert abs(dropped.mean() - 1) < 0.01


def test_evaluation_changes_nothing():
    values = torch.randn(7, 3)
    assert torch.equal(ByteDropout(0.5).eval()(values), values)


def test_the_gradient_flows_through_what_is_kept():
    values = torch.ones(1000, requires_grad=True)
    dropped = ByteDropout(0.5).train()(values)
    dropped.sum().backward()
    assert torch.equal(values.grad, dropped.detach())


def test_every_dropout_below_a_module_is_replaced():
    module = nn.Sequential(nn.Dropout(0.1), nn.Sequential(nn.Dropout(0.2)))
    replace_dropout(module)
    assert not [m for m in module.modules() if isinstance(m, nn.Dropout)]
