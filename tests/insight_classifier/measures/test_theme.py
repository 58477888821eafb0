from datetime import date

from insight_classifier.measures.theme import Theme, ThemeNote

NOTES = (
    ThemeNote("1", "renal", True, "ann", "p1", "DE", date(2026, 3, 1)),
    ThemeNote("2", "renal", False, "bob", "p1", "FR", date(2026, 3, 9)),
    ThemeNote("3", "renal", True, None, None, None, None),
)


def test_a_theme_tells_who_stands_behind_it_and_when():
    theme = Theme("t", "renal", NOTES[0], NOTES)
    assert (theme.insights, theme.authors, theme.physicians, theme.countries) == (2, 2, 1, 2)
    assert (theme.first_seen, theme.last_seen, dict(theme.by_month)) == (date(2026, 3, 1), date(2026, 3, 9), {"2026-03": 2})


def test_three_independent_voices_are_a_pattern_and_two_a_candidate():
    assert not Theme("t", "renal", NOTES[0], NOTES).is_pattern
    assert Theme("t", "renal", NOTES[0], (*NOTES, ThemeNote("4", "renal", author="cid"))).is_pattern
