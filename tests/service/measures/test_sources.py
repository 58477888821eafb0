"""What is measured by, and what stands beside it."""

from pathlib import Path

import pytest

from insight_classifier.definition import Definition
from insight_classifier.errors import DefinitionError, FileError
from service.measures.sources import read_sources

ROW = "name,area,measure,value,n,source,method,year\nours,CKD,{measure},0.4,100,{source},notes,2026\n"


def test_what_ships_has_a_published_case(definition: Definition) -> None:
    sources = read_sources(definition)
    assert sources.published
    assert sources.declared
    assert sources.bands


def test_published_figures_of_ones_own_take_its_place(definition: Definition, tmp_path: Path) -> None:
    file = tmp_path / "peers.csv"
    file.write_text(ROW.format(measure=read_sources(definition).published[0].name, source="https://example.org"))
    assert [peer.name for peer in read_sources(definition, peers=file).peers] == ["ours"]


def test_one_without_a_source_is_refused_with_its_line(definition: Definition, tmp_path: Path) -> None:
    file = tmp_path / "peers.csv"
    file.write_text(ROW.format(measure="x", source=""))
    with pytest.raises(FileError, match="line 2"):
        read_sources(definition, peers=file)


def test_a_plan_must_sum_to_one(definition: Definition, tmp_path: Path) -> None:
    choice = next(definition.of_kind("choice"))
    file = tmp_path / "plan.yaml"
    file.write_text(f"dimension: {choice.name}\nweights: {{{choice.names[0]}: 0.4}}\n")
    with pytest.raises(DefinitionError, match="sum to 0.4"):
        read_sources(definition, plan=file)
