"""The optimizer: layer-wise learning rates, warm-up and linear decay, and the moving average of the weights."""

import torch
from torch import nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR

from training.config import TrainingConfig
from training.model import NoteModel


def parameter_groups(model: NoteModel, config: TrainingConfig) -> list[dict[str, object]]:
    """Groups by depth of the layer, with and without weight decay (biases and norms have none)."""
    layers = _layers(model.encoder)
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        rate = (
            config.learning_rate * config.layer_decay ** _height(name, layers) if name.startswith("encoder.") else config.head_learning_rate
        )
        decay = config.weight_decay if parameter.ndim > 1 else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    return [{"params": parameters, "lr": rate, "weight_decay": decay} for (rate, decay), parameters in groups.items()]


def _layers(encoder: nn.Module) -> tuple[str, int]:
    """The name and length of the encoder's stack of layers: its longest list of modules."""
    stacks = [(name, len(module)) for name, module in encoder.named_modules() if isinstance(module, nn.ModuleList)]
    return max(stacks, key=lambda stack: stack[1], default=("", 0))


def _height(name: str, layers: tuple[str, int]) -> int:
    """How many layers lie above this parameter; embeddings lie below all of them."""
    stack, count = layers
    inner = name.removeprefix("encoder.")
    if inner.startswith(f"{stack}."):
        return count - 1 - int(inner.removeprefix(f"{stack}.").split(".", 1)[0])
    return count if "embed" in inner else 0


def optimizer(model: NoteModel, config: TrainingConfig, steps: int) -> tuple[AdamW, LambdaLR]:
    """AdamW and its schedule over `steps` steps."""
    adam = AdamW(parameter_groups(model, config), fused=True)
    warmup = max(1, round(config.warmup * steps))
    return adam, LambdaLR(adam, lambda step: min((step + 1) / warmup, max(0.0, (steps - step) / max(1, steps - warmup))))


class Average:
    """The moving average of a model's weights; `decay` grows over the first steps, so that early weights fade."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.steps = 0
        self.weights = {name: value.detach().clone() for name, value in model.state_dict().items()}

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Take in the model's present weights."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps)) if self.decay else 0.0
        present = model.state_dict()
        moving = [name for name, kept in self.weights.items() if kept.dtype.is_floating_point]
        torch._foreach_lerp_([self.weights[name] for name in moving], [present[name] for name in moving], 1 - decay)
