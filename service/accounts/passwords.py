"""Passwords as Argon2id hashes (RFC 9106), made and compared in threads, a few at a time: each takes 64 MiB for a moment."""

import asyncio
from contextlib import suppress
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2


class Passwords:
    """For the event loop of one application."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self.hasher = hasher or PasswordHasher()
        self._turns = asyncio.Semaphore(AT_ONCE)

    @cached_property
    def nobody(self) -> str:
        """Compared with where there is no hash, so that the answer takes as long."""
        return self.hasher.hash("")

    async def are_same(self, known: str | None, password: str) -> bool:
        """Whether a password is the one that was hashed; without any hash it never is, and that is not seen by the clock."""
        async with self._turns:
            right = await asyncio.to_thread(lambda: self._verify(known or self.nobody, password))
        return right and known is not None

    async def hashed(self, password: str) -> str:
        async with self._turns:
            return await asyncio.to_thread(self.hasher.hash, password)

    def is_old(self, known: str) -> bool:
        """Whether a hash was made with other parameters than those of today."""
        return self.hasher.check_needs_rehash(known)

    def _verify(self, known: str, password: str) -> bool:
        with suppress(VerificationError, InvalidHashError, UnicodeEncodeError):
            return self.hasher.verify(known, password)
        return False
