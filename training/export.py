"""From a trained torch model to one ONNX file with compact weights, which any CPU runtime reads.

Weights are stored small and computed large: embeddings as int8 with a scale a row, the other matrices as fp16. The
runtime widens them once at load, so this is about the size of the file, not about arithmetic.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from training.attention import use_two_products
from training.heads import StackedHeads
from training.model import NoteModel
from training.vectors import Vectors

INPUTS = ("ids", "mask", "owned")
OUTPUTS = ("logits", "tags", "vectors")


class Served(nn.Module):
    """A model with its note vectors, from one pass of its encoder."""

    def __init__(self, model: NoteModel, centre: Tensor) -> None:
        super().__init__()
        self.model, self.vectors = model, Vectors(centre)

    @property
    def names(self) -> tuple[str, ...]:
        """What `forward` returns; without evidence no tags, since tensors without elements cannot be exported."""
        return OUTPUTS if self.model.evidence is not None else tuple(name for name in OUTPUTS if name != "tags")

    def forward(self, ids: Tensor, mask: Tensor, owned: Tensor) -> tuple[Tensor, ...]:
        """Logits and evidence logits, as NoteModel gives them, and note vectors (notes, size)."""
        states = self.model.encoded(ids, mask)
        logits, tags = self.model.judged(states, owned)
        found = dict(zip(OUTPUTS, (logits, tags, self.vectors(states, owned)), strict=True))
        return tuple(found[name] for name in self.names)


def export_onnx(model: NoteModel, centre: Tensor, path: Path, *, compact: bool = True) -> Path:
    """Write the model, its note vectors centred so; any number of notes, windows and tokens. `compact=False` keeps fp32 weights."""
    served = Served(_served(model), centre.cpu().float()).eval()
    # Sizes above one, and all different: torch specialises on 1 and on equal sizes.
    example = torch.ones((3, 2, 16), dtype=torch.int64)
    notes, windows, tokens = (
        torch.export.Dim(name, min=1, max=limit) for name, limit in (("notes", 4096), ("windows", 512), ("tokens", 8192))
    )
    shape = {0: notes, 1: windows, 2: tokens}
    with _quiet_exporter():
        program = torch.onnx.export(
            served,
            (example, example.clone(), example.clone()),
            input_names=list(INPUTS),
            output_names=list(served.names),
            dynamic_shapes=(shape, shape, shape),
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    proto = program.model_proto
    onnx.save_model(_compacted(proto) if compact else proto, path)
    return path


def _served(model: NoteModel) -> NoteModel:
    """A copy with the parts that a CPU runs faster, and the same answers."""
    served = deepcopy(model).eval().cpu()
    use_two_products(served.encoder)
    served.heads = StackedHeads(served.heads)  # type: ignore[assignment]
    return served


@contextmanager
def _quiet_exporter() -> Iterator[None]:
    """The exporter's notices are about operators and names that we do not use."""
    logger = logging.getLogger("torch.onnx._internal.exporter._registration")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=FutureWarning)
            warnings.filterwarnings("ignore", message="# The axis name")
            yield
    finally:
        logger.setLevel(level)


def _compacted(proto: onnx.ModelProto) -> onnx.ModelProto:
    """Store large fp32 constants as int8 rows (what Gather reads) or as fp16 (everything else), and widen what is read of them."""
    graph = proto.graph
    gathers = {node.input[0]: node for node in graph.node if node.op_type == "Gather"}
    nodes: dict[str, list[onnx.NodeProto]] = {}  # what replaces a Gather, by the name of its output
    widened: list[onnx.NodeProto] = []
    kept: list[onnx.TensorProto] = []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or int(np.prod(tensor.dims)) < 4096:
            kept.append(tensor)
        elif tensor.name in gathers and len(tensor.dims) == 2:
            nodes[gathers[tensor.name].output[0]] = _gathered_rows(tensor, gathers[tensor.name], kept)
        else:
            kept.append(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), f"{tensor.name}.fp16"))
            widened.append(helper.make_node("Cast", [f"{tensor.name}.fp16"], [tensor.name], to=TensorProto.FLOAT))
    replaced = [part for node in graph.node for part in nodes.get(node.output[0], [node])]
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend([*widened, *replaced])
    return proto


def _gathered_rows(tensor: onnx.TensorProto, gather: onnx.NodeProto, kept: list[onnx.TensorProto]) -> list[onnx.NodeProto]:
    """Gather int8 rows and their scales, then multiply: the table itself is never widened, only the rows that are read."""
    values = numpy_helper.to_array(tensor)
    scale = np.maximum(np.abs(values).max(axis=1, keepdims=True), 1e-8).astype(np.float32) / 127
    name, ids, result = tensor.name, gather.input[1], gather.output[0]
    kept.append(numpy_helper.from_array(np.clip(np.rint(values / scale), -127, 127).astype(np.int8), f"{name}.int8"))
    kept.append(numpy_helper.from_array(scale, f"{name}.scale"))
    return [
        helper.make_node("Gather", [f"{name}.int8", ids], [f"{result}.rows"], axis=0),
        helper.make_node("Cast", [f"{result}.rows"], [f"{result}.wide"], to=TensorProto.FLOAT),
        helper.make_node("Gather", [f"{name}.scale", ids], [f"{result}.scale"], axis=0),
        helper.make_node("Mul", [f"{result}.wide", f"{result}.scale"], [result]),
    ]
