"""SetFit on the checks of the label's rule: a sentence encoder tuned on pairs of notes, and a logistic regression a check."""

import tempfile
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from datasets import Dataset
from transformers.trainer_callback import ProgressCallback

from insight_classifier.definition import Definition
from insight_classifier.errors import ConfigError
from insight_classifier.judgement import Judgement
from insight_classifier.notes import LabelledNote, Note
from insight_classifier.outputs import Floats
from training.aligned import LABEL, rule_parts
from training.baselines.decider import decider, origin
from training.baselines.targets import targets, text, texts
from training.encoder import find_encoder

BATCH = 16  # pairs a step


class Fitted(Protocol):
    """What is used of a SetFitModel."""

    model_body: Any

    def predict_proba(self, inputs: list[str], *, as_numpy: bool, show_progress_bar: bool) -> Floats:
        """The probability of yes of each check, shape (notes, checks)."""
        ...


class SetFit:
    """One model for all checks of the rule; the label is derived from them.

    All pairs of the training notes would take days. So `steps` batches of 16 pairs are drawn at random from them, as many
    alike (the notes share a check) as not; the regressions then see every training note. Two cores take about ten minutes.
    """

    def __init__(self, *, base_model: str = "all-MiniLM-L6-v2", steps: int = 250, longest: int = 128, seed: int = 1) -> None:
        self.base_model, self.steps, self.longest, self.seed = base_model, steps, longest, seed
        self.origin = origin("setfit", "1", base_model=base_model, steps=steps, longest=longest, seed=seed)

    def judges(self, definition: Definition) -> frozenset[str]:
        return frozenset({LABEL, *rule_parts(definition).values()})

    def fit(self, train: Sequence[LabelledNote], validation: Sequence[LabelledNote], definition: Definition) -> None:
        self.decide = decider(train, definition, self.origin)
        self.names = tuple(rule_parts(definition).values())
        gold = targets(train, definition)
        written, rows = texts(train, definition), np.stack([gold[name] for name in self.names], axis=1).tolist()
        self.model = self._trained(written, rows)

    def judge(self, notes: Sequence[Note]) -> list[Judgement]:
        written = [text(note, self.decide.definition) for note in notes]
        chances = self.model.predict_proba(written, as_numpy=True, show_progress_bar=False)
        return self.decide(notes, {name: chances[:, column] for column, name in enumerate(self.names)})

    def _trained(self, written: list[str], rows: list[list[int]]) -> Fitted:
        try:  # here and not above: it takes seconds, sets up its own logging, and is an extra of its own
            from setfit import SetFitModel, Trainer, TrainingArguments, logging
        except ImportError as problem:
            raise ConfigError("the baseline setfit is not installed: pip install 'insight-classifier[baselines]'") from problem
        logging.set_verbosity_error()
        model: Fitted = SetFitModel.from_pretrained(find_encoder(self.base_model), multi_target_strategy="one-vs-rest")
        model.model_body.max_seq_length = self.longest
        with tempfile.TemporaryDirectory() as folder:
            settings = TrainingArguments(
                output_dir=folder, batch_size=BATCH, max_steps=self.steps, seed=self.seed, report_to="none",
                save_strategy="no", logging_strategy="no", show_progress_bar=False,
            )  # fmt: skip
            trainer = Trainer(model, settings, train_dataset=Dataset.from_dict({"text": written, "label": rows}))
            trainer.remove_callback(ProgressCallback)
            trainer.st_trainer.args.dataloader_pin_memory = False  # else torch warns where there is no GPU
            trainer.train()
        return model
