from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from insight_classifier.errors import ArgumentError
from insight_classifier.measures import themes as module
from insight_classifier.measures.theme import ThemeNote, Themes
from insight_classifier.measures.themes import names, themes

SUBJECTS = {
    "renal": ["hyperkalaemia", "potassium", "binder", "renal", "cohort", "eGFR", "nephrologist", "dialysis", "creatinine"],
    "access": ["prior", "authorisation", "payer", "formulary", "step", "edit", "rebate", "coverage", "denial"],
    "device": ["autoinjector", "needle", "training", "nurse", "injection", "device", "grip", "pen"],
}
CHAT = ["parking", "coffee", "marathon", "sabbatical", "bus", "lift", "weather", "canteen", "garden", "holiday", "umbrella", "piano"]


def drawn(number: int, random: np.random.Generator) -> ThemeNote:
    """Every fourth is about nothing that comes up again."""
    subject = (*SUBJECTS, None)[number % 4]
    words = random.permutation(SUBJECTS[subject])[:5].tolist() if subject else []
    alone = [f"{random.choice(CHAT)}{number}" for _ in range(4)]
    day = date(2026, 1, 1) + timedelta(days=number)
    return ThemeNote(f"{subject}-{number:03d}", " and ".join([*words, *alone]), author=f"msl-{number % 7}", day=day)


def corpus(notes: int = 80, seed: int = 1) -> list[ThemeNote]:
    random = np.random.default_rng(seed)
    return [drawn(number, random) for number in range(notes)]


def members(found: Themes) -> set[frozenset[str]]:
    return {frozenset(note.id for note in theme.notes) for theme in found.themes}


def subjects_of(notes: Sequence[ThemeNote]) -> set[str]:
    return {note.id.split("-")[0] for note in notes}


def test_notes_about_the_same_thing_are_one_theme_and_others_stay_outside():
    found = themes(corpus())
    assert [subjects_of(theme.notes) for theme in sorted(found.themes, key=lambda theme: theme.notes[0].id)] == [
        {"access"},
        {"device"},
        {"renal"},
    ]
    assert subjects_of(found.outside) == {"None"}


def test_a_theme_is_named_by_its_own_words():
    for theme in themes(corpus()).themes:
        (subject,) = subjects_of(theme.notes)
        assert set(theme.name.replace(",", "").split()) <= set(SUBJECTS[subject])
        assert theme.typical in theme.notes


def test_names_are_made_anew_from_what_is_remembered():
    notes = [*corpus(), replace(corpus()[0], id="again")]
    found = themes(notes)
    copies = {note.id for theme in found.themes for note in theme.copies}
    told = names(notes, found.memory, copies)
    assert copies
    assert {theme.id: told[theme.id] for theme in found.themes} == {theme.id: theme.name for theme in found.themes}


@pytest.mark.parametrize("seed", range(3))
def test_the_same_notes_in_any_order_are_the_same_themes(seed: int):
    notes = corpus()
    assert themes([notes[number] for number in np.random.default_rng(seed).permutation(len(notes))]) == themes(notes)


def test_themes_keep_their_identity_and_their_notes_when_others_are_added():
    before = themes(corpus(80))
    after = themes(corpus(88), before.memory)
    assert {theme.id for theme in after.themes} == {theme.id for theme in before.themes}
    inside = {note.id for theme in before.themes for note in theme.notes}
    assert {name: after.memory[name] for name in inside} == {name: before.memory[name] for name in inside}
    assert sum(len(theme.notes) for theme in after.themes) == 66


def test_a_new_subject_is_a_new_theme_beside_those_that_are_remembered():
    notes = [note for note in corpus() if not note.id.startswith("device")]
    before = themes(notes)
    after = themes(corpus(), before.memory)
    (new,) = {theme.id for theme in after.themes} - {theme.id for theme in before.themes}
    assert subjects_of(next(theme.notes for theme in after.themes if theme.id == new)) == {"device"}


def test_themes_that_grow_alike_become_one_under_the_name_of_the_greater():
    notes = [note for note in corpus() if note.id.startswith("renal")]
    apart = {note.id: "greater" if number < 15 else "smaller" for number, note in enumerate(notes)}
    found = themes(corpus(), apart)
    (theme,) = [theme for theme in found.themes if subjects_of(theme.notes) == {"renal"}]
    assert (theme.id, len(theme.notes)) == ("greater", len(notes))


def test_nothing_changes_by_looking_again():
    found = themes(corpus())
    assert themes(corpus(), found.memory) == found


def test_an_erased_note_leaves_its_theme():
    before = themes(corpus())
    gone = before.themes[0].notes[0]
    after = themes([note for note in corpus() if note != gone], before.memory)
    assert gone.id not in after.memory
    assert {theme.id for theme in after.themes} == {theme.id for theme in before.themes}


def test_a_copy_counts_once_and_the_earliest_stands_for_it():
    notes = corpus()
    sent_again = [ThemeNote(f"again-{n}", notes[0].text, author=f"other-{n}", day=date(2027, 1, 1)) for n in range(5)]
    found = themes([*sent_again, *notes])
    theme = next(theme for theme in found.themes if notes[0] in theme.notes)
    assert (found.copies, theme.copies) == (5, tuple(sent_again))
    assert members(found) == members(themes(notes))


def test_people_join_and_name_no_theme():
    notes = [ThemeNote(str(n), f"Feldstein alone{n} other{n}", author=f"msl-{n}", physician="Ruth Feldstein") for n in range(6)]
    assert themes(notes).themes == ()
    assert themes([replace(note, physician=None) for note in notes]).themes


def test_no_notes_have_no_themes():
    assert themes([]) == Themes((), (), 0, {})


def test_what_cannot_be_compared_each_with_each_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST_NOTES", 10)
    with pytest.raises(ArgumentError, match="80 notes are more than can be compared"):
        themes(corpus())
