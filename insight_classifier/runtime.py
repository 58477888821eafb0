"""The run stage: the model's graph on the CPU, without torch.

OpenVINO was chosen by measurement (benchmarks/). It computes in bf16 where the processor does so natively, else in fp32.
"""

import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from insight_classifier.cores import available_cores
from insight_classifier.definition import Definition
from insight_classifier.errors import ModelError
from insight_classifier.outputs import Floats, Outputs, outputs
from insight_classifier.windows import Batch, Windows, bucketed, collate

BATCH_NOTES = 32
BATCH_TOKENS = 2048  # as quick as more, with 30 MB less (benchmarks/README.md)
KERNELS = 40  # kept by OpenVINO, some for each padded shape; without a bound memory grows with every new shape


class Runtime(Protocol):
    """Whatever runs a batch: logits (notes, outputs) and evidence logits (notes, windows x tokens, tags)."""

    def __call__(self, batch: Batch) -> tuple[NDArray[np.float32], NDArray[np.float32]]: ...


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

    def __call__(self, batch: Batch) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        result = self._request().infer({"ids": batch.ids, "mask": batch.mask, "owned": batch.owned})
        return np.array(result["logits"]), np.array(result["tags"])

    def _request(self) -> Any:  # noqa: ANN401 OpenVINO has no types
        """The calling thread's own: a request is not shared, and its memory is kept from batch to batch."""
        if not hasattr(self._own, "request"):
            self._own.request = self._compiled.create_infer_request()
        return self._own.request


def model_outputs(runtime: Runtime, windows: Sequence[Windows], definition: Definition, pad_id: int) -> Outputs:
    """The outputs for notes of any lengths, in order; run in batches of similar length."""
    logits = np.zeros((len(windows), outputs(definition)[-1].stop))
    tags: list[Floats] = [np.zeros((0, len(definition.tags)))] * len(windows)
    for group in bucketed(windows, BATCH_NOTES, BATCH_TOKENS):
        batch = collate([windows[index] for index in group], pad_id)
        batch_logits, batch_tags = runtime(batch)
        logits[group] = batch_logits
        for index, values, owned in zip(group, batch_tags, batch.owned, strict=True):
            tags[index] = values[owned.reshape(-1) > 0].astype(np.float64)
    return Outputs(logits, tags)
