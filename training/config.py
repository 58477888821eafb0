"""The settings of a training run: one commented file of defaults, unknown keys refused."""

from importlib.resources import files
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from insight_classifier.errors import ConfigError


class TrainingConfig(BaseModel):
    """Typed and bounded mirror of defaults.yaml, which holds the values and says what they mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = Field(ge=0)
    base_model: str
    device: str = Field(pattern=r"^(auto|cpu|cuda(:\d+)?)$")
    precision: str = Field(pattern=r"^(auto|bf16|fp32)$")
    epochs: int = Field(ge=1, le=1000)
    batch_notes: int = Field(ge=1, le=4096)
    learning_rate: float = Field(gt=0, le=1)
    layer_decay: float = Field(gt=0, le=1)
    head_learning_rate: float = Field(gt=0, le=1)
    warmup: float = Field(ge=0, lt=1)
    weight_decay: float = Field(ge=0, le=1)
    clip: float = Field(gt=0)
    average: float = Field(ge=0, lt=1)
    hidden: int = Field(ge=1, le=8192)
    dropout: float = Field(ge=0, lt=1)
    window: int = Field(ge=8)
    overlap: int = Field(ge=0)
    evidence_weight: float = Field(ge=0)
    lane_weight: float = Field(ge=0)
    head_weights: dict[str, float]
    smoothing: float = Field(ge=0, lt=0.5)
    choice_smoothing: float = Field(ge=0, lt=1)


def read_config(overrides: dict[str, Any] | None = None) -> TrainingConfig:
    """The defaults with overrides by name. Raises ConfigError, which names the key and the mend."""
    defaults = yaml.safe_load((files("training") / "defaults.yaml").read_text(encoding="utf-8"))
    try:
        config = TrainingConfig(**{**defaults, **(overrides or {})})
    except ValidationError as problem:
        first = problem.errors()[0]
        key = ".".join(map(str, first["loc"]))
        known = f" Known settings: {', '.join(TrainingConfig.model_fields)}." if first["type"] == "extra_forbidden" else ""
        raise ConfigError(f"setting {key}: {first['msg']}.{known}") from problem
    if config.overlap > (config.window - 2) // 2:
        raise ConfigError(f"setting overlap: {config.overlap} is more than half of the window of {config.window} tokens. Lower it.")
    return config


def parse_overrides(pairs: list[str]) -> dict[str, Any]:
    """`key=value` pairs of the command line; values are read as YAML (1e-4 too). Raises ConfigError."""
    overrides = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise ConfigError(f"--set {pair}: write key=value")
        if key.strip() in overrides:
            raise ConfigError(f"--set {key.strip()} is given twice. Keep one")
        overrides[key.strip()] = _value(key, value)
    return overrides


def _value(key: str, value: str) -> Any:  # noqa: ANN401 whatever YAML holds
    number = _number(value)
    try:
        return yaml.safe_load(value) if number is None else number
    except yaml.YAMLError as problem:
        raise ConfigError(f"--set {key}: {value!r} is not valid YAML. Put it in quotes") from problem


def _number(value: str) -> float | int | None:
    try:
        return int(value)
    except ValueError:
        pass
    try:
        return float(value)
    except ValueError:
        return None
