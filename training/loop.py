"""The training loop: it yields after every step, the caller shows, saves and stops.

Same seed, same machine, same metrics: batches, dropout and initial heads depend on nothing else, also after a resume.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from insight_classifier.runtime import Ran
from insight_classifier.windows import Batch
from training.attention import use_two_products
from training.config import TrainingConfig
from training.examples import Example, epoch_batches, step
from training.loss import total_loss
from training.model import NoteModel
from training.optimizer import Average, optimizer


@dataclass(frozen=True)
class Progress:
    """Where training stands after a step; `epoch_ends` where the caller may save."""

    epoch: int
    step: int
    steps: int
    loss: float
    notes: int
    epoch_ends: bool


def choose_device(config: TrainingConfig) -> torch.device:
    """The device that the settings ask for; auto takes CUDA where present."""
    if config.device != "auto":
        return torch.device(config.device)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def choose_precision(config: TrainingConfig, device: torch.device) -> torch.dtype:
    """bf16 where the device computes it natively (auto), or as asked."""
    if config.precision != "auto":
        return torch.bfloat16 if config.precision == "bf16" else torch.float32
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    return torch.bfloat16 if torch.cpu._is_avx512_bf16_supported() else torch.float32


class Trainer:
    """One run over examples. `state_dict` after an epoch and `load_state_dict` before `run` resume it exactly."""

    def __init__(self, model: NoteModel, items: Sequence[Example], config: TrainingConfig, pad_id: int) -> None:
        self.config, self.items, self.pad_id = config, items, pad_id
        self.device = choose_device(config)
        self.precision = choose_precision(config, self.device)
        self.model = model.to(self.device)
        if self.device.type == "cpu":
            use_two_products(model.encoder)
        self.per_epoch = len(list(epoch_batches(items, config.batch_notes, 0)))
        self.steps = self.per_epoch * config.epochs
        self.optimizer, self.schedule = optimizer(model, config, self.steps)
        self.average = Average(model, config.average)
        self.epoch = 0

    def run(self) -> Iterator[Progress]:
        """Train from the current epoch to the last."""
        for epoch in range(self.epoch, self.config.epochs):
            torch.manual_seed(self.config.seed * 1_000_003 + epoch)
            self.model.train()
            batches = list(epoch_batches(self.items, self.config.batch_notes, self.config.seed * 1_000_003 + epoch))
            for number, batch in enumerate(batches, start=1):
                loss = self._step(batch)
                self.epoch = epoch + (number == len(batches))
                yield Progress(epoch + 1, epoch * self.per_epoch + number, self.steps, loss, len(batch), number == len(batches))

    def _step(self, batch: Sequence[Example]) -> float:
        config, prepared = self.config, step(batch, self.pad_id, self.device)
        with torch.autocast(self.device.type, dtype=self.precision, enabled=self.precision != torch.float32):
            logits, tags = self.model(*prepared.inputs)
        loss = total_loss(self.model.outputs, logits, tags, prepared.targets, config)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), config.clip)
        self.optimizer.step()
        self.schedule.step()
        self.average.update(self.model)
        value = float(loss.detach())
        if not math.isfinite(value):
            raise FloatingPointError(f"the loss is {value} at step {self.average.steps}: lower learning_rate, or set precision=fp32")
        return value

    def state_dict(self) -> dict[str, Any]:
        """Everything that `run` continues from."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "average": self.average.weights,
            "average_steps": self.average.steps,
            "epoch": self.epoch,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a saved state."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.average.weights = {name: value.to(self.device) for name, value in state["average"].items()}
        self.average.steps, self.epoch = state["average_steps"], state["epoch"]


class TorchRuntime:
    """Runs a torch model on batches as the serving runtime does, in fp32 unless told otherwise."""

    def __init__(self, model: NoteModel, pad_id: int, *, precision: torch.dtype = torch.float32) -> None:
        self.model, self.pad_id, self.precision = model.eval(), pad_id, precision

    @torch.inference_mode()
    def __call__(self, batch: Batch) -> Ran:
        """Logits and evidence logits, float32; the vectors are the graph's alone."""
        device = next(self.model.parameters()).device
        inputs = (torch.from_numpy(array).to(device) for array in (batch.ids, batch.mask, batch.owned))
        with torch.autocast(device.type, dtype=self.precision, enabled=self.precision != torch.float32):
            logits, tags = self.model(*inputs)
        return Ran(logits.float().cpu().numpy(), tags.float().cpu().numpy())
