"""The label's rule: a small boolean expression over the names of checks, parsed safely.

Grammar: names, `and`, `or`, `not`, parentheses and `at_least(N, name, name, …)`.
"""

import ast
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

MAX_NAMES = 12  # the truth table has 2**n rows
MAX_CHARACTERS = 1_000  # keeps the tree shallow, so that walking it never runs out of stack
COUNT = "at_least"
_GRAMMAR = "use names, and, or, not, ( ) and at_least(N, …)"


class RuleError(ValueError):
    """The expression is not in the grammar; the text says which part and how to mend it."""


@dataclass(frozen=True)
class Rule:
    """A parsed expression; build it with `parse`. Two rules are equal where their sources are."""

    source: str
    tree: ast.expr = field(compare=False, repr=False)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names that the expression mentions, in order of first use."""
        found = [n for n in ast.walk(self.tree) if isinstance(n, ast.Name) and n.id != COUNT]
        return tuple(dict.fromkeys(n.id for n in sorted(found, key=lambda n: n.col_offset)))

    def __call__(self, values: Mapping[str, bool]) -> bool:
        return _evaluate(self.tree, values)

    def constant(self, possible: Iterable[Mapping[str, bool]]) -> bool | None:
        """True or False where the rule gives that for every possible combination, else None."""
        outcomes = {self(values) for values in possible}
        return outcomes.pop() if len(outcomes) == 1 else None

    def words(self, titles: Mapping[str, str]) -> str:
        """The rule as a person would say it, each check by its title."""
        return _words(self.tree, titles)


def parse(source: str) -> Rule:
    """Parse an expression. Raises RuleError, whose text names the part that is wrong."""
    text = " ".join(source.split())
    if len(text) > MAX_CHARACTERS:
        raise RuleError(f"the rule has {len(text):,} characters, at most {MAX_CHARACTERS:,} are read: shorten it")
    tree = _tree(text)
    _check(tree, text)
    rule = Rule(source=text, tree=tree)
    if len(rule.names) > MAX_NAMES:
        raise RuleError(f"the rule names {len(rule.names)} checks, at most {MAX_NAMES} are possible: leave some out")
    return rule


def _tree(text: str) -> ast.expr:
    try:
        if "#" in text:  # Python would take the rest for a comment
            raise SyntaxError
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # "1or x" is read with a warning, which would reach the terminal
            return ast.parse(text, mode="eval").body
    except (SyntaxError, Warning, ValueError, RecursionError, MemoryError) as problem:
        raise RuleError(f"cannot read the rule {_shown(text)}: {_GRAMMAR}") from problem


def _check(node: ast.expr, text: str) -> None:
    match node:
        case ast.Name(id=name) if name != COUNT:
            return
        case ast.BoolOp(values=values):
            for value in values:
                _check(value, text)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            _check(operand, text)
        case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=int(n)), *rest], keywords=[]) if name == COUNT:
            _check_count(n, rest, text)
        case _:
            raise RuleError(f"{_shown(ast.get_source_segment(text, node) or text)} is not allowed in a rule: {_GRAMMAR}")


def _check_count(n: int, rest: Sequence[ast.expr], text: str) -> None:
    parts = [ast.dump(value) for value in rest]
    twice = next((value for value, part in zip(rest, parts, strict=True) if parts.count(part) > 1), None)
    if isinstance(n, bool) or not 1 <= n <= len(rest):
        raise RuleError(f"at_least({n}, …) lists {len(rest)} checks: give a number from 1 to how many are listed")
    if twice is not None:
        raise RuleError(f"at_least({n}, …) lists {_shown(ast.get_source_segment(text, twice) or text)} twice: list each check once")
    for value in rest:
        _check(value, text)


def _evaluate(node: ast.expr, values: Mapping[str, bool]) -> bool:
    match node:
        case ast.Name(id=name):
            return bool(values[name])
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_evaluate(part, values) for part in parts)
        case ast.BoolOp(values=parts):
            return any(_evaluate(part, values) for part in parts)
        case ast.UnaryOp(operand=operand):
            return not _evaluate(operand, values)
        case ast.Call(args=[ast.Constant(value=int(n)), *parts]):
            return sum(_evaluate(part, values) for part in parts) >= n
    raise AssertionError(ast.dump(node))


def _words(node: ast.expr, titles: Mapping[str, str]) -> str:
    def inner(part: ast.expr) -> str:
        said = _words(part, titles)
        return said if isinstance(part, ast.Name) else f"({said})"

    match node:
        case ast.Name(id=name):
            return titles.get(name, name)
        case ast.BoolOp(op=op, values=parts):
            conjunction, all_of = ("and", "all of ") if isinstance(op, ast.And) else ("or", "any of ")
            return (all_of if len(parts) > 2 else "") + _listed([inner(part) for part in parts], conjunction)
        case ast.UnaryOp(operand=operand):
            return f"not {inner(operand)}"
        case ast.Call(args=[ast.Constant(value=int(n)), *parts]):
            return f"at least {n} of {_listed([inner(part) for part in parts], 'and')}"
    raise AssertionError(ast.dump(node))


def _listed(parts: Sequence[str], conjunction: str) -> str:
    *most, last = parts
    return f"{', '.join(most)} {conjunction} {last}" if most else last


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:59]}…")
