"""What a caller's key may be, and what makes two requests the same. Pure."""

import hashlib
from datetime import timedelta

from service.errors import RequestError

LONGEST = 255
EXPIRY = timedelta(hours=24)
LONGEST_WAIT = 5  # seconds that a caller is told to wait, at most: most requests take far less than their lease


def read_key(given: str) -> str:
    """A key as the header has it (a quoted string, or bare), or as the body has it. Raises RequestError `invalid_idempotency_key`."""
    key = given.strip(" \t")
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not (0 < len(key) <= LONGEST and key.isascii() and key.isprintable()):
        raise RequestError(f"The idempotency key must be 1 to {LONGEST} printable ASCII characters.", "invalid_idempotency_key")
    return key


def request_hash(address: str, body: bytes) -> str:
    """64 hex digits of what was asked: the path with its query, and the body as it was sent."""
    return hashlib.sha256(address.encode("utf-8", "surrogatepass") + b"\0" + body).hexdigest()


def seconds_to_wait(left: timedelta) -> int:
    """Until it is worth asking again for an answer that is being made, when its lease has so long to go."""
    return max(1, min(LONGEST_WAIT, round(left.total_seconds())))
