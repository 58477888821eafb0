"""CSV files: delimiters are read off the header; a broken quote is named with its line and what it swallowed."""

import tracemalloc
from pathlib import Path

import pytest

from insight_classifier import csv_file
from insight_classifier.csv_file import csv_records
from insight_classifier.errors import FileError
from insight_classifier.record import Record


def read(tmp_path: Path, content: str | bytes, column: str = "text") -> list[Record]:
    file = tmp_path / "n.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(csv_records(file, column, "text"))


def test_an_unclosed_quote_is_named_with_its_line_and_what_it_swallowed(tmp_path):
    whole, broken = read(tmp_path, 'id,text\n1,fine\n2,"She stopped\n3,He died on it\n4,x\n')
    assert whole.error is None
    assert "line 3: a quote opens there and is not closed, and swallowed 2 lines" in str(broken.error)
    assert (broken.content["id"], "He died on it" in broken.content["text"]) == ("2", True)


def test_the_quote_is_found_behind_whole_cells_of_several_lines(tmp_path):
    (broken,) = read(tmp_path, 'id,text,next_steps\n1,"one, ""so""\r\ntwo","She stopped\r\n3,x,\r\n')
    assert "line 3: a quote opens there and is not closed, and swallowed 1 line " in str(broken.error)


def test_a_quote_closed_by_the_next_rows_quote_is_named_too(tmp_path):
    broken, whole = read(tmp_path, 'id,text\n2,"She died\n3,"He stopped"\n4,x\n')
    assert "line 2: a quote opens there and is not closed, and swallowed 1 line " in str(broken.error)
    assert "He stopped" in broken.content["text"]
    assert whole.content == {"id": "4", "text": "x"}


def test_text_behind_a_closing_quote_is_called_that(tmp_path):
    (broken,) = read(tmp_path, 'id,text\n1,"a" b\n')
    assert "line 2: text follows the closing quote" in str(broken.error)


def test_a_quote_swallows_no_more_than_the_memory_for_one_record(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(csv_file, "MAX_RECORD", 100)
    broken, *rest = read(tmp_path, 'id,text\n1,"open\n' + "".join(f"{n},note\n" for n in range(2, 1000)))
    assert "line 2: a quote opens there" in str(broken.error)
    assert [record.content["id"] for record in rest] == [str(n) for n in range(1000 - len(rest), 1000)]
    assert len(rest) > 980


def test_memory_stays_bounded_behind_an_open_quote(tmp_path):
    file = tmp_path / "n.csv"
    file.write_text('id,text\n1,"open\n' + "2,a note of some words\n" * 300_000)
    tracemalloc.start()
    try:
        assert sum(1 for _ in csv_records(file, "text", "text")) > 200_000
        assert tracemalloc.get_traced_memory()[1] < 20 * csv_file.MAX_RECORD
    finally:
        tracemalloc.stop()


def test_a_line_beyond_the_limit_is_refused_and_the_next_is_read(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(csv_file, "MAX_LINE", 50)
    long, whole = read(tmp_path, f"id,text\n1,She died {'x' * 200}\n2,y\n")
    assert long.error is not None
    assert (long.error.code, "She died" in long.content["text"], whole.content["id"]) == ("line_too_long", True, "2")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_the_delimiter_is_read_off_the_header(tmp_path, delimiter: str, quote: str):
    header = delimiter.join(f"{quote}{name}{quote}" for name in ("id", "note, as typed; all", "text") if quote or "," not in name)
    row = delimiter.join(("1", *(["x"] if quote else []), '"one, two; three\tfour"'))
    (record,) = read(tmp_path, f"{header}\n{row}\n")
    assert record.content["text"] == "one, two; three\tfour"


def test_without_the_column_the_delimiter_seen_is_told(tmp_path):
    with pytest.raises(FileError, match=r"--text-column: id, note \(separated by a semicolon\)"):
        read(tmp_path, "id;note\n1;x\n")


def test_columns_that_are_no_words_are_told_in_ascii(tmp_path):
    with pytest.raises(FileError, match=r"there is no column 'text'") as caught:
        read(tmp_path, b"\x1b[31mid,\x07note\n1,x\n")
    assert str(caught.value).isprintable()


def test_bytes_that_are_not_utf8_are_called_that(tmp_path):
    (record,) = read(tmp_path, b"id,text\n1,caf\xe9\n")
    assert record.error is not None
    assert record.error.code == "invalid_utf8"


def test_a_name_in_quotes_may_hold_a_line_break(tmp_path):
    (record,) = read(tmp_path, 'id,"text\n(what)"\n1,x\n', "text\n(what)")
    assert record.content["text\n(what)"] == "x"
