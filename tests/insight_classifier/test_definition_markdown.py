"""The printed definition holds everything that it says, once, and nothing in it breaks the Markdown."""

import re

import pytest

from insight_classifier.definition import Definition
from insight_classifier.definition_markdown import markdown


def plain(text: str) -> str:
    """Markdown without its escapes, on one line."""
    return " ".join(re.sub(r"\\(?=[^\w\s])", "", text).split())


@pytest.fixture(params=["definition", "support_call"])
def either(request: pytest.FixtureRequest) -> Definition:
    return request.getfixturevalue(request.param)


def test_every_word_of_the_definition_is_printed(either: Definition):
    printed = plain(markdown(either))
    for dimension in either.dimensions:
        for member in dimension.members:
            parts = [member.title, member.wording, member.not_enough, *member.coaching, f"`{member.name}`"]
            examples = [text for example in (member.acceptable, member.unacceptable) for text in (example.text, example.why)]
            assert [part for part in [dimension.wording, *parts, *examples] if " ".join(part.split()) not in printed] == []


def test_it_names_its_version_and_fingerprint(either: Definition):
    assert f"Definition `{either.name}`, version {either.version}, fingerprint `{either.fingerprint}`." in markdown(either)


def test_one_section_a_dimension_and_one_a_member(either: Definition):
    headings = re.findall(r"^(#+) .*\(`(\w+)`\)$", markdown(either), flags=re.MULTILINE)
    expected = [("#" * depth, name) for d in either.dimensions for depth, name in [(2, d.name), *((3, m.name) for m in d.members)]]
    assert headings == expected


def test_the_rule_is_said_in_words(support_call: Definition):
    assert "where it shows at least 2 of Cause named, Fix confirmed and Promise dated. Otherwise" in markdown(support_call)


def test_costs_are_said_with_the_threshold_that_follows(support_call: Definition):
    assert "- The model says yes from a probability of 0.75 (missing it costs 1, a false alarm 3)." in markdown(support_call)


def test_who_judges_is_said(definition: Definition):
    printed = markdown(definition)
    assert "- Rules (cues `adverse_event`) or the model say yes, the model from a probability of 0.03" in printed
    assert "- Rules alone judge it (cues `patient_identifier`)." in printed


def test_levels_are_numbered_from_zero(support_call: Definition):
    assert re.findall(r"^### (\d)\. ", markdown(support_call), flags=re.MULTILINE) == list("01234")


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("a | b", r"a \| b"),
        ("<script>x</script>", r"\<script>x\</script>"),
        ("*no* _no_ `no`", r"\*no\* \_no\_ \`no\`"),
        ("# no heading", r"\# no heading"),
        ("- no list", r"\- no list"),
        ("12. no list", r"12\. no list"),
        ("[no](link)", r"\[no\](link)"),
        ("&amp; as written", r"\&amp; as written"),
        ("p<0.05 & x_y", "p<0.05 & x_y"),
        ("two\\nlines", "two lines"),
    ],
)
def test_text_stands_as_it_was_written(written, printed, changed):
    definition = changed(("wording: What shows that the case is dealt with.", f'wording: "{written}"'))
    assert f"\n{printed}\n" in markdown(definition)
