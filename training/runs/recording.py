"""A training run with its record: what went in, what came out and how good it is on the validation side."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from datasets import DatasetDict

from insight_classifier.artifact import Artifact
from insight_classifier.definition import Definition
from insight_classifier.errors import FileError
from insight_classifier.predictor import load_predictor
from insight_classifier.whole_folder import checksums, sha256
from training.config import TrainingConfig
from training.data import labelled_notes, load_corpus
from training.learnable import require_learnable
from training.metrics import measure
from training.runs.record import RunRecord
from training.runs.surroundings import peak_memory, surroundings
from training.snapshots.folder import is_snapshot, open_snapshot
from training.train import RESUMES, Show, corpus_facts, environment, train

RUNS = "runs"  # beside the model folders
Sink = Callable[[Mapping[str, Any], Artifact], None]


def train_recorded(
    *,
    data: Path,
    output: Path,
    definition: Definition,
    config: TrainingConfig,
    weights: Path | None = None,
    sinks: Sequence[Sink] = (),
    show: Show = lambda progress: None,
) -> Artifact:
    """As `train`, with a record in `runs/NAME` beside the model folder, which each of `sinks` is given at the end. Raises InsightError."""
    corpus = load_corpus(data, definition)
    require_learnable({side: labelled_notes(rows, definition) for side, rows in corpus.items()}, definition, str(data))
    record = RunRecord.begin(output.parent / RUNS / output.name, _begun(data, corpus, definition, config))
    try:
        artifact = train(data=data, output=output, definition=definition, config=config, weights=weights, show=show)
        record.finish(_ended(artifact, corpus, definition, weights))
    except OSError as problem:
        record.fail(problem)
        raise FileError(f"{output}: {problem.strerror or problem}. Free space, then call again: {RESUMES}") from problem
    except BaseException as problem:  # also an interruption: whoever looks must not take it for running
        record.fail(problem)
        raise
    for sink in sinks:
        sink(record.facts, artifact)
    return artifact


def _begun(data: Path, corpus: DatasetDict, definition: Definition, config: TrainingConfig) -> dict[str, Any]:
    snapshot = open_snapshot(data) if is_snapshot(data) else None
    return {
        "settings": config.model_dump(),
        "seed": config.seed,
        "definition": {"name": definition.name, "version": definition.version, "fingerprint": definition.fingerprint},
        "data": {"path": str(data), "snapshot": snapshot.content if snapshot else None, **corpus_facts(corpus)},
        **surroundings(),
        "versions": environment()["packages"],
    }


def _ended(artifact: Artifact, corpus: DatasetDict, definition: Definition, weights: Path | None) -> dict[str, Any]:
    training = artifact.training
    kept = {"model": {"folder": artifact.folder.name, "fingerprint": artifact.origin.fingerprint, "files": checksums(artifact.folder)}}
    if weights is not None:
        kept["weights"] = {"file": weights.name, "sha256": sha256(weights)}
    return {
        "minutes": training["minutes"],
        "device": training["device"],
        "precision": training["precision"],
        "parity": training["parity"],
        "peak_memory_mib": peak_memory(),
        "metrics": _metrics(artifact, corpus, definition),
        "artefacts": kept,
    }


def _metrics(artifact: Artifact, corpus: DatasetDict, definition: Definition) -> dict[str, Any]:
    """On the validation notes that are labelled in full, judged by the model as it is served."""
    labelled = [note for note in labelled_notes(corpus["validation"], definition) if not note.partial]
    judged = load_predictor(artifact.folder).judge([item.note for item in labelled])
    return {"side": "validation", "notes": len(labelled), **(measure(definition, labelled, judged) if labelled else {})}
