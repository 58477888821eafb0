"""Is the served path fast enough? Notes a second and milliseconds a note, text to Judgement, against peers with the same weights.

    python benchmarks/runtimes.py --model models/home-office-2 --weights WEIGHTS.safetensors [--data data] [--rounds 5]

Peers: the transformers library at fp32 eager, ONNX Runtime fp32 and ONNX Runtime dynamic int8. Every path gets the same notes, the same
tokenizer, rules and decoder; only what runs the network differs, and whether notes are batched in file order (as a plain pipeline does)
or by length (as we do). All rounds are interleaved, so that a busy machine slows every path alike; figures are medians.
"""

import argparse
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModel

from insight_classifier.artifact import open_artifact
from insight_classifier.cores import available_cores
from insight_classifier.decode import Findings
from insight_classifier.judgement import Judgement
from insight_classifier.notes import Note
from insight_classifier.outputs import Outputs
from insight_classifier.predictor import Predictor, load_predictor
from insight_classifier.runtime import Ran, Runtime, model_outputs
from insight_classifier.windows import Batch, Windows, collate
from training.data import labelled_notes, load_corpus
from training.encoder import find_encoder
from training.export import export_onnx
from training.loop import TorchRuntime
from training.model import NoteModel
from training.parity import parity

Path_ = Callable[[Sequence[Note]], list[Judgement]]


class OrtRuntime:
    """ONNX Runtime with as many threads as the served runtime has."""

    def __init__(self, graph: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = available_cores()
        self.session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])

    def __call__(self, batch: Batch) -> Ran:
        return Ran(*self.session.run(["logits", "tags"], {"ids": batch.ids, "mask": batch.mask, "owned": batch.owned}))


def torch_model(folder: Path, weights: Path, predictor: Predictor) -> NoteModel:
    """The trained weights in the transformers library, with its eager attention."""
    settings = open_artifact(folder).training["settings"]
    config = AutoConfig.from_pretrained(find_encoder(settings["base_model"]))
    encoder = AutoModel.from_config(config, attn_implementation="eager")
    model = NoteModel(encoder, predictor.definition, hidden=settings["hidden"], dropout=settings["dropout"])
    model.load_state_dict(load_file(weights))
    return model.eval()


def in_file_order(runtime: Runtime, windows: Sequence[Windows], pad_id: int, size: int = 32) -> Outputs:
    """Batches of 32 as they come, padded to the longest: how a plain pipeline runs."""
    parts = []
    for begin in range(0, len(windows), size):
        batch = collate(windows[begin : begin + size], pad_id)
        ran = runtime(batch)
        parts.append((ran.logits, [t[o.reshape(-1) > 0].astype(np.float64) for t, o in zip(ran.tags, batch.owned, strict=True)]))
    return Outputs(np.concatenate([p[0] for p in parts]).astype(np.float64), [rows for p in parts for rows in p[1]])


def path(predictor: Predictor, runtime: Runtime, *, bucketed: bool) -> Path_:
    """Text to Judgement with another runtime."""

    def judge(notes: Sequence[Note]) -> list[Judgement]:
        findings: list[Findings] = [predictor.screen(note) for note in notes]
        windows = predictor.windower(notes)
        pad_id = predictor.windower.layout.pad_id
        raw = model_outputs(runtime, windows, predictor.definition, pad_id) if bucketed else in_file_order(runtime, windows, pad_id)
        return predictor.decoder(windows, raw, findings)

    return judge


def seconds(judge: Path_, notes: Sequence[Note]) -> float:
    begin = time.perf_counter()
    judge(notes)
    return time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=Path("models/home-office-2"))
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--side", default="validation")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=int, default=None, help="only so many notes")
    options = parser.parse_args()

    predictor = load_predictor(options.model)
    labelled = labelled_notes(load_corpus(options.data, predictor.definition)[options.side], predictor.definition)
    labelled = labelled[: options.limit]
    notes = [note.note for note in labelled]
    model = torch_model(options.model, options.weights, predictor)
    with tempfile.TemporaryDirectory() as folder:
        plain = export_onnx(model, torch.zeros(model.encoder.config.hidden_size), Path(folder) / "fp32.onnx", compact=False)
        quantize_dynamic(plain, Path(folder) / "int8.onnx", reduce_range=True, weight_type=QuantType.QInt8)
        runtimes: dict[str, Runtime] = {
            "transformers fp32 eager": TorchRuntime(model, predictor.windower.layout.pad_id),
            "ONNX Runtime fp32": OrtRuntime(plain),
            "ONNX Runtime dynamic int8": OrtRuntime(Path(folder) / "int8.onnx"),
        }
        measure(predictor, runtimes, notes, labelled, options)


def measure(predictor: Predictor, runtimes: dict[str, Runtime], notes: list[Note], labelled: list, options: argparse.Namespace) -> None:
    paths: dict[str, Path_] = {"served": predictor.judge}
    for name, runtime in runtimes.items():
        paths[f"{name}, file order"] = path(predictor, runtime, bucketed=False)
        paths[f"{name}, by length"] = path(predictor, runtime, bucketed=True)
    torch.set_num_threads(available_cores())
    times: dict[str, list[float]] = {name: [] for name in paths}
    single: dict[str, list[float]] = {name: [] for name in paths if "file order" not in name}
    for judge in paths.values():
        seconds(judge, notes)  # warm up
    for _ in range(options.rounds):
        for name, judge in paths.items():
            times[name].append(seconds(judge, notes))
    for note in notes[::4]:
        for name in single:
            seconds(paths[name], [note])
            single[name].append(seconds(paths[name], [note]))
    machine = f"{available_cores()} cores, {platform.machine()}, bf16 {torch.cpu._is_avx512_bf16_supported()}"
    print(f"{len(notes)} {options.side} notes, {machine}, median of {options.rounds} rounds\n")
    print("| path, text to Judgement | notes/s | served is faster by | one note, ms | served takes of it |\n|---|---|---|---|---|")
    best, quick = statistics.median(times["served"]), statistics.median(single["served"])
    for name, values in times.items():
        rate = len(notes) / statistics.median(values)
        one = statistics.median(single[name]) if name in single else None
        print(
            f"| {name} | {rate:.1f} | {statistics.median(values) / best:.2f}x | "
            + (f"{one * 1e3:.2f} | {quick / one:.2f} |" if one else "- | - |")
        )
    windows = predictor.windower(notes)
    pad_id = predictor.windower.layout.pad_id
    reference = model_outputs(runtimes["transformers fp32 eager"], windows, predictor.definition, pad_id)
    print("\n| against torch fp32 | labels that differ | largest AUC difference |\n|---|---|---|")
    for name, runtime in {"served": predictor.runtime, **runtimes}.items():
        found = parity(
            predictor.definition,
            predictor.decoder.calibration,
            labelled,
            reference,
            model_outputs(runtime, windows, predictor.definition, pad_id),
        )
        print(f"| {name} | {found.labels:.2%} | {found.auc:.4f} |")


if __name__ == "__main__":
    main()
