"""What a key may be and may do: scopes, wishes for a key, when one counts, who may call from this machine without any."""

import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address

from service.errors import RequestError
from service.people.credentials import hash_of

SCOPES: Mapping[str, str] = {
    "score": "have notes judged",
    "jobs": "run bulk jobs",
    "read": "read notes, judgements and measures",
    "review": "decide on judgements and safety items",
    "admin": "manage keys, models and webhooks, erase notes",
}
LOCAL = "local"
NEVER = datetime.max.replace(tzinfo=UTC)
SOURCE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,49}\Z")
LONGEST_NAME, LONGEST_DAYS, LONGEST_OVERLAP, MOST = 100, 3650, 24 * 90, 2**31 - 1
FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


@dataclass(frozen=True)
class Caller:
    """Who calls. `rate` in requests a minute and `quota` in notes a day, None: the service's own; both are counted by `lineage`."""

    name: str
    source: str
    scopes: frozenset[str]
    key_id: str
    lineage: str
    rate: int | None = None
    quota: int | None = None


LOCAL_CALLER = Caller(LOCAL, LOCAL, frozenset(SCOPES), LOCAL, LOCAL)


@dataclass(frozen=True)
class Grant:
    """What a hash stands for: who calls with it, and until when. `token` tells tokens from keys."""

    hash: str
    caller: Caller
    ends: datetime
    token: bool = False


NOBODY = Grant(hash_of(""), LOCAL_CALLER, datetime.min.replace(tzinfo=UTC))


def is_right(grant: Grant | None, digest: str, at: datetime) -> bool:
    """Whether a credential with this hash counts now. The same steps are taken whatever is wrong with it, and where there is no grant."""
    found = grant or NOBODY
    return hmac.compare_digest(found.hash, digest) & (at < found.ends)


def ending(revoked: datetime | None, *ends: datetime | None) -> datetime:
    """When something with these ends stops to count, revocation being one of them."""
    return min((end for end in (revoked, *ends) if end is not None), default=NEVER)


@dataclass(frozen=True)
class Wish:
    """A key as somebody wants it; `checked` makes it."""

    name: str
    source: str
    scopes: tuple[str, ...]
    expires_at: datetime | None = None
    rate: int | None = None
    quota: int | None = None


def checked(
    name: str, source: str | None, scopes: Iterable[str], *, at: datetime, days: int | None = None, rate: int | None = None,
    quota: int | None = None,
) -> Wish:  # fmt: skip
    """Raises RequestError, which says what a key may be."""
    _in_range("expires_days", days, LONGEST_DAYS)
    _in_range("rate", rate, MOST)
    _in_range("quota", quota, MOST)
    expires = None if days is None else at + timedelta(days=days)
    name = checked_name(name)
    return Wish(name, checked_source(source or _slug(name)), checked_scopes(scopes), expires, rate, quota)


def checked_name(name: str) -> str:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise RequestError(f"name must be 1 to {LONGEST_NAME} characters that can be read.", "invalid_request")
    return name.strip()


def checked_source(source: str) -> str:
    if not SOURCE.match(source):
        raise RequestError(
            "source must be 1 to 50 small letters, digits, dots, dashes, underscores, such as veeva-emea.", "invalid_request"
        )
    if source == LOCAL:
        raise RequestError(f"source {LOCAL} stands for calls without a key: choose another.", "invalid_request")
    return source


def checked_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """In the order of SCOPES, each once."""
    asked = set(scopes)
    if unknown := sorted(asked - set(SCOPES)):
        raise RequestError(f"{', '.join(unknown)[:100]}: no scope. Use {', '.join(SCOPES)}.", "invalid_request")
    if not asked:
        raise RequestError(f"A key needs at least one scope: {', '.join(SCOPES)}.", "invalid_request")
    return tuple(scope for scope in SCOPES if scope in asked)


def checked_overlap(hours: float) -> timedelta:
    """How long a key goes on beside the one that replaces it."""
    if not 0 <= hours <= LONGEST_OVERLAP:
        raise RequestError(f"overlap_hours must be 0 to {LONGEST_OVERLAP}.", "invalid_request")
    return timedelta(hours=hours)


def is_loopback(address: str) -> bool:
    """Whether an address, or the name of one, is this machine's own."""
    try:
        found = ip_address(address.strip("[]"))
    except ValueError:
        return address.lower() == "localhost"
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (mapped or found).is_loopback


def is_from_here(client: str | None, headers: Mapping[str, str]) -> bool:
    """Whether a request began on this machine: no proxy brought it, and no web page of elsewhere (its Host would tell)."""
    forwarded = any(name in headers for name in FORWARDING)
    host = re.sub(r":\d*\Z", "", headers.get("host", ""))
    return client is not None and is_loopback(client) and not forwarded and is_loopback(host)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:50]


def _in_range(name: str, value: int | None, most: int) -> None:
    if value is not None and not 1 <= value <= most:
        raise RequestError(f"{name} must be 1 to {most:,}.", "invalid_request")
