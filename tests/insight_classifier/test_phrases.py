"""Words of a note stand in a question only where they are short, whole, and name nobody."""

import pytest

from insight_classifier.definition import Definition
from insight_classifier.judgement import Check, Level, Option, Span, Verdict
from insight_classifier.phrases import phrase, phrases


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ("no chair time before March", None),  # a capital: a month here, but it could be a name
        ("They will not come on a school day.", "they will not come on a school day"),
        ("the day unit has no lift; so they wait", "the day unit has no lift"),
        ("<b>the day unit has</b> no lift", "the day unit has no lift"),
        ("stops it below an eGFR of thirty", "stops it below an eGFR of thirty"),
        ("because HTA wants another trial", "because HTA wants another trial"),
    ],
)
def test_a_short_clause_is_a_phrase(quote: str, words: str | None) -> None:
    assert phrase(quote) == words


@pytest.mark.parametrize(
    "quote",
    [
        "Feldstein keeps it for third line",
        "dr feldstein keeps it for third line",
        "the patient who stopped it in spring",
        "born on 04/07/1961 in the north",
        "a box of 30 every month at least",
        "the list of JM is full again",
        "too short",
        "she will not start it this year",
        "and then the whole list again",
        "wants the data of the",
        "it is " + "very " * 10 + "long",
        "",
    ],
)
def test_what_names_somebody_or_is_no_whole_phrase_is_not_quoted(quote: str) -> None:
    assert phrase(quote) is None


def verdicts(definition: Definition, span: Span, flagged: Span | None = None) -> dict[str, Verdict]:
    """The first proved check has the span; every check of a lane has the other."""
    found: dict[str, Verdict] = {}
    for dimension in definition.dimensions:
        if dimension.kind == "checks":
            marks = ((flagged,) if flagged else ()) if dimension.lane else (span,)
            found[dimension.name] = {name: Check(bool(marks), 0.9, marks) for name in dimension.names}
        elif dimension.kind == "scale":
            found[dimension.name] = Level(0, dimension.names[0], (1.0,))
        else:
            found[dimension.name] = Option(dimension.names[0], {})
    return found


def test_a_phrase_is_found_by_the_tag_that_it_proves(definition: Definition) -> None:
    found = phrases(definition, verdicts(definition, Span("text", 0, 24, "the day unit has no lift")))
    assert set(found.values()) == {"the day unit has no lift"}
    assert set(found) <= set(definition.tags)


def test_what_a_lane_flagged_is_never_quoted(definition: Definition) -> None:
    span = Span("text", 0, 24, "the day unit has no lift")
    assert phrases(definition, verdicts(definition, span, Span("text", 20, 30, "lift broke"))) == {}
    assert phrases(definition, verdicts(definition, span, Span("next_steps", 20, 30, "lift broke")))
