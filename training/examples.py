"""Labelled notes as tensors: token windows, a target a head, and tagged tokens from the quotes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from insight_classifier.definition import Definition
from insight_classifier.notes import LabelledNote
from insight_classifier.outputs import outputs
from insight_classifier.windows import Windower, Windows, collate
from training.loss import UNLABELLED, Targets


@dataclass(frozen=True)
class Example:
    """One labelled note, ready for the model. `tags`: (owned tokens, tags); `tagged`: (tags,), 0 for tags of what nobody labelled."""

    windows: Windows
    heads: NDArray[np.int64]
    tags: NDArray[np.float32]
    tagged: NDArray[np.float32]


def examples(notes: Sequence[LabelledNote], windower: Windower, definition: Definition) -> list[Example]:
    """One example a note, in order."""
    windows = windower([labelled.note for labelled in notes])
    return [
        Example(w, _heads(n, definition), tagged_tokens(n, w, definition), _tagged(n, definition))
        for n, w in zip(notes, windows, strict=True)
    ]


def _heads(labelled: LabelledNote, definition: Definition) -> NDArray[np.int64]:
    """The class of each head; UNLABELLED where a note that is labelled in part says nothing of it."""
    row = []
    for output in outputs(definition):
        if output.member is not None:
            met = labelled.checks.get(output.member)
            row.append(UNLABELLED if met is None else int(met))
        elif output.kind == "scale":
            row.append(labelled.levels.get(output.dimension, UNLABELLED))
        else:
            option = labelled.options.get(output.dimension)
            row.append(UNLABELLED if option is None else definition.dimension(output.dimension).names.index(option))
    return np.array(row, dtype=np.int64)


def _tagged(labelled: LabelledNote, definition: Definition) -> NDArray[np.float32]:
    """Without a label of what a tag proves, a token without the tag is no proof that it does not belong there."""
    scales = {dimension.evidence_tag: dimension.name for dimension in definition.of_kind("scale") if dimension.evidence_tag}
    said = labelled.checks.keys() | labelled.levels.keys()
    return np.array([scales.get(tag, tag) in said for tag in definition.tags], dtype=np.float32)


def tagged_tokens(labelled: LabelledNote, windows: Windows, definition: Definition) -> NDArray[np.float32]:
    """1 where an owned token stands inside a quote of the tag."""
    tags = np.zeros((len(windows.field), len(definition.tags)), dtype=np.float32)
    starts, ends = windows.source_offsets()
    for quote in labelled.quotes:
        if quote.tag not in definition.tags or quote.field not in windows.names:
            continue
        first = labelled.note.fields[quote.field].index(quote.quote)
        here = windows.field == windows.names.index(quote.field)
        tags[here & (starts < first + len(quote.quote)) & (ends > first), definition.tags.index(quote.tag)] = 1.0
    return tags


@dataclass(frozen=True)
class Step:
    """One batch of training: the model's three inputs and its targets."""

    inputs: tuple[Tensor, Tensor, Tensor]
    targets: Targets


def step(batch: Sequence[Example], pad_id: int, device: torch.device) -> Step:
    """Pad and move a batch to the device."""
    padded = collate([example.windows for example in batch], pad_id)
    tags = np.zeros((len(batch), padded.owned[0].size, batch[0].tags.shape[1]), dtype=np.float32)
    for row, example in enumerate(batch):
        tags[row, padded.owned[row].reshape(-1) > 0] = example.tags
    inputs = tuple(torch.from_numpy(array).to(device) for array in (padded.ids, padded.mask, padded.owned))
    heads = torch.from_numpy(np.stack([example.heads for example in batch])).to(device)
    tagged = torch.from_numpy(np.stack([example.tagged for example in batch])).to(device)
    targets = Targets(heads, torch.from_numpy(tags).to(device), inputs[2].flatten(1), tagged)
    return Step((inputs[0], inputs[1], inputs[2]), targets)


def epoch_batches(items: Sequence[Example], size: int, seed: int) -> Iterator[list[Example]]:
    """Shuffled batches of notes of similar length: little padding, another mix each epoch. The last may be smaller."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(items))
    pool = size * 24
    batches = []
    for begin in range(0, len(order), pool):
        near = sorted(order[begin : begin + pool].tolist(), key=lambda i: items[i].windows.shape)
        batches += [near[i : i + size] for i in range(0, len(near), size)]
    for index in random.permutation(len(batches)).tolist():
        yield [items[i] for i in batches[index]]
