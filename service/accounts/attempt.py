"""One attempt to sign in through a provider: all its secrets are derived from one that only the browser's cookie holds (RFC 7636)."""

import base64
import hashlib
from dataclasses import dataclass, field

from service.accounts.rules import safe_next
from service.accounts.tokens import derived, new_token


@dataclass(frozen=True)
class Attempt:
    """Nothing is stored of it: an attempt that belongs to another browser has no cookie here. `going`: the page to lead on to."""

    secret: str = field(repr=False)
    going: str

    @property
    def state(self) -> str:
        """Comes back with the browser: it began here."""
        return derived(self.secret, "state")

    @property
    def nonce(self) -> str:
        """Comes back inside the signed token: it was made for this attempt."""
        return derived(self.secret, "nonce")

    @property
    def verifier(self) -> str:
        """Sent with the code: who exchanges it is who asked for it."""
        return derived(self.secret, "verifier")

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def cookie(self) -> str:
        return f"{self.secret}.{base64.urlsafe_b64encode(self.going.encode()).decode().rstrip('=')}"


def new_attempt(going: str | None) -> Attempt:
    return Attempt(new_token(), safe_next(going))


def read_attempt(cookie: str) -> Attempt:
    """From what the cookie holds; whatever else it holds leads to the first page."""
    secret, _, encoded = cookie.partition(".")
    try:
        going = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode("ascii")
    except ValueError:
        going = ""
    return Attempt(secret, safe_next(going))
