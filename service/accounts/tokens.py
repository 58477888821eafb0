"""Random texts that stand for a person for a while: made here, stored by their hash alone."""

import hashlib
import hmac
import secrets

BYTES = 32  # 256 bits: nobody guesses them, so that a quick hash is enough
WORDS, LETTERS = 4, "abcdefghijkmnpqrstuvwxyz23456789"  # none that is read as another


def new_token() -> str:
    return secrets.token_urlsafe(BYTES)


def hash_of(text: str) -> str:
    """64 hex digits, of anything that somebody may send."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def derived(token: str, purpose: str) -> str:
    """Another secret that belongs to this one and does not betray it."""
    return hmac.new(token.encode("utf-8", "surrogatepass"), purpose.encode(), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two texts are equal, in the same time wherever they differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def first_password() -> str:
    """100 random bits that can be read out and typed: five characters, four times."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(WORDS))
