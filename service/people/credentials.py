"""Keys and tokens as texts: made at random, shown once, known afterwards by their hash.

A slow hash, as for passwords, would add nothing: it delays guessing, and 256 random bits cannot be guessed at any speed. It would
only make every request dear, and a flood of wrong keys dearer still.
"""

import hashlib
import secrets
from dataclasses import dataclass

KEY, TOKEN = "ic_live_", "ic_token_"
ID_BYTES, SECRET_BYTES = 6, 32


@dataclass(frozen=True)
class Credential:
    """A new key: `id` may be seen by anyone, `secret` by its owner once. As OAuth client they are its id and its secret."""

    id: str
    secret: str

    @property
    def text(self) -> str:
        """The whole key, as it is sent."""
        return joined(self.id, self.secret)

    @property
    def hash(self) -> str:
        return hash_of(self.text)


def new_key() -> Credential:
    return Credential(KEY + secrets.token_hex(ID_BYTES), secrets.token_hex(SECRET_BYTES))


def new_token() -> str:
    return TOKEN + secrets.token_hex(SECRET_BYTES)


def joined(client_id: str, client_secret: str) -> str:
    """The key of an OAuth client."""
    return f"{client_id}_{client_secret}"


def hash_of(text: str) -> str:
    """64 hex digits, of anything that somebody may send."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
