"""The rule's grammar: what it means, what it refuses, and that nothing in it is ever executed."""

import contextlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insight_classifier.rule import MAX_CHARACTERS, MAX_NAMES, RuleError, parse

NAMES = ("a", "b", "c", "d")
# Expressions as a person might write them, nested a few deep.
EXPRESSIONS = st.recursive(
    st.sampled_from(NAMES),
    lambda part: (
        st.builds("({} and {})".format, part, part)
        | st.builds("({} or {})".format, part, part)
        | st.builds("not {}".format, part)
        | st.builds("at_least({}, a, b, not c)".format, st.integers(1, 3))
    ),
    max_leaves=8,
)


def rows(names):
    return [dict(zip(names, values, strict=True)) for values in itertools.product((False, True), repeat=len(names))]


def at_least(n, *values):
    return sum(values) >= n


@given(EXPRESSIONS)
def test_a_rule_means_what_python_would_make_of_it(source):
    rule = parse(source)
    for row in rows(NAMES):
        assert rule(row) == eval(source, {"at_least": at_least}, row)


@given(EXPRESSIONS)
def test_a_rule_reads_the_same_after_spaces_and_line_breaks(source):
    assert parse("  " + source.replace(" ", " \n ") + "\n") == parse(source)


def test_names_stand_in_the_order_of_first_use():
    assert parse("b and at_least(1, c, a) or b").names == ("b", "c", "a")


def test_two_rules_are_equal_where_their_sources_are():
    assert parse("a and b") == parse("a  and\nb")
    assert hash(parse("a")) == hash(parse("a"))


@pytest.mark.parametrize(
    ("source", "outcome"), [("a and not a", False), ("a or not a", True), ("a and b", None), ("at_least(1, a, not a)", True)]
)
def test_a_rule_that_always_says_the_same_is_found_out(source, outcome):
    rule = parse(source)
    assert rule.constant(rows(rule.names)) is outcome


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("a", "Apple"),
        ("a and b", "Apple and Bean"),
        ("a and b and c", "all of Apple, Bean and c"),
        ("a or b or c", "any of Apple, Bean or c"),
        ("a and not (b or c)", "Apple and (not (Bean or c))"),
        ("at_least(2, a, b, c)", "at least 2 of Apple, Bean and c"),
    ],
)
def test_a_rule_in_words(source, words):
    assert parse(source).words({"a": "Apple", "b": "Bean"}) == words


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", "cannot read"),
        ("a and", "cannot read"),
        ("a; b", "cannot read"),
        ("a # and b", "cannot read"),
        ("a\0b", "cannot read"),
        ("a AND b", "cannot read"),
        ("at_least(1or a, b)", "cannot read"),
        (r"'\d' and a", "cannot read"),
        ("a.b", "'a.b' is not allowed"),
        ("a[0]", "'a[0]' is not allowed"),
        ("a & b", "'a & b' is not allowed"),
        ("a if b else c", "is not allowed"),
        ("lambda: a", "'lambda: a' is not allowed"),
        ("(a := b)", "'a := b' is not allowed"),
        ("[a for a in b]", "is not allowed"),
        ("f(a)", "'f(a)' is not allowed"),
        ("__import__('os').system('true')", "is not allowed"),
        ("True", "'True' is not allowed"),
        ("3", "'3' is not allowed"),
        ("at_least", "'at_least' is not allowed"),
        ("at_least and a", "'at_least' is not allowed"),
        ("at_least('2', a, b)", "is not allowed"),
        ("at_least(1, *a)", "'*a' is not allowed"),
        ("at_least(1, a, b=c)", "is not allowed"),
        ("at_least(1)", "lists 0 checks"),
        ("at_least(0, a)", "give a number from 1"),
        ("at_least(-1, a)", "is not allowed"),
        ("at_least(True, a)", "give a number from 1"),
        ("at_least(3, a, b)", "lists 2 checks"),
        ("at_least(2, a, a)", "lists 'a' twice"),
        (" or ".join(f"n{i}" for i in range(MAX_NAMES + 1)), f"at most {MAX_NAMES}"),
        ("a and " * MAX_CHARACTERS + "a", "shorten it"),
        ("not " * 5000 + "a", "shorten it"),
        ("(" * 5000 + "a" + ")" * 5000, "shorten it"),
    ],
)
def test_what_is_not_in_the_grammar_is_refused_with_a_mend(source, words):
    with pytest.raises(RuleError) as caught:
        parse(source)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("source", ["not " * 249 + "a", "a and (" * 120 + "a" + ")" * 120, "(" * 190 + "a" + ")" * 190])
def test_the_deepest_rule_that_is_read_can_be_walked(source):
    assert parse(source)({"a": True}) in (True, False)
    assert parse(source).words({})


@given(st.text(max_size=40))
def test_any_text_is_a_rule_or_a_clear_refusal(source):
    with contextlib.suppress(RuleError):
        assert parse(source).names
