"""What the peers serve: the trained weights in torch, fed by the transformers tokenizer, as a team would write it.

One window a note: what is longer is cut. No safety rules, no evidence, no coaching: a label and its probability.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModel, AutoTokenizer

from benchmarks.peer_servers import POISON
from insight_classifier.artifact import open_artifact
from insight_classifier.cores import available_cores
from insight_classifier.definition_reader import read_definition
from insight_classifier.outputs import Floats
from training.encoder import find_encoder
from training.model import NoteModel

Record = Mapping[str, Any]


class Network:
    """Records to {"label", "probability"}. A record that holds the mark POISON makes it raise."""

    def __init__(self, folder: Path, weights: Path, *, bf16: bool) -> None:
        artifact = open_artifact(folder)
        settings = artifact.training["settings"]
        location = find_encoder(settings["base_model"])
        torch.set_num_threads(available_cores())
        self.definition, self.calibration, self.window = read_definition(artifact.definition), artifact.calibration, artifact.layout.window
        self.tokenizer = AutoTokenizer.from_pretrained(location)
        encoder = AutoModel.from_config(AutoConfig.from_pretrained(location))
        self.model = NoteModel(encoder, self.definition, hidden=settings["hidden"], dropout=settings["dropout"]).eval()
        self.model.load_state_dict(load_file(weights))
        self.bf16 = bf16

    @torch.inference_mode()
    def __call__(self, records: Sequence[Record]) -> list[dict[str, Any]]:
        """One answer a record, in order."""
        texts = [self._text(record) for record in records]
        if any(POISON in text for text in texts):
            raise RuntimeError("the model failed on a marked note")
        tokens = self.tokenizer(
            texts, padding=True, truncation=True, max_length=self.window, return_special_tokens_mask=True, return_tensors="pt"
        )
        inputs = tokens["input_ids"], tokens["attention_mask"], 1 - tokens["special_tokens_mask"]
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.bf16):
            logits, _ = self.model(*(values[:, None] for values in inputs))
        heads = self.calibration.heads(self.definition, logits.double().numpy())
        probabilities = self.calibration.label(self.definition, heads)
        return [{"label": self._label(heads, row), "probability": float(value)} for row, value in enumerate(probabilities)]

    def _text(self, record: Record) -> str:
        """The fields after their titles, as in training."""
        fields = [(field.title, record[field.name]) for field in self.definition.fields if record.get(field.name)]
        return " ".join(f"{title}: {words}" for title, words in fields) if len(fields) > 1 else "".join(words for _, words in fields)

    def _label(self, heads: Mapping[str, Floats], row: int) -> str:
        checks = [member for dimension in self.definition.of_kind("checks") for member in dimension.learned]
        met = self.definition.held({member.name: bool(heads[member.name][row] >= member.threshold) for member in checks})
        return self.definition.label.name(self.definition.label.rule(met))


def options() -> argparse.Namespace:
    """Of a peer's command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--bf16", action="store_true")
    return parser.parse_args()
