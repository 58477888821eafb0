"""The bar of a training run appears with the first step."""

import io

from rich.console import Console

from training.loop import Progress
from training.progress import Bar


def test_the_bar_tells_the_step_and_the_loss():
    console = Console(file=io.StringIO(), width=120)
    with Bar(console) as bar:
        bar.show(Progress(epoch=1, step=3, steps=9, loss=0.5, notes=8, epoch_ends=False))
    assert "3/9 steps loss 0.500" in console.file.getvalue()


def test_without_a_step_there_is_no_bar():
    console = Console(file=io.StringIO())
    with Bar(console):
        pass
    assert console.file.getvalue() == ""
