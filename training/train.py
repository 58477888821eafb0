"""One training run from labelled notes to a model folder: load, train, calibrate, export, check, write."""

import hashlib
import json
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version as installed
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from datasets import DatasetDict
from safetensors.torch import save_file

from insight_classifier.artifact import Artifact, write_artifact
from insight_classifier.calibration import Calibration
from insight_classifier.definition import Definition
from insight_classifier.errors import FileError
from insight_classifier.notes import LabelledNote
from insight_classifier.outputs import Outputs
from insight_classifier.runtime import OpenVinoRuntime, model_outputs
from insight_classifier.windows import Windower
from training.calibrate import calibrate
from training.card import card
from training.config import TrainingConfig
from training.data import labelled_notes, load_corpus
from training.encoder import Encoder, load_encoder
from training.examples import Example, examples
from training.export import export_onnx
from training.label_counts import label_counts
from training.loop import Progress, TorchRuntime, Trainer
from training.model import NoteModel
from training.parity import Parity, parity
from training.vectors import centre

RESUMES = "the run goes on from its last whole epoch."
Show = Callable[[Progress], None]


@dataclass(frozen=True)
class Run:
    """What identifies a run: a kill resumes only the same settings, data and definition."""

    config: TrainingConfig
    corpus: DatasetDict
    definition: Definition

    @property
    def key(self) -> str:
        parts = [
            self.config.model_dump(),
            {side: len(rows) for side, rows in self.corpus.items()},
            corpus_hash(self.corpus),
            self.definition.fingerprint,
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def corpus_hash(corpus: DatasetDict) -> str:
    """Sixteen hex digits of the content of all sides, in order."""
    digest = hashlib.sha256()
    for side in sorted(corpus):
        for row in corpus[side]:
            digest.update(json.dumps([side, row], sort_keys=True, ensure_ascii=False, default=str).encode())
    return digest.hexdigest()[:16]


def train(
    *,
    data: Path,
    output: Path,
    definition: Definition,
    config: TrainingConfig,
    weights: Path | None = None,
    show: Show = lambda progress: None,
) -> Artifact:
    """Train on the training side, calibrate on the validation side, write the model folder (and the fp32 `weights`, where asked).

    An unfinished run of the same settings continues after its last whole epoch. Raises FileError, LabelError or ConfigError.
    """
    if output.exists():
        raise FileError(f"{output}: exists already, and a model is never overwritten. Choose another --output.")
    started = time.monotonic()
    run = Run(config, load_corpus(data, definition), definition)
    torch.manual_seed(config.seed)
    encoder = load_encoder(config.base_model, window=config.window, overlap=config.overlap)
    windower = Windower(encoder.tokenizer, encoder.layout, definition)
    items = examples(labelled_notes(run.corpus["train"], definition), windower, definition)
    model = NoteModel(encoder.module, definition, hidden=config.hidden, dropout=config.dropout)
    trainer = Trainer(model, items, config, encoder.layout.pad_id)
    checkpoint = output.with_name(f".{output.name}.checkpoint")
    _resume(trainer, checkpoint, run.key)
    for progress in trainer.run():
        show(progress)
        if progress.epoch_ends:
            _save(trainer, checkpoint, run.key)
    model.load_state_dict(trainer.average.weights)
    if weights is not None:
        save_file({name: value.contiguous().cpu() for name, value in model.state_dict().items()}, weights)
    minutes = (time.monotonic() - started) / 60
    artifact = package(
        run,
        model.cpu().float(),
        encoder,
        output,
        {"minutes": round(minutes, 1), "device": str(trainer.device), "precision": str(trainer.precision)},
    )
    checkpoint.unlink(missing_ok=True)
    return artifact


def package(run: Run, model: NoteModel, encoder: Encoder, output: Path, facts: Mapping[str, Any]) -> Artifact:
    """Calibrate a trained model on validation and write its folder."""
    definition, windower = run.definition, Windower(encoder.tokenizer, encoder.layout, run.definition)
    labelled = labelled_notes(run.corpus["validation"], definition)
    items = examples(labelled, windower, definition)
    raw = model_outputs(TorchRuntime(model, encoder.layout.pad_id), [item.windows for item in items], definition, encoder.layout.pad_id)
    calibration = calibrate(definition, labelled, items, raw)
    training_notes = labelled_notes(run.corpus["train"], definition)
    learned = windower([item.note for item in training_notes])
    with TemporaryDirectory() as folder:
        graph = export_onnx(model, centre(model, learned, encoder.layout.pad_id), Path(folder) / "model.onnx")
        precision, difference = _precision(graph, definition, calibration, labelled, items, raw, encoder.layout.pad_id)
        provenance = {
            "run": run.key,
            "settings": run.config.model_dump(),
            "corpus": corpus_facts(run.corpus),
            "labels": label_counts(training_notes, definition),
            "parity": asdict(difference),
            **environment(),
            **facts,
        }
        return write_artifact(
            output,
            version="1",
            graph=graph,
            tokenizer=encoder.tokenizer.to_str(),
            definition=definition.source,
            layout=encoder.layout,
            calibration=calibration,
            precision=precision,
            training=provenance,
            card=card(output.name, definition, provenance),
        )


def _precision(
    graph: Path,
    definition: Definition,
    calibration: Calibration,
    labelled: Sequence[LabelledNote],
    items: Sequence[Example],
    raw: Outputs,
    pad_id: int,
) -> tuple[str | None, Parity]:
    """The precision to serve in: the processor's own (None) where that is the same model, else fp32. Raises ModelError where neither is."""
    for precision in (None, "f32"):
        served = model_outputs(OpenVinoRuntime(graph, precision=precision), [item.windows for item in items], definition, pad_id)
        difference = parity(definition, calibration, labelled, raw, served)
        if difference.passed:
            break
    difference.require()
    return precision, difference


def corpus_facts(corpus: DatasetDict) -> dict[str, Any]:
    """Notes and writers a side, and the hash of the content."""
    sides = {side: {"notes": len(rows), "writers": sorted(set(rows["writer"]))} for side, rows in corpus.items()}
    return {"hash": corpus_hash(corpus), **sides}


def environment() -> dict[str, Any]:
    """Versions and machine, for whoever repeats the run."""
    packages = {name: installed(name) for name in ("torch", "transformers", "tokenizers", "datasets", "onnx", "numpy")}
    return {"python": platform.python_version(), "machine": platform.machine(), "packages": packages}


def _save(trainer: Trainer, checkpoint: Path, key: str) -> None:
    """Written beside and moved over, so that a kill leaves the last whole checkpoint."""
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    unfinished = checkpoint.with_name(f"{checkpoint.name}.unfinished")
    try:
        torch.save({"key": key, "state": trainer.state_dict()}, unfinished)
        unfinished.replace(checkpoint)
    except (OSError, RuntimeError) as problem:  # torch tells a full disk as the latter
        unfinished.unlink(missing_ok=True)
        raise FileError(
            f"{checkpoint}: cannot be saved ({str(problem).splitlines()[0]}). Free space, then call again: {RESUMES}"
        ) from problem


def _resume(trainer: Trainer, checkpoint: Path, key: str) -> None:
    if checkpoint.is_file():
        saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
        if saved["key"] == key:
            trainer.load_state_dict(saved["state"])
