"""A plain fine-tune of the same encoder, to the label alone: mean pooling and one linear layer, the same schedule and optimizer."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from insight_classifier.definition import Definition
from insight_classifier.judgement import Judgement
from insight_classifier.notes import LabelledNote, Note
from insight_classifier.outputs import Floats, Output, sigmoid
from insight_classifier.windows import Windower, Windows, bucketed, collate
from training.aligned import LABEL
from training.baselines.decider import decider, origin
from training.config import TrainingConfig, read_config
from training.dropout import replace_dropout
from training.encoder import load_encoder
from training.examples import Example
from training.loop import TorchRuntime, Trainer
from training.model import NoteModel

BATCH_NOTES = 32
BATCH_TOKENS = 8192


class PlainModel(nn.Module):
    """The encoder, the mean of its tokens' states, one logit. In and out as the NoteModel, with no evidence."""

    def __init__(self, encoder: nn.Module, dropout: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.outputs = (Output(LABEL, LABEL, "checks", 0, 1),)
        size = int(encoder.config.hidden_size)  # type: ignore[union-attr, arg-type]
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(size, 1))
        replace_dropout(self)

    def forward(self, ids: Tensor, mask: Tensor, owned: Tensor) -> tuple[Tensor, Tensor]:
        """The label's logit (notes, 1), and no tags (notes, windows x tokens, 0), of int64 inputs (notes, windows, tokens)."""
        notes, windows, tokens = ids.shape
        states: Any = self.encoder(input_ids=ids.reshape(-1, tokens), attention_mask=mask.reshape(-1, tokens))
        hidden = states.last_hidden_state.reshape(notes, windows * tokens, -1).float()
        share = owned.reshape(notes, -1, 1).float()
        pooled = (hidden * share).sum(dim=1) / share.sum(dim=1).clamp(min=1.0)
        return self.head(pooled).float(), hidden.new_zeros((notes, windows * tokens, 0))


class FineTune:
    """Judges the label alone."""

    def __init__(self, *, config: TrainingConfig | None = None) -> None:
        self.config = (config or read_config()).model_copy(update={"evidence_weight": 0.0, "lane_weight": 1.0, "head_weights": {}})
        self.origin = origin("fine_tune", "1", **self.config.model_dump())

    def judges(self, definition: Definition) -> frozenset[str]:
        return frozenset({LABEL})

    def fit(self, train: Sequence[LabelledNote], validation: Sequence[LabelledNote], definition: Definition) -> None:
        torch.manual_seed(self.config.seed)
        self.decide = decider(train, definition, self.origin)
        encoder = load_encoder(self.config.base_model, window=self.config.window, overlap=self.config.overlap)
        self.windower = Windower(encoder.tokenizer, encoder.layout, definition)
        self.pad_id = encoder.layout.pad_id
        windows = self.windower([item.note for item in train])
        items = [_example(w, item.label_met(definition)) for w, item in zip(windows, train, strict=True)]
        self.model = self._trained(PlainModel(encoder.module, self.config.dropout), items)

    def judge(self, notes: Sequence[Note]) -> list[Judgement]:
        return self.decide(notes, {LABEL: sigmoid(self._logits(self.windower(notes)))})

    def _trained(self, model: PlainModel, items: Sequence[Example]) -> PlainModel:
        """The model with the averaged weights of the last step, as `insight train` keeps them."""
        trainer = Trainer(cast(NoteModel, model), items, self.config, self.pad_id)
        for _ in trainer.run():
            pass
        model.load_state_dict(trainer.average.weights)
        return model

    def _logits(self, windows: Sequence[Windows]) -> Floats:
        runtime = TorchRuntime(cast(NoteModel, self.model), self.pad_id)
        logits = np.zeros(len(windows))
        for group in bucketed(windows, BATCH_NOTES, BATCH_TOKENS):
            logits[group] = runtime(collate([windows[row] for row in group], self.pad_id)).logits[:, 0]
        return logits


def _example(windows: Windows, met: bool) -> Example:
    return Example(
        windows, np.array([int(met)], dtype=np.int64), np.zeros((len(windows.field), 0), dtype=np.float32), np.zeros(0, dtype=np.float32)
    )
