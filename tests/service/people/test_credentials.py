"""Keys and tokens as texts."""

import re

from service.people.credentials import hash_of, joined, new_key, new_token


def test_a_key_has_256_random_bits_and_a_visible_beginning() -> None:
    key = new_key()
    assert re.fullmatch(r"ic_live_[0-9a-f]{12}_[0-9a-f]{64}", key.text)
    assert joined(key.id, key.secret) == key.text


def test_no_two_are_the_same() -> None:
    assert len({new_key().text for _ in range(100)} | {new_token() for _ in range(100)}) == 200


def test_anything_that_is_sent_has_a_hash() -> None:
    assert len({hash_of(text) for text in ("", "é", "\ud800", "x" * 100_000)}) == 4
