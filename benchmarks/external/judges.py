"""What is compared: our recipe as `insight train` runs it, and its peers, all learning from the same notes."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.external.source import Sides
from insight_classifier.definition import Definition
from insight_classifier.judgement import Judgement
from insight_classifier.notes import LabelledNote, Note, labelled_record
from insight_classifier.predictor import load_predictor
from training.baselines import Baseline, FineTune, Length, Majority, SetFit, Textcat, Tfidf
from training.config import read_config
from training.train import train

OURS = "ours"
PEERS: Mapping[str, Callable[[int], Baseline]] = {
    "majority": lambda seed: Majority(),
    "length": lambda seed: Length(seed=seed),
    "tfidf": lambda seed: Tfidf(seed=seed),
    "textcat": lambda seed: Textcat(seed=seed),
    "setfit": lambda seed: SetFit(seed=seed),
    "fine_tune": lambda seed: FineTune(config=read_config({"seed": seed})),
}
JUDGES = (*PEERS, OURS)
CHOOSES = {OURS, "tfidf"}  # learn something on the validation notes


@dataclass(frozen=True)
class Said:
    """The judgements of the test notes, in order; `parts` names what the judge judges, None is everything."""

    judgements: Sequence[Judgement]
    parts: frozenset[str] | None = None


def judged(name: str, sides: Sides, definition: Definition, seed: int, *, whole: bool) -> Said:
    """A judge's word on the test notes. `whole`: who has no use for a validation side learns from it too, as it would with few labels."""
    notes = [item.note for item in sides.test]
    if name == OURS:
        return Said(_ours(sides, definition, seed, notes))
    peer = PEERS[name](seed)
    learned = (*sides.train, *sides.validation) if whole and name not in CHOOSES else sides.train
    peer.fit(learned, sides.validation, definition)
    return Said(peer.judge(notes), peer.judges(definition))


def _ours(sides: Sides, definition: Definition, seed: int, notes: Sequence[Note]) -> list[Judgement]:
    """Trained, calibrated and exported as the command does it, then judged by what was written."""
    with TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        for side, labelled in (("train", sides.train), ("validation", sides.validation)):
            _write(data / f"{side}.jsonl", labelled, definition)
        (data / "split.yaml").write_text("validation: [validation]\n", encoding="utf-8")
        artifact = train(data=data, output=Path(folder) / "model", definition=definition, config=read_config({"seed": seed}))
        return load_predictor(artifact.folder).judge(notes)


def _write(file: Path, labelled: Sequence[LabelledNote], definition: Definition) -> None:
    file.write_text("".join(json.dumps(labelled_record(note, definition)) + "\n" for note in labelled), encoding="utf-8")
