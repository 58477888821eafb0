from pathlib import Path

import pytest

from insight_classifier.errors import FileError
from insight_classifier.measures.peers_file import read_peers, shipped_peers

ROW = {"area": "Oncology", "measure": "checked", "value": "0.2", "n": "400", "source": "A report", "method": "notes", "year": "2025"}


def written(folder: Path, row: dict[str, str], kind: str) -> Path:
    path = folder / f"peers.{kind}"
    if kind == "csv":
        path.write_text(f"name,{','.join(row)}\nours,{','.join(row.values())}\n", encoding="utf-8")
    else:
        path.write_text("peers:\n  ours:\n" + "".join(f"    {key}: {value}\n" for key, value in row.items()), encoding="utf-8")
    return path


def test_the_published_case_ships_with_its_source_and_method():
    found = shipped_peers()
    assert [peer.value for peer in found] == [0.68, 0.21, 0.16, 0.33]
    assert {peer.method for peer in found} == {"observed_calls"}
    assert all(peer.source.startswith("https://") and peer.caveat for peer in found)


@pytest.mark.parametrize("kind", ["yaml", "csv"])
def test_both_kinds_of_file_say_the_same(kind: str, tmp_path: Path):
    (peer,) = read_peers(written(tmp_path, ROW, kind))
    assert (peer.name, peer.value, peer.n, peer.year, peer.caveat) == ("ours", 0.2, 400, 2025, None)


@pytest.mark.parametrize("kind", ["yaml", "csv"])
def test_what_is_not_published_is_said_to_be_not(kind: str, tmp_path: Path):
    (peer,) = read_peers(written(tmp_path, {**ROW, "n": "not published", "year": "not published"}, kind))
    assert (peer.n, peer.year) == (None, None)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("value", "16", "value of the row 'ours' is '16'. Write a share from 0 to 1, such as 0.16."),
        ("value", "nan", "is 'nan'"),
        ("n", "-3", "n of the row 'ours' is '-3'"),
        ("year", "soon", "Write a year, or not published."),
        ("method", "guess", "Use observed_calls, survey, notes."),
    ],
)
@pytest.mark.parametrize(("kind", "first"), [("yaml", 3), ("csv", 2)])
def test_a_wrong_cell_is_named_with_its_line(kind: str, first: int, key: str, value: str, said: str, tmp_path: Path):
    with pytest.raises(FileError, match="line ") as problem:
        read_peers(written(tmp_path, {**ROW, key: value}, kind))
    line = first + (list(ROW).index(key) if kind == "yaml" else 0)
    assert f"peers.{kind}, line {line}: " in str(problem.value)
    assert said in str(problem.value)


@pytest.mark.parametrize("kind", ["yaml", "csv"])
def test_a_row_without_a_source_is_refused(kind: str, tmp_path: Path):
    row = {**ROW, "source": ""} if kind == "csv" else {key: value for key, value in ROW.items() if key != "source"}
    with pytest.raises(FileError, match="line 2: the row 'ours' has no source. Say where the figure can be read"):
        read_peers(written(tmp_path, row, kind))


def test_a_file_without_rows_is_refused(tmp_path: Path):
    path = tmp_path / "peers.csv"
    path.write_text("name,source\n", encoding="utf-8")
    with pytest.raises(FileError, match="line 1: the file has no rows"):
        read_peers(path)


def test_a_cell_of_two_lines_moves_the_lines_below(tmp_path: Path):
    path = tmp_path / "peers.csv"
    path.write_text(
        f'name,caveat,{",".join(ROW)}\nfirst,"two\nlines",{",".join(ROW.values())}\nsecond,,{",".join(ROW)}\n', encoding="utf-8"
    )
    with pytest.raises(FileError, match="line 4: value of the row 'second'"):
        read_peers(path)
