"""One candidate through the gate: measured beside the live model, on the same notes, and written down."""

from collections.abc import Sequence
from pathlib import Path

from insight_classifier.artifact import open_artifact
from insight_classifier.errors import DefinitionError
from insight_classifier.notes import LabelledNote
from insight_classifier.predictor import Predictor, load_predictor
from training.bootstrap import resamples
from training.evaluate import load_side
from training.parity import Parity
from training.registry.gate import Finding, Limits, examine, plain
from training.registry.measured import Measured, measured, seconds
from training.registry.registry import Registry
from training.snapshots.folder import is_snapshot, open_snapshot


def gate(registry: Registry, name: str, by: str, data: Path, side: str, limits: Limits) -> list[Finding]:
    """Measure, decide, write it into the history. Raises FileError, LabelError, DefinitionError, ModelError or ArgumentError."""
    registry.require_candidate(name)
    live = registry.states().live
    candidate = load_predictor(registry.models / name)
    present = _under(candidate, registry.models / live.name) if live else None
    labelled = load_side(data, candidate.definition, side).judged
    own, *others = _both([candidate, *([present] if present else [])], registry.models, labelled, limits)
    findings = examine(own, others[0] if others else None, limits)
    what = {"data": data.name, "content": open_snapshot(data).content if is_snapshot(data) else None, "side": side, "notes": len(labelled)}
    registry.gated(name, by, all(finding.passed for finding in findings), what | dict(plain(findings, limits)), live)
    return findings


def _under(candidate: Predictor, folder: Path) -> Predictor:
    """The live model under the candidate's definition: only so do their labels mean the same. Raises DefinitionError."""
    try:
        return load_predictor(folder, definition=candidate.definition.source)
    except DefinitionError as problem:
        raise DefinitionError(
            f"{folder.name} cannot judge under the definition of {candidate.model.name}, so nothing can be compared: {problem} "
            "A definition with other members goes live by a restart of the service with --model."
        ) from problem


def _both(judges: Sequence[Predictor], models: Path, labelled: Sequence[LabelledNote], limits: Limits) -> list[Measured]:
    counts = resamples(labelled, rounds=limits.resamples)
    times = seconds(judges, [item.note for item in labelled[: limits.latency_notes]], limits.latency_rounds)
    return [measured(judge, labelled, counts, _parity(models / judge.model.name), time) for judge, time in zip(judges, times, strict=True)]


def _parity(folder: Path) -> Parity:
    """As it was measured when the model was exported."""
    return Parity(**open_artifact(folder).training["parity"])
