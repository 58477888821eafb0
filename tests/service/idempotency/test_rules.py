"""Keys as callers send them."""

import pytest

from service.errors import RequestError
from service.idempotency.rules import read_key, request_hash


@pytest.mark.parametrize(("given", "key"), [("abc", "abc"), ('"abc"', "abc"), ("  a b ", "a b"), ("x" * 255, "x" * 255)])
def test_a_key_is_read_quoted_or_bare(given: str, key: str):
    assert read_key(given) == key


@pytest.mark.parametrize("given", ["", '""', "x" * 256, "é", "a\nb", "a\0"])
def test_what_is_no_key_is_refused(given: str):
    with pytest.raises(RequestError, match="1 to 255"):
        read_key(given)


def test_the_address_belongs_to_the_request():
    assert request_hash("/v1/score", b"{}") != request_hash("/v1/score?fields=label", b"{}") != request_hash("/v1/score", b"{ }")
