"""What is shown of some notes, from columns."""

import pytest

from insight_classifier.definition import Definition
from service.errors import RequestError
from service.measures.asked import Asked, read_asked
from service.measures.charts import charts, headline
from service.measures.measured import Measured, Sources, measured
from service.measures.panels import HEIGHT, panels
from service.measures.sheet import to_csv
from service.measures.sources import read_sources
from tests.service.measures.conftest import Filled, read


@pytest.fixture
def sources(definition: Definition) -> Sources:
    return read_sources(definition, None)


def of(filled: Filled, sources: Sources, query: str = "", author: str | None = None, **more: int) -> Measured:
    return measured(read(filled(**more)), read_asked(query, author), sources)


def test_without_decisions_the_models_share_stands_alone(filled: Filled, sources: Sources) -> None:
    found = of(filled, sources, notes=24)
    gap = next(charts(found, sources))
    assert all(bar.value is None and bar.low is None and bar.model is not None for bar in gap.bars)
    assert "Not enough decisions" in gap.bars[0].remark


def test_decisions_by_chance_bring_ranges(filled: Filled, sources: Sources) -> None:
    found = of(filled, sources, notes=80, decided=60)
    assert found.sample is not None
    assert len(found.sample.rows) == 60
    gap = next(charts(found, sources))
    for bar in gap.bars:
        assert bar.low is not None
        assert bar.value is not None
        assert bar.high is not None
        assert bar.low < 0.5 < bar.high


def test_what_others_published_stands_beside_with_its_caveat(filled: Filled, sources: Sources) -> None:
    gap = next(charts(of(filled, sources, notes=24), sources))
    assert sorted(one.value for bar in gap.bars for one in bar.beside) == sorted(peer.value for peer in sources.peers)
    assert any("not comparable" in caveat for caveat in gap.caveats)


def test_fewer_than_five_authors_show_nothing(filled: Filled, sources: Sources) -> None:
    found = of(filled, sources, notes=24, authors=4)
    assert found.report is None
    assert list(charts(found, sources)) == []


def test_authors_who_look_do_not_count_for_themselves(filled: Filled, sources: Sources) -> None:
    notes = read(filled(notes=30, authors=5))
    assert measured(notes, Asked(), sources).report is not None
    assert measured(notes, Asked(author="msl-1"), sources).report is None


def test_groups_are_compared_and_followed_in_time(filled: Filled, sources: Sources) -> None:
    found = of(filled, sources, "by=team", notes=80, decided=80)
    assert found.groups is not None
    assert {figure.group.title for figure in found.groups.figures} == {"north", "south"}
    assert found.groups.compared
    assert [one.title for one in found.by_group] == ["north", "south"]


def test_a_filter_that_fits_nothing_says_what_does(filled: Filled, sources: Sources) -> None:
    with pytest.raises(RequestError, match="north, south"):
        of(filled, sources, "team=nowhere", notes=24)


def test_a_panel_is_drawn_within_its_picture(filled: Filled, sources: Sources) -> None:
    found = of(filled, sources, "period=month", notes=80, decided=60)
    drawn = panels(found.series, "month")
    ends = [y for panel in drawn for point in panel.points for y in (point.y, point.low, point.high) if y is not None]
    assert ends
    assert all(0 < y < HEIGHT for y in ends)


def test_a_sheet_has_a_row_for_everything_shown(filled: Filled, sources: Sources) -> None:
    found = of(filled, sources, notes=80, decided=60)
    told = list(charts(found, sources))
    lines = to_csv(told, panels(found.series, "quarter")).splitlines()
    assert len(lines) == 1 + sum(len(chart.bars) for chart in told) + sum(len(one.figures) for one in found.series)
    assert lines[0].startswith("question,what,value,low,high")


def test_the_headline_is_the_gap_that_is_declared_first(filled: Filled, sources: Sources) -> None:
    found = headline(of(filled, sources, notes=24), sources)
    assert found is not None
    assert found[0] is sources.declared[0]
