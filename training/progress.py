"""The progress bar of a training run, on standard error, from the first step on: a run that fails before has none."""

from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

if TYPE_CHECKING:  # torch, for which a mistake in the arguments need not wait
    from training.loop import Progress as Step


class Bar:
    """Shows steps while it is entered."""

    def __init__(self, console: Console | None = None) -> None:
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total} steps {task.fields[loss]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console or Console(stderr=True),
        )
        self.task: TaskID | None = None

    def show(self, step: "Step") -> None:
        """The run has come this far."""
        if self.task is None:
            self.progress.start()
            self.task = self.progress.add_task("training", loss="")
        said = f"loss {step.loss:.3f}"
        self.progress.update(self.task, total=step.steps, completed=step.step, description=f"epoch {step.epoch}", loss=said)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.task is not None:
            self.progress.stop()
