"""Files of notes: every kind is read in order, a broken line is reported and survived."""

import io
import json
import sys
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from insight_classifier.definition import Definition
from insight_classifier.errors import FileError
from insight_classifier.note_files import read_records


def write(path: Path, data: bytes | str) -> str:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return str(path)


def test_json_lines_keep_their_order_and_numbers(tmp_path, definition: Definition):
    file = write(tmp_path / "n.jsonl", '{"id": "a", "text": "x"}\n\n{"id": "b", "text": "y"}\n')
    assert [(r.number, r.content["id"]) for r in read_records(file, definition)] == [(1, "a"), (3, "b")]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"text": "x"', "invalid_json"),
        (b"[1]", "invalid_json"),
        (b'{"text": "\xff"}', "invalid_utf8"),
        (b"[" * 100_000, "invalid_json"),
        (b'{"n": ' + b"9" * 5000 + b"}", "invalid_json"),
    ],
)
def test_a_broken_line_is_reported_and_the_next_is_read(tmp_path, definition: Definition, line: bytes, code: str):
    broken, whole = read_records(write(tmp_path / "n.jsonl", line + b'\n{"text": "y"}\n'), definition)
    assert broken.error is not None
    assert (broken.error.code, whole.content) == (code, {"text": "y"})


def test_a_line_that_is_not_utf8_keeps_its_id_and_its_text_for_the_safety_rules(tmp_path, definition: Definition):
    (record,) = read_records(write(tmp_path / "n.jsonl", b'{"id": "a", "text": "caf\xe9, she died on it"}\n'), definition)
    assert record.error is not None
    assert (record.content["id"], "she died on it" in record.content["text"]) == ("a", True)


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path, definition: Definition):
    (record,) = read_records(write(tmp_path / "n.jsonl", b'\xef\xbb\xbf{"text": "x"}\n'), definition)
    assert record.content == {"text": "x"}


def test_csv_cells_may_hold_line_breaks_and_commas(tmp_path, definition: Definition):
    (record,) = read_records(write(tmp_path / "n.csv", 'id,text\r\na,"one,\r\ntwo"\r\n'), definition)
    assert record.content == {"id": "a", "text": "one,\r\ntwo"}


def test_a_csv_row_with_too_many_cells_is_reported(tmp_path, definition: Definition):
    broken, whole = read_records(write(tmp_path / "n.csv", "id,text\na,one,two\nb,fine\n"), definition)
    assert broken.error is not None
    assert (broken.error.code, broken.content["id"], whole.content["text"]) == ("invalid_csv", "a", "fine")
    assert "two" in broken.content["text"]


def test_another_text_column_may_be_named(tmp_path, definition: Definition):
    (record,) = read_records(write(tmp_path / "n.csv", "Id,Statement (What)\na,hello\n"), definition, "Statement (What)")
    assert record.content["text"] == "hello"


def test_a_named_key_that_is_not_there_is_told(tmp_path, definition: Definition):
    file = write(tmp_path / "n.jsonl", '{"id": "a", "text": "x"}\n{"id": "b", "note": "y"}\n{"id": "c", "note": "cut')
    other, named, broken = read_records(file, definition, "note")
    assert other.error is not None
    assert broken.error is not None
    assert (other.error.code, named.error, named.content, broken.error.code) == (
        "missing_text", None, {"id": "b", "text": "y"}, "invalid_json",
    )  # fmt: skip


def test_parquet_is_read_in_batches(tmp_path, definition: Definition):
    table = pyarrow.table({"id": [str(i) for i in range(3000)], "text": ["x"] * 3000, "next_steps": [None] * 3000})
    pyarrow.parquet.write_table(table, tmp_path / "n.parquet")
    records = list(read_records(str(tmp_path / "n.parquet"), definition))
    assert [records[0].content, records[-1].number] == [{"id": "0", "text": "x"}, 3000]


def test_standard_input_is_json_lines(monkeypatch, definition: Definition):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps({"text": "x"}).encode())))
    assert [r.content for r in read_records("-", definition)] == [{"text": "x"}]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("n.csv", "id,note\n1,x\n", "--text-column: id, note"),
        ("n.txt", "x", ".jsonl"),
        ("n.parquet", "x", "Parquet"),
        ("n.csv", "", "no column"),
        ("n.csv", "text,text\na,b\n", "Rename one"),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused_with_the_mend(tmp_path, definition: Definition, name: str, data: str, words: str):
    with pytest.raises(FileError, match=words.replace(".", r"\.")):
        list(read_records(write(tmp_path / name, data), definition))


def test_a_folder_and_a_missing_file_are_refused(tmp_path, definition: Definition):
    with pytest.raises(FileError, match="a folder"):
        read_records(str(tmp_path), definition)
    with pytest.raises(FileError, match="no such file"):
        read_records(str(tmp_path / "missing.jsonl"), definition)


def test_a_name_that_is_no_path_is_refused(definition: Definition):
    with pytest.raises(FileError, match="too long"):
        read_records("x" * 5000, definition)


def test_damage_in_the_middle_of_a_parquet_file_is_told(tmp_path, definition: Definition):
    pyarrow.parquet.write_table(
        pyarrow.table({"text": [f"note {i}" * 50 for i in range(2000)]}), tmp_path / "n.parquet", row_group_size=500
    )
    content = bytearray((tmp_path / "n.parquet").read_bytes())
    content[4:4000] = b"\0" * 3996
    with pytest.raises(FileError, match="damaged after row"):
        list(read_records(write(tmp_path / "n.parquet", bytes(content)), definition))


@pytest.mark.parametrize("name", ["n.csv", "n.jsonl"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("id,text".encode("utf-16"), "UTF-16.*CSV UTF-8"),
        ("id,text".encode("utf-16-le"), "UTF-16.*CSV UTF-8"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\x1f\x8brest", "gzip"),
    ],
)
def test_a_file_that_is_no_utf8_text_is_refused_by_what_it_is(tmp_path, definition: Definition, name: str, content: bytes, words: str):
    with pytest.raises(FileError, match=words):
        list(read_records(write(tmp_path / name, content), definition))
