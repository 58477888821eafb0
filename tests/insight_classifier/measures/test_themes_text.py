import json
from datetime import date

from insight_classifier.measures.emergence import Emergence
from insight_classifier.measures.theme import Theme, ThemeNote, Themes
from insight_classifier.measures.themes_text import printed, to_plain

NOTES = tuple(ThemeNote(str(n), "the words of a note", n > 0, f"msl-{n}", "p1", "DE", date(2026, 3, n + 1)) for n in range(3))
ALONE = ThemeNote("9", "something else")
FOUND = Themes(
    (Theme("a1", "prior auth, EGFR", NOTES[0], NOTES), Theme("b2", "blood bank", ALONE, (ALONE,) * 3)), (ALONE,), 2, {"0": "a1", "9": "x"}
)
EMERGING = {"a1": Emergence(3, 0, 0.2, 0.0001, emerging=True)}


def test_patterns_candidates_and_what_emerges_are_told_apart():
    said = " ".join(printed(FOUND, EMERGING).split())
    assert "Emerging: prior auth, EGFR, 3 times in the last four weeks where 0.2 were to be expected." in said
    assert said.index("Patterns") < said.index("prior auth, EGFR 3 3 1 1 2026-03 3 0") < said.index("Candidates") < said.index("blood bank")


def test_as_json_nothing_of_a_note_stands_but_its_id():
    plain = to_plain(FOUND, EMERGING)
    assert "words of a note" not in json.dumps(plain)
    first = plain["themes"][0]
    assert (first["notes"], first["insights"], first["near_misses"], first["first_seen"]) == (["0", "1", "2"], 2, 1, "2026-03-01")
    assert (first["emergence"]["emerging"], plain["themes"][1]["emergence"]) == (True, None)
    assert (plain["outside"], plain["copies"], plain["memory"]) == (["9"], 2, {"0": "a1", "9": "x"})
