"""The prepare stage: a note becomes token windows, none of it cut; every token knows its place in the sent text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from insight_classifier.definition import Definition
from insight_classifier.errors import ModelError
from insight_classifier.notes import Note
from insight_classifier.text import View, view

CALL = 96  # what one run costs beside its tokens, in tokens: measured at 1.7 ms on two cores
GRAIN = 16  # padded lengths are multiples of it: kernels are compiled for few shapes, not for every length


@dataclass(frozen=True)
class TokenizerLayout:
    """What the tokenizer file does not say: special ids and window sizes, in tokens."""

    start_id: int
    end_id: int
    pad_id: int
    window: int = 384
    overlap: int = 64

    def __post_init__(self) -> None:
        if not 0 <= self.overlap < self.window - 2:
            raise ModelError(f"an overlap of {self.overlap} tokens does not fit windows of {self.window}: take at most half of the window")


@dataclass(frozen=True)
class Windows:
    """One note, tokenized. `ids` and `owned` have the shape (windows, tokens).

    Overlapping windows both see a token but only one owns it. `field`, `start` and `end` describe the owned tokens in
    reading order: the index of the field (-1 for a marker between fields) and the offsets into its readable text.
    """

    note: Note
    views: tuple[View, ...]
    names: tuple[str, ...]
    ids: NDArray[np.int64]
    mask: NDArray[np.int64]
    owned: NDArray[np.int64]
    field: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]

    @property
    def shape(self) -> tuple[int, int]:
        return (self.ids.shape[0], self.ids.shape[1])

    def source_offsets(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Start and end of every owned token in its field as it was sent; 0, 0 for markers."""
        starts, ends = self.start.copy(), self.end.copy()
        for row, (index, start, end) in enumerate(zip(self.field.tolist(), self.start.tolist(), self.end.tolist(), strict=True)):
            if index >= 0 and end > start:
                starts[row], ends[row] = self.views[index].source(start, end)
        return starts, ends


class Windower:
    """Cuts notes into windows with one tokenizer."""

    def __init__(self, tokenizer: Tokenizer, layout: TokenizerLayout, definition: Definition) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self.tokenizer = tokenizer
        self.layout = layout
        self.definition = definition
        self.markers = {f.name: tokenizer.encode(f"{f.title}:", add_special_tokens=False).ids for f in definition.fields}

    def __call__(self, notes: Sequence[Note]) -> list[Windows]:
        """The windows of each note, in order."""
        fields = [[f.name for f in self.definition.fields if note.fields.get(f.name, "").strip()] for note in notes]
        views = [tuple(view(note.fields[name]) for name in names) for note, names in zip(notes, fields, strict=True)]
        texts = [readable.text for group in views for readable in group]
        encodings = iter(self.tokenizer.encode_batch(texts, add_special_tokens=False))
        return [
            self._windows(note, tuple(names), group, [next(encodings) for _ in names])
            for note, names, group in zip(notes, fields, views, strict=True)
        ]

    def _windows(self, note: Note, names: tuple[str, ...], views: tuple[View, ...], encodings: list) -> Windows:  # type: ignore[type-arg]
        ids: list[int] = []
        field: list[int] = []
        offsets: list[tuple[int, int]] = []
        for index, (name, encoding) in enumerate(zip(names, encodings, strict=True)):
            # A note that is one field alone reads as it stands; several are told apart by their titles.
            marker = self.markers[name] if len(names) > 1 else []
            ids += [*marker, *encoding.ids]
            field += [-1] * len(marker) + [index] * len(encoding.ids)
            offsets += [(0, 0)] * len(marker) + encoding.offsets
        if not ids:  # characters that the tokenizer does not know at all
            ids, field, offsets = [self.layout.pad_id], [-1], [(0, 0)]
        window_ids, mask, owned = self._cut(ids)
        spans = np.array(offsets, dtype=np.int64).reshape(-1, 2)
        return Windows(note, views, names, window_ids, mask, owned, np.array(field, dtype=np.int64), spans[:, 0], spans[:, 1])

    def _cut(self, ids: list[int]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        layout = self.layout
        room = layout.window - 2
        starts = [0] if len(ids) <= room else [*range(0, len(ids) - room, room - layout.overlap), len(ids) - room]
        width = min(len(ids), room) + 2
        window_ids = np.full((len(starts), width), layout.pad_id, dtype=np.int64)
        owned = np.zeros_like(window_ids)
        # Neighbours share an overlap: the first half of it belongs to the left window, the rest to the right.
        edges = [0, *((left + room + right + 1) // 2 for left, right in zip(starts[:-1], starts[1:], strict=True)), len(ids)]
        for row, start in enumerate(starts):
            piece = ids[start : start + room]
            window_ids[row] = [layout.start_id, *piece, layout.end_id]
            owned[row, 1 + edges[row] - start : 1 + edges[row + 1] - start] = 1
        return window_ids, np.ones_like(window_ids), owned


@dataclass(frozen=True)
class Batch:
    """Notes padded to one shape (notes, windows, tokens), the input of the model."""

    items: tuple[Windows, ...]
    ids: NDArray[np.int64]
    mask: NDArray[np.int64]
    owned: NDArray[np.int64]


def collate(items: Sequence[Windows], pad_id: int) -> Batch:
    """Pad notes to a common number of windows and tokens. A padding window has one visible token, so that attention stays finite."""
    windows, tokens = (max(item.shape[axis] for item in items) for axis in (0, 1))
    tokens = -(-tokens // GRAIN) * GRAIN
    ids = np.full((len(items), windows, tokens), pad_id, dtype=np.int64)
    mask = np.zeros_like(ids)
    owned = np.zeros_like(ids)
    mask[:, :, 0] = 1
    for row, item in enumerate(items):
        height, width = item.shape
        ids[row, :height, :width] = item.ids
        mask[row, :height, :width] = item.mask
        owned[row, :height, :width] = item.owned
    return Batch(tuple(items), ids, mask, owned)


def bucketed(items: Sequence[Windows], size: int, tokens: int) -> list[list[int]]:
    """Indices of items grouped by similar length: at most `size` notes and `tokens` padded tokens a group.

    Of all ways to cut the sorted items, the one with the least work: padding costs as much as text, and each run costs CALL more.
    """
    order = sorted(range(len(items)), key=lambda index: items[index].shape)
    shapes = [(items[index].shape[0], -(-items[index].shape[1] // GRAIN) * GRAIN) for index in order]
    least, cuts = [0], [0]  # of the first n items: the work, and where their last group begins
    for end in range(1, len(order) + 1):
        work, first = min((least[first] + CALL + cells, first) for first, cells in _last_groups(shapes, end, size, tokens))
        least.append(work)
        cuts.append(first)
    groups: list[list[int]] = []
    end = len(order)
    while end:
        groups.append(order[cuts[end] : end])
        end = cuts[end]
    return groups[::-1]


def _last_groups(shapes: Sequence[tuple[int, int]], end: int, size: int, tokens: int) -> Iterator[tuple[int, int]]:
    """Where a group that ends before `end` may begin, and its padded tokens; one of a single note always may."""
    windows, width = shapes[end - 1]  # the longest, since sorted
    for first in range(end - 1, max(-1, end - 1 - size), -1):
        cells = (end - first) * windows * width
        if shapes[first][0] != windows or (cells > tokens and first < end - 1):
            return
        yield first, cells
