"""Files are cut in constant memory, and what is wrong in them is named."""

import json
import tracemalloc
from pathlib import Path

import pytest

from insight_classifier.definition import Definition
from insight_classifier.record import MAX_LINE
from service.database import Database
from service.errors import RequestError
from service.jobs.cutting import Cutter
from service.jobs.files import read_piece, sizes
from service.jobs.packing import records_from_bytes
from tests.service.jobs.made import ndjson

JOB = "job_1"


@pytest.fixture
def cutter(database: Database, definition: Definition) -> Cutter:
    return Cutter(database, definition, chunk_notes=100)


def cut(cutter: Cutter, folder: Path, content: bytes, format: str = "ndjson") -> tuple[int, int]:
    file = folder / f"notes.{format}"
    file.write_bytes(content)
    return cutter.cut(JOB, file, format)


def records(database: Database, number: int = 1):
    with database.read() as connection:
        return records_from_bytes(read_piece(connection, JOB, "input", number))


def test_lines_keep_their_numbers(cutter: Cutter, database: Database, tmp_path: Path):
    assert cut(cutter, tmp_path, b"\n" + ndjson(250)) == (250, 3)
    assert [record.number for record in records(database, 3)] == list(range(202, 252))


def test_long_notes_make_smaller_chunks(cutter: Cutter, database: Database, tmp_path: Path):
    assert cut(cutter, tmp_path, ndjson(80, "word " * 6000)) == (80, 3)
    with database.read() as connection:
        assert max(size for _, size in sizes(connection, JOB, "input")) < 1_100_000


def test_nan_is_refused_with_its_line_and_its_words_are_kept(cutter: Cutter, database: Database, tmp_path: Path):
    cut(cutter, tmp_path, b'{"id": "a", "text": "She was in hospital.", "metadata": {"x": NaN}}\n')
    (record,) = records(database)
    assert (record.error.code, record.content["text"]) == ("invalid_json", "She was in hospital.")


def test_half_a_surrogate_pair_survives(cutter: Cutter, database: Database, tmp_path: Path):
    cut(cutter, tmp_path, b'{"text": "\\ud83d alone"}\n')
    assert records(database)[0].content["text"] == "\ud83d alone"


@pytest.mark.slow
def test_a_huge_line_is_an_error_of_that_line(cutter: Cutter, database: Database, tmp_path: Path):
    huge = b'{"id": "a", "text": "' + b"x" * MAX_LINE + b'"}\n'
    assert cut(cutter, tmp_path, ndjson(1) + huge + ndjson(1))[0] == 3
    with database.read() as connection:
        numbers = [number for number, _ in sizes(connection, JOB, "input")]
    found = [record for number in numbers for record in records(database, number)]
    assert [(record.number, record.error and record.error.code) for record in found] == [(1, None), (2, "line_too_long"), (3, None)]


def test_memory_does_not_grow_with_the_file(cutter: Cutter, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("service.jobs.cutting.TOGETHER_BYTES", 50_000)

    def peak(count: int) -> int:
        file = tmp_path / f"{count}.ndjson"
        file.write_bytes(ndjson(count))
        tracemalloc.start()
        try:
            cutter.cut(f"job_{count}", file, "ndjson")
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(100)
    assert peak(20_000) < peak(2_000) * 1.3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('{"notes": []}', "invalid_request"),
        ('{"notes": [{"text": "a"}], "more": 1}', "invalid_json"),
        ('{"notes": [{"text": "a", "text": "b"}]}', "invalid_json"),
        ('{"notes": [{"text": "a"} {"text": "b"}]}', "invalid_json"),
        ('{"notes": [{"text": "a"}]} x', "unknown_key"),
        ("[1]", "invalid_json"),
        ("", "invalid_json"),
        ('{"notes": [' + "[" * 100_000, "invalid_json"),
        ('{"notes": ["' + "x" * 5_000_000, "invalid_json"),
    ],
)
def test_broken_json_is_refused(cutter: Cutter, tmp_path: Path, content: str, code: str):
    with pytest.raises(RequestError) as refused:
        cut(cutter, tmp_path, content.encode(), "json")
    assert refused.value.code == code


def test_json_is_read_across_the_pieces_in_which_it_comes(cutter: Cutter, database: Database, tmp_path: Path):
    notes = [{"id": i, "text": "é€😀 " * (i % 700)} for i in range(300)] + [1]
    cut(cutter, tmp_path, b"\xef\xbb\xbf" + json.dumps({"notes": notes}, ensure_ascii=False).encode(), "json")
    with database.read() as connection:
        numbers = [number for number, _ in sizes(connection, JOB, "input")]
    found = [record for number in numbers for record in records(database, number)]
    assert [record.content for record in found[:-1]] == notes[:-1]
    assert found[-1].error.code == "wrong_type"


def test_a_file_that_is_no_text_is_refused_without_its_place_on_our_disk(cutter: Cutter, tmp_path: Path):
    with pytest.raises(RequestError) as refused:
        cut(cutter, tmp_path, b"PK\x03\x04", "csv")
    assert str(tmp_path) not in str(refused.value)
    assert refused.value.code == "bad_request"
