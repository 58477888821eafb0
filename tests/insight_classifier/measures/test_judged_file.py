import json
from collections.abc import Callable
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from insight_classifier.errors import FileError
from insight_classifier.measures.facts import Facts
from insight_classifier.measures.judged_file import JudgedNotes, read_judgements
from tests.insight_classifier.measures.conftest import Year


def read(path: Path, year: Year, *wanted: str) -> JudgedNotes:
    return read_judgements(str(path), year.definition, Facts(frozenset(wanted)))


@pytest.fixture
def few(make_year: Callable[..., Year]) -> Year:
    return make_year(notes=4, authors=2)


def test_the_models_chances_are_kept_in_the_order_of_the_file(few: Year):
    found = read(few.judged, few)
    lines = [json.loads(line) for line in few.judged.read_text().splitlines()]
    assert found.ids == ["n0", "n1", "n2", "n3"]
    assert found.judged.label.tolist() == pytest.approx([line["probability"] for line in lines])
    for dimension in few.definition.dimensions:
        for place, name in enumerate(dimension.names):
            told = [line[dimension.name] for line in lines]
            if dimension.kind == "checks":
                assert found.judged.checks[name].tolist() == pytest.approx([part[name]["probability"] for part in told])
            else:
                chances = [part["probabilities"][place if dimension.kind == "scale" else name] for part in told]
                assert found.judged.members[dimension.name][:, place].tolist() == pytest.approx(chances)


def test_a_check_that_rules_alone_judge_counts_as_they_say(few: Year):
    record = json.loads(few.judged.read_text().splitlines()[0])
    dimension = next(few.definition.of_kind("checks"))
    name = dimension.names[0]
    record[dimension.name][name] = {"met": True, "probability": None}
    few.judged.write_text(json.dumps(record))
    assert read(few.judged, few).judged.checks[name].tolist() == [1.0]


def test_parquet_gives_the_same(few: Year, tmp_path: Path):
    rows = [json.loads(line) for line in few.judged.read_text().splitlines()]
    path = tmp_path / "judged.parquet"
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    assert read(path, few).judged.label.tolist() == read(few.judged, few).judged.label.tolist()


def test_notes_that_could_not_be_judged_are_counted_and_left_out(few: Year):
    few.judged.write_text(few.judged.read_text() + '{"id": "x", "error": {"code": "empty_text", "detail": "empty"}}\n')
    found = read(few.judged, few)
    assert (found.failed, len(found.ids)) == (1, 4)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{broken", "line 5"),
        ('{"id": "x"}', "lacks probability"),
        ('{"id": "n0"}', "lacks probability"),
        ('{"id": "x", "probability": 1.5}', "<= 1"),
        ("[1]", "line 5"),
    ],
)
def test_a_line_that_is_no_judgement_is_refused_by_its_number(few: Year, line: str, said: str):
    few.judged.write_text(few.judged.read_text() + line + "\n")
    with pytest.raises(FileError, match=said):
        read(few.judged, few)


def test_an_id_that_comes_twice_is_refused(few: Year):
    few.judged.write_text(few.judged.read_text() * 2)
    with pytest.raises(FileError, match="line 5: the id 'n0' came before"):
        read(few.judged, few)


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_a_file_without_a_judgement_is_refused(few: Year, content: str):
    few.judged.write_text(content)
    with pytest.raises(FileError, match="holds no judgement"):
        read(few.judged, few)


def test_metadata_in_the_line_are_facts(few: Year):
    record = json.loads(few.judged.read_text().splitlines()[0]) | {"metadata": {"team": "A", "msl": "m1"}}
    few.judged.write_text(json.dumps(record))
    facts = Facts(frozenset({"team", "author"}))
    read_judgements(str(few.judged), few.definition, facts)
    assert (facts.column("team", 1).names, facts.column("author", 1).names) == (("A",), ("m1",))
