"""What a key may be, when it counts, and what counts as this machine."""

from datetime import UTC, datetime, timedelta

import pytest

from service.errors import RequestError
from service.people.rules import (
    NEVER,
    SCOPES,
    Caller,
    Grant,
    checked,
    checked_overlap,
    ending,
    is_from_here,
    is_loopback,
    is_right,
)

AT = datetime(2026, 3, 1, tzinfo=UTC)
GRANT = Grant("a" * 64, Caller("n", "s", frozenset(), "k", "k"), AT)


def test_a_wish_is_put_in_order() -> None:
    wish = checked("  Veeva EMEA ", None, ["read", "score", "read"], at=AT, days=2)
    assert (wish.name, wish.source, wish.scopes, wish.expires_at) == ("Veeva EMEA", "veeva-emea", ("score", "read"), AT + timedelta(days=2))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": " "}, "name must be"),
        ({"name": "x" * 101}, "name must be"),
        ({"name": "a\nb"}, "name must be"),
        ({"source": "Veeva"}, "source must be"),
        ({"source": "local"}, "stands for calls without a key"),
        ({"scopes": []}, "at least one scope"),
        ({"scopes": ["write"]}, "write: no scope"),
        ({"days": 0}, "expires_days must be 1 to 3,650"),
        ({"rate": 0}, "rate must be"),
        ({"quota": 2**31}, "quota must be"),
    ],
)
def test_a_wrong_wish_is_told(change, words: str) -> None:
    wish = {"name": "Veeva", "source": "veeva", "scopes": ["score"], **change}
    with pytest.raises(RequestError, match=words):
        checked(**wish, at=AT)


@pytest.mark.parametrize("hours", [-1, 24 * 91, float("nan")])
def test_an_overlap_has_bounds(hours: float) -> None:
    with pytest.raises(RequestError, match="overlap_hours"):
        checked_overlap(hours)


def test_a_grant_counts_until_it_ends() -> None:
    assert is_right(GRANT, "a" * 64, AT - timedelta(seconds=1))
    assert not is_right(GRANT, "a" * 64, AT)
    assert not is_right(GRANT, "b" * 64, AT - timedelta(seconds=1))
    assert not is_right(None, "a" * 64, AT)


def test_the_first_end_counts() -> None:
    assert ending(None, None, None) == NEVER
    assert ending(AT, None, AT + timedelta(1)) == AT


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "LOCALHOST", "::ffff:127.0.0.1"])
def test_this_machine(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "10.0.0.1", "::ffff:10.0.0.1", "localhost.evil.example", "", "testclient"])
def test_another_machine(address: str) -> None:
    assert not is_loopback(address)


@pytest.mark.parametrize(
    ("client", "headers"),
    [
        ("10.0.0.9", {}),
        (None, {}),
        ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}),
        ("127.0.0.1", {"forwarded": "for=127.0.0.1"}),
        ("127.0.0.1", {"x-real-ip": "127.0.0.1"}),
        ("127.0.0.1", {"host": "evil.example:8000"}),
        ("127.0.0.1", {"host": ""}),
    ],
)
def test_what_came_from_elsewhere(client: str | None, headers: dict[str, str]) -> None:
    assert is_from_here("127.0.0.1", {"host": "[::1]:8000"})
    assert not is_from_here(client, {"host": "localhost:8000", **headers})


def test_every_scope_is_described() -> None:
    assert all(words and name.isidentifier() for name, words in SCOPES.items())
