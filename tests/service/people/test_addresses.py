"""What an address asks for; what nobody listed stays shut."""

import pytest

from service.people.addresses import OPEN, UNLISTED, Addresses

ADDRESSES = Addresses({"/livez": OPEN, "/": "score", "/v1/notes": "read", "DELETE /v1/notes": "admin", "/v1/notes/themes": "review"})


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/livez", OPEN),
        ("GET", "/", "score"),
        ("GET", "/v1/notes/7", "read"),
        ("DELETE", "/v1/notes/7", "admin"),
        ("GET", "/v1/notes/themes/a/b", "review"),
        ("GET", "/v1/notesx", UNLISTED),
        ("GET", "/v1", UNLISTED),
        ("GET", "//livez", UNLISTED),
        ("GET", "/nowhere", UNLISTED),
        ("GET", "", UNLISTED),
    ],
)
def test_the_longest_address_decides(method: str, path: str, scope: str) -> None:
    assert ADDRESSES.scope(method, path) == scope
