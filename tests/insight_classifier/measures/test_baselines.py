import json
from pathlib import Path

import pytest

from insight_classifier.definition import Definition
from insight_classifier.errors import FileError
from insight_classifier.judgement import Origin
from insight_classifier.measures.baselines import Asked, Baseline, contents_of, edited, freeze, open_baseline
from insight_classifier.measures.remeasuring import Measurement
from tests.insight_classifier.measures.conftest import lines

ASKED = Asked(("team",), {"country": "DE"}, ("checked",), ("2026-01-05", "2026-03-31"))


def frozen(folder: Path, definition: Definition, contents: dict[str, str]) -> Baseline:
    origin = Origin(definition.name, definition.version, definition.fingerprint)
    measurement = Measurement("it", origin, "model", (), frozenset({"a", "b"}))
    return freeze(folder / "first", measurement, ASKED, contents, b"salt", definition, None)


@pytest.fixture
def baseline(tmp_path: Path, definition: Definition) -> Baseline:
    return frozen(tmp_path, definition, {"a": "1", "b": "2"})


def test_what_was_asked_and_who_judged_comes_back(baseline: Baseline, definition: Definition):
    again = open_baseline(baseline.folder)
    assert (again.asked, again.salt, again.measures) == (ASKED, b"salt", None)
    assert again.definition.fingerprint == again.measurement.definition.fingerprint == definition.fingerprint
    assert again.fingerprint == baseline.fingerprint


def test_a_note_whose_words_are_not_known_is_not_frozen(tmp_path: Path, definition: Definition):
    with pytest.raises(FileError, match="the note 'b' was judged, and its words are not known"):
        frozen(tmp_path, definition, {"a": "1"})
    assert not list(tmp_path.iterdir())


def test_edited_notes_are_told_from_those_that_stand_as_they_were(baseline: Baseline):
    assert edited(baseline, {"a": "1", "b": "other", "c": "3"}) == (1, 1)


def test_the_words_of_all_fields_count_and_nothing_else(tmp_path: Path, definition: Definition):
    other = next(field.name for field in definition.fields if not field.required)
    notes = [{"id": "a", definition.main_field: "It."}, {"id": "b", definition.main_field: "It.", other: "Why?"}, {"id": "c", "team": "A"}]
    notes.append({"id": "d", definition.main_field: "It.", "team": "A"})
    found = contents_of(lines(tmp_path / "notes.jsonl", notes), definition, frozenset("abcd"))
    assert set(found) == {"a", "b", "d"}
    assert found["a"] == found["d"] != found["b"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"format": 9}, "not a baseline of format 1"),
        ({"figures": [{}]}, "altered file, KeyError"),
        ({"salt": "no"}, "altered file, ValueError"),
    ],
)
def test_a_manifest_that_is_something_else_is_refused(baseline: Baseline, changed: dict[str, object], said: str):
    path = baseline.folder / "baseline.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))
    with pytest.raises(FileError, match=said):
        open_baseline(baseline.folder)


def test_a_folder_without_a_manifest_is_no_baseline(tmp_path: Path):
    with pytest.raises(FileError, match="no baseline, it has no baseline.json"):
        open_baseline(tmp_path)
