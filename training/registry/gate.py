"""The gate: what a candidate must show beside the live model, by a file of limits."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from insight_classifier.errors import ConfigError
from insight_classifier.outputs import Floats
from training.registry.measured import Measured


class Limits(BaseModel):
    """Typed mirror of gate.yaml, which holds the values and says what they mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    least_notes: int = Field(ge=1)
    resamples: int = Field(ge=100, le=100_000)
    confidence: float = Field(gt=0.5, lt=1)
    dimension_margin: float = Field(ge=0, le=1)
    label_margin: float = Field(ge=0, le=1)
    slice_least_notes: int = Field(ge=1)
    slice_margin: float = Field(ge=0, le=1)
    safety_recall_margin: float = Field(ge=0, le=1)
    calibration_at_most: float = Field(ge=0, le=1)
    calibration_margin: float = Field(ge=0, le=1)
    parity_labels: float = Field(ge=0, le=1)
    parity_auc: float = Field(ge=0, le=1)
    latency_ratio: float = Field(gt=0)
    latency_notes: int = Field(ge=1)
    latency_rounds: int = Field(ge=1, le=100)


@dataclass(frozen=True)
class Finding:
    """One thing that was asked and what was found."""

    name: str
    passed: bool
    found: str


def read_limits(file: Path | None = None) -> Limits:
    """The shipped gate, or that of a file. Raises ConfigError, which names the key and the mend."""
    name = str(file or "gate.yaml")
    try:
        source = file.read_text(encoding="utf-8") if file else (files("training") / "gate.yaml").read_text(encoding="utf-8")
        return Limits(**yaml.safe_load(source))
    except ValidationError as problem:
        first = problem.errors()[0]
        raise ConfigError(f"{name}: {'.'.join(map(str, first['loc']))}: {first['msg']}. Compare it with training/gate.yaml.") from problem
    except (OSError, yaml.YAMLError, TypeError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{name}: cannot be read ({str(problem).splitlines()[0]}). Compare it with training/gate.yaml.") from problem


def examine(candidate: Measured, live: Measured | None, limits: Limits) -> list[Finding]:
    """Everything that the gate asks. Without a live model only what a model can show alone."""
    return [*_alone(candidate, limits), *(_beside(candidate, live, limits) if live else ())]


def _alone(candidate: Measured, limits: Limits) -> Iterator[Finding]:
    yield Finding("notes", candidate.notes >= limits.least_notes, f"{candidate.notes} of at least {limits.least_notes}")
    off = candidate.calibration
    yield Finding("calibration", off <= limits.calibration_at_most, f"{off:.3f} of at most {limits.calibration_at_most}")
    parity, one = candidate.parity, 1 / max(1, candidate.parity.notes)
    fits = parity.labels <= max(limits.parity_labels, one) and parity.auc <= max(limits.parity_auc, one)
    yield Finding("runtime parity", fits, f"{parity.labels:.1%} of labels and {parity.auc:.4f} in an AUC differ")


def _beside(candidate: Measured, live: Measured, limits: Limits) -> Iterator[Finding]:
    yield _not_worse("label", candidate.label, live.label, limits.label_margin, limits)
    for name in candidate.dimensions:
        yield _not_worse(name, candidate.dimensions[name], live.dimensions[name], limits.dimension_margin, limits)
    for name, recall in candidate.recall.items():
        yield _recall(name, recall, live.recall[name], limits.safety_recall_margin)
    yield from _slices(candidate, live, limits)
    more = candidate.calibration - live.calibration
    yield Finding("calibration beside live", more <= limits.calibration_margin, f"{more:+.3f} of at most +{limits.calibration_margin}")
    ratio = candidate.seconds / live.seconds
    yield Finding("latency", ratio <= limits.latency_ratio, f"{ratio:.2f} of live, at most {limits.latency_ratio}")


def _not_worse(name: str, ours: Floats, theirs: Floats, margin: float, limits: Limits) -> Finding:
    """Paired: the first value is of the notes as they are, the others of resamples. What is undefined in both shows nothing."""
    difference = ours - theirs
    drawn = difference[1:][~np.isnan(difference[1:])]
    if np.isnan(difference[0]) or not len(drawn):
        return Finding(name, True, "undefined: these notes hold no example of it")
    low = float(np.quantile(drawn, 1 - limits.confidence))
    return Finding(name, low >= -margin, f"{difference[0]:+.3f}, at least {low:+.3f} at {limits.confidence:.0%}; margin {margin}")


def _recall(name: str, ours: float, theirs: float, margin: float) -> Finding:
    if np.isnan(ours):
        return Finding(f"recall of {name}", False, "no note of the test has it: add notes that do, or its recall is unknown")
    return Finding(f"recall of {name}", ours >= theirs - margin, f"{ours:.3f} beside {theirs:.3f}, margin {margin}")


def _slices(candidate: Measured, live: Measured, limits: Limits) -> Iterator[Finding]:
    for name, part in candidate.slices.items():
        if part.notes >= limits.slice_least_notes and not np.isnan(change := part.value - live.slices[name].value):
            yield Finding(
                f"slice {name}", change >= -limits.slice_margin, f"{change:+.3f} in {part.notes} notes; margin {limits.slice_margin}"
            )


def plain(findings: list[Finding], limits: Limits) -> Mapping[str, Any]:
    """For the history: what was asked and what was found."""
    return {"limits": limits.model_dump(), "findings": [asdict(finding) for finding in findings]}
