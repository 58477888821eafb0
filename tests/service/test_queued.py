"""Bulk notes wait their turn, and are judged as the predictor judges them."""

from collections.abc import Iterator

import pytest

from insight_classifier.notes import read_note
from insight_classifier.predictor import load_predictor
from insight_classifier.record import Record
from insight_classifier.scoring import Failure, score_chunk
from service.errors import Closing
from service.models.live import Models
from service.queued import Queued, has_room
from service.scoring import Scorer
from service.watch import unseen
from tests.service.conftest import deciding

TEXTS = [f"She keeps the JAK for third line, since {number} of hers had clots." for number in range(20)]  # more than half of the queue


def scorer_of(predictor, settings) -> Scorer:
    scorer = Scorer(Models(predictor, batch_notes=settings.batch_notes, folder=None, load=load_predictor), settings, unseen())
    scorer.start()
    return scorer


@pytest.fixture
def scorer(predictor, settings) -> Iterator[Scorer]:
    scorer = scorer_of(predictor, settings)
    yield scorer
    scorer.close()


def test_it_judges_as_the_predictor_does_in_pieces_that_leave_room(scorer: Scorer, predictor):
    notes = [read_note({"text": text}, predictor.definition, number) for number, text in enumerate(TEXTS)]
    queued = Queued(scorer)
    findings = [queued.screen(note) for note in notes]
    apart = predictor.decide(notes, findings)
    assert [one.label for one in queued.decide(notes, findings)] == [one.label for one in apart]


def test_only_the_guilty_note_of_a_chunk_fails(predictor, settings):
    def decide(notes, findings):
        if any("7 of" in note.fields["text"] for note in notes):
            raise ValueError("this one")
        return predictor.judge(notes)

    scorer = scorer_of(deciding(predictor, decide), settings)
    results = score_chunk([Record(number, {"text": text}) for number, text in enumerate(TEXTS, start=1)], Queued(scorer))
    scorer.close()
    assert [result.id for result in results if isinstance(result, Failure)] == ["8", "18"]


def test_a_service_that_closes_fails_no_note(scorer: Scorer):
    queued = Queued(scorer)
    scorer.close()
    with pytest.raises(Closing):
        score_chunk([Record(1, {"text": TEXTS[0]})], queued)


def test_callers_who_wait_are_left_half_of_the_queue(scorer: Scorer):
    assert has_room(scorer)
    scorer.batcher.queued = lambda coming: scorer.batcher.queue_notes // 2  # type: ignore[method-assign]
    assert not has_room(scorer)
