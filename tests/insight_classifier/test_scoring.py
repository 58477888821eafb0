"""Every record gets a judgement or an error, in order; the safety lane is heard whatever fails."""

import pytest

from insight_classifier import scoring
from insight_classifier.judgement import Judgement
from insight_classifier.note_files import read_records
from insight_classifier.notes import MAX_CHARACTERS
from insight_classifier.predictor import Predictor
from insight_classifier.record import Record
from insight_classifier.scoring import Failure, score

HARMED = "One of her patients came out in hives after the second dose of sarobrutinib and ended up in hospital."


def records(*contents: dict) -> list[Record]:
    return [Record(number, content) for number, content in enumerate(contents, start=1)]


def test_order_and_ids_are_kept(predictor: Predictor, labelled):
    notes = [{"id": note.note.id, **note.note.fields} for note in labelled]
    assert [result.id for result in score(records(*notes), predictor)] == [note.note.id for note in labelled]


def test_a_note_without_id_is_called_by_its_line(predictor: Predictor):
    assert [r.id for r in score(records({"text": "One."}, {"text": "Two."}), predictor)] == ["1", "2"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"text": "  \n "}, "empty_text"),
        ({"text": "<p>&nbsp;</p>"}, "empty_text"),
        ({}, "missing_text"),
        ({"text": 5}, "wrong_type"),
        ({"text": ["x"]}, "wrong_type"),
        ({"text": "x", "id": {"a": 1}}, "wrong_type"),
        ({"text": "x", "next_steps": 3}, "wrong_type"),
        ({"text": "x" * (MAX_CHARACTERS + 1)}, "text_too_long"),
        ({"text": "half \ud83d a pair"}, "invalid_unicode"),
    ],
)
def test_a_bad_note_fails_alone(predictor: Predictor, content: dict, code: str):
    bad, good = score(records(content, {"text": "She will not start it."}), predictor)
    assert isinstance(bad, Failure)
    assert bad.code == code
    assert isinstance(good, Judgement)


def test_a_refused_note_is_still_scanned_for_safety(predictor: Predictor):
    (result,) = score(records({"id": "a", "text": HARMED + " x" * MAX_CHARACTERS}), predictor)
    assert isinstance(result, Failure)
    assert result.to_dict()["flags"]["adverse_event"]["met"] is True


def test_ten_megabytes_are_refused_and_scanned_to_the_end(predictor: Predictor):
    (result,) = score(records({"id": "a", "text": "word " * 400_000 + HARMED}), predictor)
    check = result.to_dict()["flags"]["adverse_event"]
    assert check["met"] is True
    assert check["evidence"][0]["start"] > 1_999_000


def test_half_a_surrogate_pair_hides_no_safety_finding(predictor: Predictor):
    (result,) = score(records({"id": "a", "text": "\ud83d " + HARMED}), predictor)
    assert (result.code, result.to_dict()["flags"]["adverse_event"]["met"]) == ("invalid_unicode", True)


def test_huge_records_are_not_held_together(predictor: Predictor, monkeypatch):
    monkeypatch.setattr(scoring, "CHUNK_CHARACTERS", 10)
    read = iter(records({"text": "She will not start it."}, {"text": "Great."}, {"text": "Great."}))
    next(score(read, predictor))
    assert len(list(read)) == 2


def test_the_words_of_a_line_that_cannot_be_read_are_scanned(predictor: Predictor, tmp_path):
    (tmp_path / "n.jsonl").write_text(f'{{"id": "a", "text": "Fine.\\n{HARMED}\n')
    (result,) = score(read_records(str(tmp_path / "n.jsonl"), predictor.definition), predictor)
    assert isinstance(result, Failure)
    assert (result.id, result.code, result.to_dict()["flags"]["adverse_event"]["met"]) == ("a", "invalid_json", True)


def test_the_words_that_an_open_quote_swallowed_are_scanned(predictor: Predictor, tmp_path):
    (tmp_path / "n.csv").write_text(f'id,text\n1,"Fine\n2,Great call.\n3,{HARMED}\n')
    (result,) = score(read_records(str(tmp_path / "n.csv"), predictor.definition), predictor)
    assert isinstance(result, Failure)
    assert result.to_dict()["flags"]["adverse_event"]["met"] is True


def test_a_failing_model_hides_no_safety_finding(predictor: Predictor, monkeypatch):
    def broken(batch):
        raise RuntimeError("no memory")

    monkeypatch.setattr(predictor, "runtime", broken)
    (result,) = score(records({"id": "a", "text": HARMED}), predictor)
    assert isinstance(result, Failure)
    assert (result.code, result.to_dict()["flags"]["adverse_event"]["met"]) == ("judging_failed", True)


def test_only_the_guilty_note_of_a_batch_fails(predictor: Predictor, monkeypatch):
    whole = predictor.runtime

    def fails_on_long(batch):
        if batch.ids.shape[2] > 32:
            raise RuntimeError("boom")
        return whole(batch)

    monkeypatch.setattr(predictor, "runtime", fails_on_long)
    short, long = score(records({"text": "Short one."}, {"text": "long note about a visit " * 20}), predictor)
    assert isinstance(short, Judgement)
    assert isinstance(long, Failure)
