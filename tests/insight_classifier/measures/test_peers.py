from dataclasses import replace

import numpy as np
import pytest

from insight_classifier.measures.estimates import Estimate, Range
from insight_classifier.measures.peers import Peer, caveat_of, percentile, standing
from insight_classifier.measures.rates import Rate

OWN = Rate(1000, 200, 20, 0.4, Estimate(0.25, np.full(20, 0.005), 19.0), Range(0.15, 0.35))
PEER = Peer("one", "Oncology", "checked", 0.2, 400, "A report", "notes", 2025)
SIX = [replace(PEER, name=str(n), value=0.1 * n) for n in range(1, 7)]


def test_from_five_on_a_place_among_peers_is_told_with_its_range():
    found = standing(OWN, "checked", "oncology", SIX)
    assert found.percentile == pytest.approx(100 * 2 / 6)
    assert found.between == pytest.approx((100 / 6, 50.0))
    assert found.sentence == "Percentile 33 among 6 peers in oncology (95% range 17 to 50)."


def test_with_fewer_it_is_said_how_many_there_are():
    found = standing(OWN, "checked", "oncology", SIX[:4])
    assert found.percentile is None
    assert found.sentence == "4 published figures are of oncology and read off notes; a percentile takes 5."


@pytest.mark.parametrize("other", [{"method": "observed_calls"}, {"area": "Haematology"}])
def test_figures_of_another_method_or_area_are_no_peers(other: dict[str, str]):
    found = standing(OWN, "checked", "oncology", [replace(peer, **other) for peer in SIX])
    assert (found.percentile, len(found.peers), len(found.beside)) == (None, 0, 6)
    assert "give no verdict" in found.sentence


def test_another_method_comes_with_what_it_means():
    said = caveat_of(replace(PEER, method="observed_calls", n=None, caveat="From a vendor."), "oncology")
    assert said.startswith("Not comparable: there people listened to calls")
    assert said.endswith("so nobody can tell how sure it is. From a vendor.")
    assert caveat_of(PEER, "oncology") == ""


def test_a_models_own_share_has_no_place_among_peers():
    unknown = Rate(1000, 0, 20, 0.4, why="0 of the notes were judged by people.")
    assert standing(unknown, "checked", "oncology", SIX).sentence == "No place among peers: 0 of the notes were judged by people."


def test_one_who_has_the_same_counts_half():
    assert percentile(0.2, [PEER]) == 50
