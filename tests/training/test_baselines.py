"""Each baseline fits forty notes and judges ten others as a model would; what it judged is kept."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from insight_classifier.definition import Definition
from insight_classifier.errors import FileError
from insight_classifier.judgement import Judgement, Level, Option
from insight_classifier.notes import LabelledNote, Note
from training.baselines import BASELINES, FineTune, Keyword, Length, Majority, SetFit, Textcat, Tfidf
from training.baselines.baseline import Baseline
from training.baselines.cache import judged_baselines, read_judgement
from training.config import read_config
from training.evaluate import Notes
from training.metrics import measure

TINY = {"epochs": 1, "window": 64, "overlap": 16, "precision": "fp32", "device": "cpu"}


@pytest.fixture(scope="module")
def notes(labelled: list[LabelledNote]) -> Notes:
    """Forty notes to learn from, ten to judge, of both writers."""
    return Notes(tuple(labelled[20:25] + labelled[-5:]), tuple(labelled[:20] + labelled[160:180]), tuple(labelled[40:60]))


def fast(tiny_encoder: Path) -> dict[str, Callable[[], Baseline]]:
    """Every baseline, the slow ones cut short."""
    return {
        **BASELINES,
        "textcat": lambda: Textcat(epochs=1),
        "setfit": lambda: SetFit(base_model=str(tiny_encoder), steps=2, longest=32),
        "fine_tune": lambda: FineTune(config=read_config({**TINY, "base_model": str(tiny_encoder)})),
    }


def judged(baseline: Baseline, notes: Notes, definition: Definition) -> list[Judgement]:
    baseline.fit(notes.train, notes.validation, definition)
    return baseline.judge([item.note for item in notes.judged])


def is_valid(judgement: Judgement, definition: Definition) -> bool:
    """Every dimension has a verdict of its kind, and probabilities are probabilities."""
    sums = [sum(v.probabilities) for v in judgement.verdicts.values() if isinstance(v, Level)]
    sums += [sum(v.probabilities.values()) for v in judgement.verdicts.values() if isinstance(v, Option)]
    chances = [check["probability"] for d in definition.of_kind("checks") for check in judgement.to_dict()[d.name].values()]
    known = [chance for chance in chances if chance is not None]
    return np.allclose(sums, 1, atol=1e-5) and all(0 <= chance <= 1 for chance in [*known, judgement.probability])


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in ("textcat", "setfit", "fine_tune") else ()) for name in BASELINES]
)
def test_a_baseline_judges_as_a_model_does(name: str, notes: Notes, definition: Definition, tiny_encoder: Path) -> None:
    baseline = fast(tiny_encoder)[name]()
    found = judged(baseline, notes, definition)
    assert [item.id for item in found] == [item.note.id for item in notes.judged]
    assert all(is_valid(item, definition) for item in found)
    assert measure(definition, notes.judged, found, baseline.judges(definition))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["textcat", "setfit", "fine_tune"])
def test_a_baseline_that_draws_is_seeded(name: str, notes: Notes, definition: Definition, tiny_encoder: Path) -> None:
    first, second = (judged(fast(tiny_encoder)[name](), notes, definition) for _ in range(2))
    assert [item.to_dict() for item in first] == [item.to_dict() for item in second]


def test_the_majority_says_the_same_of_every_note(notes: Notes, definition: Definition) -> None:
    found = judged(Majority(), notes, definition)
    assert len({json.dumps({**item.to_dict(), "id": ""}) for item in found}) == 1


def test_length_alone_ranks_notes_by_length(notes: Notes, definition: Definition) -> None:
    chances = [item.probability for item in judged(Length(), notes, definition)]
    order = np.argsort([sum(map(len, item.note.fields.values())) for item in notes.judged])
    steps = np.diff(np.array(chances)[order])
    assert (steps >= 0).all() or (steps <= 0).all()


def test_keywords_are_whole_words() -> None:
    counted = Keyword().count([Note("1", {"text": "Asked why. ASKED twice."}), Note("2", {"text": "Masked whyever, basked."})])
    assert counted.tolist() == [3, 0]


def test_more_cues_give_a_deeper_level(labelled: list[LabelledNote], definition: Definition) -> None:
    keyword, scale = Keyword(), next(definition.of_kind("scale"))
    keyword.fit(labelled, labelled, definition)
    told, asked = keyword.judge(
        [Note("1", {"text": "Walked her through it."}), Note("2", {"text": "Asked why. Probed. Asked how many. Pushed."})]
    )
    first, second = told.verdicts[scale.name], asked.verdicts[scale.name]
    assert isinstance(first, Level)
    assert isinstance(second, Level)
    assert first.level < second.level


@pytest.mark.parametrize("make", [Majority, Keyword, Length, Tfidf])
def test_a_definition_without_a_scale_is_judged(make: Callable[[], Baseline], notes: Notes, definition: Definition) -> None:
    without = replace(definition, dimensions=tuple(d for d in definition.dimensions if d.kind != "scale"))
    assert all(is_valid(item, without) for item in judged(make(), notes, without))


def test_words_beat_nothing(labelled: list[LabelledNote], definition: Definition) -> None:
    half = Notes(tuple(labelled[::2]), tuple(labelled[1::2]), tuple(labelled[1::2]))
    found = measure(definition, half.judged, judged(Tfidf(), half, definition))
    assert found["label.auc"] > 0.6


def test_a_baseline_is_fitted_once_for_the_same_notes(tmp_path: Path, notes: Notes, definition: Definition) -> None:
    fitted: list[str] = []
    for _ in range(2):
        found = judged_baselines(notes, definition, tmp_path, baselines={"length": Length}, notify=fitted.append)
    assert len(fitted) == 1
    assert [item.id for item in found[0].judgements] == [item.note.id for item in notes.judged]


def test_other_notes_are_judged_anew(tmp_path: Path, notes: Notes, definition: Definition) -> None:
    other = Notes(notes.judged[:5], notes.train, notes.validation)
    for each in (notes, other):
        found = judged_baselines(each, definition, tmp_path, baselines={"majority": Majority})
    assert len(found[0].judgements) == 5


def test_a_baseline_with_nothing_to_learn_from_says_so(tmp_path: Path, notes: Notes, definition: Definition) -> None:
    with pytest.raises(FileError, match="--baselines none"):
        judged_baselines(Notes(notes.judged), definition, tmp_path, baselines={"majority": Majority})


def test_a_broken_file_of_judgements_is_named(tmp_path: Path, notes: Notes, definition: Definition) -> None:
    judged_baselines(notes, definition, tmp_path, baselines={"majority": Majority})
    next(tmp_path.iterdir()).write_text("{}\n")
    with pytest.raises(FileError, match="line 1"):
        judged_baselines(notes, definition, tmp_path, baselines={"majority": Majority})


def test_a_judgement_is_read_as_it_was_written(notes: Notes, definition: Definition) -> None:
    for item in judged(Length(), notes, definition):
        assert read_judgement(item.to_dict(), definition).to_dict() == item.to_dict()
