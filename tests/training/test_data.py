"""The corpus: the fixed split by writer, and a check that names the note that contradicts the codebook."""

import json
from pathlib import Path

import pytest

from insight_classifier.definition import Definition
from insight_classifier.errors import FileError, LabelError
from tests.conftest import DATA
from training.data import labelled_notes, load_corpus, load_notes


def note(number: int = 1, **changes: object) -> dict:
    checks = {"criteria": ["external_perspective"], "view_change": [], "flags": []}
    quotes = [{"tag": "external_perspective", "quote": "won't start"}]
    return {
        "id": f"A-{number}",
        "text": "She won't start it.",
        "probing_depth": 0,
        "objective": "none",
        "evidence": quotes,
        **checks,
        **changes,
    }


def write(folder: Path, **files: list) -> Path:
    for name, rows in files.items():
        (folder / f"{name}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return folder


@pytest.fixture(scope="module")
def corpus():
    from insight_classifier.definition_reader import default_definition

    return load_corpus(DATA, default_definition())


def test_no_writer_stands_on_two_sides_but_the_three_that_are_shared(corpus):
    writers = {side: set(rows["writer"]) for side, rows in corpus.items()}
    shared = {"writer_m", "writer_n", "writer_o"}
    assert writers["test"] == {"writer_h", "writer_j"}
    assert writers["validation"] == {"writer_g"} | shared
    assert not writers["test"] & (writers["train"] | writers["validation"])
    assert writers["train"] & writers["validation"] == shared


def test_every_fourth_note_of_the_shared_writers_validates(corpus):
    ids = [i for i in corpus["validation"]["id"] if i.startswith("M-")]
    assert ids[:3] == ["M-004", "M-008", "M-012"]


def test_no_note_stands_on_two_sides(corpus):
    ids = [i for side in corpus for i in corpus[side]["id"]]
    assert len(ids) == len(set(ids)) >= 2050


def test_rows_come_back_as_the_notes_of_the_files(corpus, definition: Definition):
    expected = {n.note.id: n for n in load_notes(DATA / "notes" / "writer_g.jsonl", definition)}
    for found in labelled_notes(corpus["validation"], definition):
        if found.note.id in expected:
            assert (found.checks, found.quotes) == (expected[found.note.id].checks, expected[found.note.id].quotes)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"criteria": ["rationale"], "evidence": [{"tag": "rationale", "quote": "won't"}]}, "external_perspective"),
        ({"evidence": []}, "no quote"),
        ({"evidence": [{"tag": "external_perspective", "quote": "will start"}]}, "verbatim"),
        ({"evidence": [{"tag": "insight", "quote": "She"}]}, "'insight'"),
        ({"probing_depth": 1}, "probing_depth surface needs 1"),
        ({"probing_depth": 4}, "0 to 3"),
        ({"objective": "sales"}, "'sales'"),
        ({"flags": ["adverse"]}, "'adverse'"),
        ({"text": " "}, "empty"),
    ],
)
def test_a_note_that_contradicts_the_codebook_is_named(tmp_path: Path, definition: Definition, change: dict, words: str):
    with pytest.raises(LabelError, match="A-2") as caught:
        load_notes(write(tmp_path, a=[note(1), note(2, **change)]), definition)
    assert words in str(caught.value)
    assert "line 2" in str(caught.value)


def test_an_id_that_occurs_twice_is_named(tmp_path: Path, definition: Definition):
    with pytest.raises(LabelError, match="used already"):
        load_notes(write(tmp_path, a=[note(1)], b=[note(1)]), definition)


@pytest.mark.parametrize(
    ("split", "words"), [("tset: [a]", "unknown key"), ("test: [z]", "no file z.jsonl"), ("[", "not valid YAML"), ("- a", "not a mapping")]
)
def test_a_wrong_split_is_named(tmp_path: Path, definition: Definition, split: str, words: str):
    write(tmp_path, a=[note(1)])
    (tmp_path / "split.yaml").write_text(split)
    with pytest.raises(FileError, match=words):
        load_corpus(tmp_path, definition)


def test_without_a_split_file_every_fifth_writer_validates(tmp_path: Path, definition: Definition):
    write(tmp_path, **{name: [note(number)] for number, name in enumerate("abcde")})
    assert load_corpus(tmp_path, definition)["validation"]["writer"] == ["e"]


def test_an_empty_folder_is_refused(tmp_path: Path, definition: Definition):
    with pytest.raises(FileError, match="no .jsonl file"):
        load_corpus(tmp_path, definition)


def test_a_check_that_only_some_notes_label_survives_the_table(tmp_path: Path, definition: Definition):
    flagged = note(9, flags=["patient_identifier"], evidence=[*note()["evidence"], {"tag": "patient_identifier", "quote": "She"}])
    write(tmp_path, **{name: [note(number)] for number, name in enumerate("bcde")}, a=[flagged])
    rows = labelled_notes(load_corpus(tmp_path, definition)["train"], definition)
    assert [row.checks.get("patient_identifier") for row in rows] == [True, None, None, None]
