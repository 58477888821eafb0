"""Resamples draw whole MSLs within writers; intervals cover; two judges are compared on the same draws."""

import numpy as np
import pytest

from insight_classifier.definition import Definition
from insight_classifier.notes import LabelledNote, Note
from tests.training.noisy_judge import NoisyJudge
from training.aligned import Aligned, Characters, Graded, align
from training.bootstrap import differences, intervals, msls, resamples, writer_of


def bare(writer: str, msl: str | None, number: int) -> LabelledNote:
    metadata = {"writer": writer} | ({} if msl is None else {"msl": msl})
    return LabelledNote(Note(f"{writer}-{msl}-{number}", {"text": "x"}, metadata), {}, {}, {}, ())


@pytest.fixture
def notes() -> list[LabelledNote]:
    """Two writers with four MSLs each, of one to four notes."""
    return [bare(writer, f"m{msl}", number) for writer in "ab" for msl in range(1, 5) for number in range(msl)]


def aligned(definition: Definition, labelled: list[LabelledNote], noise: float = 0.7) -> Aligned:
    judge = NoisyJudge(definition, labelled, noise=noise)
    return align(definition, labelled, judge.judge([item.note for item in labelled]))


def test_the_notes_of_an_msl_are_drawn_together(notes: list[LabelledNote]) -> None:
    counts = resamples(notes, rounds=50)
    units = [(writer_of(n), n.note.metadata["msl"]) for n in notes]
    for unit in set(units):
        own = counts[:, [row for row, other in enumerate(units) if other == unit]]
        assert (own == own[:, :1]).all()


def test_each_writer_keeps_its_number_of_msls(notes: list[LabelledNote]) -> None:
    counts = resamples(notes, rounds=50)
    for writer in "ab":
        firsts = [row for row, n in enumerate(notes) if writer_of(n) == writer and n.note.id.endswith("-0")]
        assert (counts[:, firsts].sum(axis=1) == 4).all()


def test_the_same_msl_name_at_two_writers_is_two_people(notes: list[LabelledNote]) -> None:
    counts = resamples(notes, rounds=50)
    assert msls(notes) == 8
    assert (counts[:, 0] != counts[:, 10]).any()


def test_a_note_without_an_msl_stands_for_itself() -> None:
    assert msls([bare("a", None, number) for number in range(5)]) == 5


def test_the_notes_of_a_writer_with_one_msl_are_drawn_apart() -> None:
    assert msls([bare("a", "m1", number) for number in range(5)]) == 5


def test_the_writer_is_read_from_the_id_where_the_metadata_lack_it() -> None:
    assert writer_of(LabelledNote(Note("G-012", {"text": "x"}), {}, {}, {}, ())) == "G"


def test_the_same_seed_draws_the_same(notes: list[LabelledNote]) -> None:
    assert (resamples(notes, seed=3) == resamples(notes, seed=3)).all()
    assert (resamples(notes, seed=3) != resamples(notes, seed=4)).any()


def test_an_interval_encloses_its_value(definition: Definition, labelled: list[LabelledNote]) -> None:
    found = intervals(aligned(definition, labelled), resamples(labelled, rounds=200))["label.f1"]
    assert found.low < found.value < found.high


def test_intervals_cover_the_truth_where_msls_differ() -> None:
    random = np.random.default_rng(5)
    notes = [bare(writer, f"m{msl}", number) for writer in "ab" for msl in range(15) for number in range(10)]
    counts, hits = resamples(notes, rounds=300), 0
    for _ in range(60):
        right = random.random(300) < np.repeat(random.beta(14, 6, 30), 10)  # each MSL has its own accuracy, .7 on average
        graded = Graded(np.zeros(300, dtype=np.int64), 1 - right.astype(np.int64), 2, False)
        judge = Aligned(tuple(notes), {}, {"x": graded}, frozenset(), (), Characters(*np.zeros((3, 300, 0))))
        found = intervals(judge, counts)["x.accuracy"]
        hits += found.low <= 0.7 <= found.high
    assert 0.83 <= hits / 60 <= 1.0


def test_a_better_judge_wins_most_resamples(definition: Definition, labelled: list[LabelledNote]) -> None:
    good, bad = aligned(definition, labelled, noise=0.3), aligned(definition, labelled, noise=0.9)
    found = differences(good, bad, resamples(labelled, rounds=200))
    assert found["label.f1"].difference.low > 0
    assert found["label.f1"].a_better > 0.95
    assert found["label.brier"].difference.high < 0  # lower is better
    assert found["label.brier"].a_better > 0.95


def test_a_judge_ties_with_itself(definition: Definition, labelled: list[LabelledNote]) -> None:
    judge = aligned(definition, labelled)
    found = differences(judge, judge, resamples(labelled, rounds=20))["label.auc"]
    assert (found.difference.value, found.a_better) == (0.0, 0.5)
