"""Which addresses may be sent to: whoever can name a receiver must not reach into the network that the service stands in. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

LONGEST_URL = 2000
PORTS = {"https": 443, "http": 80}

# Public by the registry, private by use: the host of an Azure machine, Oracle's metadata, relays to IPv4, former site-local addresses.
REFUSED = tuple(map(ip_network, ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "fec0::/10")))
NAT64 = ip_network("64:ff9b::/96")


class AddressRefused(Exception):
    """A receiver that may not be sent to. The message says why, in words for whoever subscribed it."""


@dataclass(frozen=True)
class Target:
    """A receiver's address, read and checked as far as it can be without asking the network."""

    scheme: str
    host: str
    port: int


def checked_url(url: str, *, allow_private: bool) -> Target:
    """Raises AddressRefused. Plain http, and addresses that only this network knows, need `allow_private`."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as problem:
        raise AddressRefused("it cannot be read; use https://host/path") from problem
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise AddressRefused(f"it must be at most {LONGEST_URL} ASCII characters without blanks")
    if parts.scheme not in (PORTS if allow_private else ("https",)):
        raise AddressRefused("it must begin with https://")
    if not host or parts.username is not None or parts.password is not None or parts.fragment or port == 0:
        raise AddressRefused("it must be https://host/path, without a user, password or fragment")
    if not allow_private and (literal := _literal(host)) is not None and not is_public(literal):
        raise AddressRefused("it names an address of a private network")
    return Target(parts.scheme, host, port or PORTS[parts.scheme])


def require_public(addresses: Sequence[str]) -> None:
    """Raises AddressRefused where any is not public: a name that has both kinds is a trick, or a mistake."""
    if not all((found := _literal(address)) is not None and is_public(found) for address in addresses):
        raise AddressRefused("its name leads to an address of a private network")


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is an address of the open internet, also inside of those IPv6 addresses that carry an IPv4 one."""
    if isinstance(address, IPv6Address) and any(not is_public(inner) for inner in _carried(address)):
        return False
    if isinstance(address, IPv6Address) and (address.ipv4_mapped or address in NAT64):
        return True
    refused = any(address in network for network in REFUSED if network.version == address.version)
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified or refused)


def _carried(address: IPv6Address) -> list[IPv4Address]:
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in NAT64 or int(address) >> 32 == 0:
        found.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    return [inner for inner in found if inner is not None]


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
