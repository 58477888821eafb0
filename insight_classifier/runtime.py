"""The run stage: the model's graph on the CPU, without torch.

OpenVINO was chosen by measurement (benchmarks/). It computes in bf16 where the processor does so natively, else in fp32.
"""

import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from insight_classifier.cores import available_cores
from insight_classifier.definition import Definition
from insight_classifier.errors import ModelError
from insight_classifier.outputs import Floats, Outputs, Vectors, outputs
from insight_classifier.windows import Batch, Windows, bucketed, collate

BATCH_NOTES = 32
BATCH_TOKENS = 2048  # as quick as more, with 30 MB less (benchmarks/README.md)
KERNELS = 40  # kept by OpenVINO, some for each padded shape; without a bound memory grows with every new shape


VECTORS = "vectors"  # the graph's output, which folders of earlier versions lack
TAGS = "tags"  # the graph's output, which it lacks where the definition asks for no evidence


class Ran(NamedTuple):
    """What a model gives of a batch: logits (notes, outputs), evidence logits (notes, windows x tokens, tags), vectors (notes, size)."""

    logits: NDArray[np.float32]
    tags: NDArray[np.float32]
    vectors: NDArray[np.float32] | None = None


class Runtime(Protocol):
    """Whatever runs a batch."""

    def __call__(self, batch: Batch) -> Ran: ...


class OpenVinoRuntime:
    """One compiled graph; calls from several threads each take a request of their own."""

    def __init__(self, graph: Path, *, threads: int | None = None, precision: str | None = None) -> None:
        # It reports every start to its maker over the network, and writes an id into the home folder; without this module it does neither.
        sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
        import openvino

        self._own = threading.local()
        core = openvino.Core()
        config: dict[str, object] = {
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": 1,
            "INFERENCE_NUM_THREADS": threads or available_cores(),
            "CPU_RUNTIME_CACHE_CAPACITY": str(KERNELS),
        }
        if precision:
            config["INFERENCE_PRECISION_HINT"] = precision
        try:
            self._compiled = core.compile_model(str(graph), "CPU", config)
        except RuntimeError as problem:
            raise ModelError(f"{graph}: cannot be compiled ({str(problem).splitlines()[0]}). Restore the model folder.") from problem
        names = {name for output in self._compiled.outputs for name in output.get_names()}
        self.has_vectors, self.has_tags = VECTORS in names, TAGS in names

    def __call__(self, batch: Batch) -> Ran:
        result = self._request().infer({"ids": batch.ids, "mask": batch.mask, "owned": batch.owned})
        vectors = np.array(result[VECTORS]) if self.has_vectors else None
        notes, windows, tokens = batch.owned.shape
        tags = np.array(result[TAGS]) if self.has_tags else np.zeros((notes, windows * tokens, 0), dtype=np.float32)
        return Ran(np.array(result["logits"]), tags, vectors)

    def _request(self) -> Any:  # noqa: ANN401 OpenVINO has no types
        """The calling thread's own: a request is not shared, and its memory is kept from batch to batch."""
        if not hasattr(self._own, "request"):
            self._own.request = self._compiled.create_infer_request()
        return self._own.request


def model_outputs(runtime: Runtime, windows: Sequence[Windows], definition: Definition, pad_id: int) -> Outputs:
    """The outputs for notes of any lengths, in order; run in batches of similar length."""
    logits = np.zeros((len(windows), outputs(definition)[-1].stop))
    tags: list[Floats] = [np.zeros((0, len(definition.tags)))] * len(windows)
    vectors: Vectors | None = None
    for group in bucketed(windows, BATCH_NOTES, BATCH_TOKENS):
        batch = collate([windows[index] for index in group], pad_id)
        ran = runtime(batch)
        logits[group] = ran.logits
        for index, values, owned in zip(group, ran.tags, batch.owned, strict=True):
            tags[index] = values[owned.reshape(-1) > 0].astype(np.float64)
        if ran.vectors is not None:
            vectors = np.zeros((len(windows), ran.vectors.shape[1]), dtype=np.float16) if vectors is None else vectors
            vectors[group] = ran.vectors
    return Outputs(logits, tags, vectors)
