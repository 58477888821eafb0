"""Which scope an address asks for. What nobody listed is for administrators: a route that was forgotten stays shut."""

from collections.abc import Mapping
from dataclasses import dataclass

OPEN = ""
UNLISTED = "admin"


@dataclass(frozen=True)
class Addresses:
    """`listed` maps "/v1/notes" or "DELETE /v1/notes", each with all below it, to a scope or OPEN; "/" is the page at the root alone.

    `unlisted`: what all others ask for.
    """

    listed: Mapping[str, str]
    unlisted: str = UNLISTED

    def scope(self, method: str, path: str) -> str:
        """Of the longest address that fits; there the method's own entry comes first."""
        address = path
        while address and (address != "/" or path == "/"):
            for entry in (f"{method} {address}", address):
                if entry in self.listed:
                    return self.listed[entry]
            address = address.rpartition("/")[0]
        return self.unlisted
