"""A file pulled from a host that the operator allows: https, no redirects, private addresses only where allowed by number."""

import socket
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpcore2

from service.errors import RequestError
from service.jobs.rules import Limits
from service.webhooks.addresses import AddressRefused, checked_url, require_public

READ_SECONDS = 30.0  # without a byte
OK = 200
Resolve = Callable[[str, int], Sequence[str]]  # the addresses of a name; raises OSError
NETWORK = (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError, OSError, UnicodeError)


class PullFailed(Exception):
    """The file could not be had. The message is for whoever made the job; `code` is that of a problem."""

    code = "job_source_failed"


@dataclass(frozen=True)
class Source:
    """An address that may be pulled from. `literal`: the operator allowed this very number, so it may be of a private network."""

    url: str
    host: str
    literal: bool


def checked_source(url: str, limits: Limits) -> Source:
    """Raises RequestError, without asking the network."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        names = {host, f"{host}:{parts.port}" if parts.port else host, f"[{host}]:{parts.port}"}
    except ValueError as problem:
        raise _refused("it cannot be read; use https://host/path") from problem
    if not limits.hosts:
        raise _refused("files are pulled from nowhere here. Upload the file, or ask whoever runs the service to allow the host")
    if not host or not names & limits.hosts:
        raise _refused("its host is none of those that are allowed here. Ask whoever runs the service to allow it, or upload the file")
    literal = _is_literal(host)
    try:
        checked_url(url, allow_private=literal)
    except AddressRefused as problem:
        raise _refused(str(problem)) from problem
    return Source(url, host, literal)


def resolve(host: str, port: int) -> list[str]:
    """As the operating system does."""
    return list(dict.fromkeys(str(item[4][0]) for item in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


class _CheckedBackend(httpcore2.NetworkBackend):
    """Connects to the very address that was checked. TLS still asks for the name."""

    def __init__(self, resolve: Resolve, *, literal: bool) -> None:
        self._plain, self._resolve, self._literal = httpcore2.SyncBackend(), resolve, literal

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        addresses = [host] if self._literal else self._resolve(host, port)
        if not self._literal:
            require_public(addresses)
        problem: Exception = OSError("a name without addresses")
        for address in addresses:
            try:
                return self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as failed:
                problem = failed
        raise problem


def pull(source: Source, limits: Limits, keep: Callable[[bytes], None], *, resolve: Resolve = resolve) -> None:
    """Hand the file's bytes to `keep`, which may raise to end it. Raises PullFailed."""
    until = time.monotonic() + limits.pull_seconds
    waits = dict.fromkeys(("connect", "read", "write", "pool"), READ_SECONDS)
    backend = _CheckedBackend(resolve, literal=source.literal)
    try:
        with (
            httpcore2.ConnectionPool(ssl_context=httpcore2.default_ssl_context(), network_backend=backend) as pool,
            pool.stream("GET", source.url, headers={"accept-encoding": "gzip, identity"}, extensions={"timeout": waits}) as response,
        ):
            _require_file(response, limits)
            for data in response.iter_stream():
                if time.monotonic() > until:
                    raise PullFailed(f"the file did not arrive within {limits.pull_seconds:g} s")
                keep(data)
    except AddressRefused as problem:
        raise PullFailed(f"the address is refused: {problem}") from problem
    except NETWORK as problem:
        raise PullFailed(_in_words(problem)) from problem


def _require_file(response: httpcore2.Response, limits: Limits) -> None:
    if 300 <= response.status < 400:
        raise PullFailed(f"the host answered {response.status}: redirects are not followed. Give the file's own address")
    if response.status != OK:
        raise PullFailed(f"the host answered {response.status}")
    length = next((value for name, value in response.headers if name.lower() == b"content-length"), b"")
    if length.isdigit() and int(length) > limits.largest:
        raise PullFailed(f"the file is larger than {limits.largest:,} bytes. Make several jobs of it")


def _in_words(problem: Exception) -> str:
    """Without the address: it may hold a signature."""
    if isinstance(problem, (TimeoutError, httpcore2.TimeoutException)):
        return f"the host said nothing for {READ_SECONDS:g} s"
    if isinstance(problem, (socket.gaierror, UnicodeError)):
        return "the name of the host is not known"
    if isinstance(problem, (httpcore2.ConnectError, ConnectionRefusedError)):
        return "the host cannot be connected to, or its certificate is not trusted"
    return "the host broke off, or answered what is no HTTP"


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _refused(why: str) -> RequestError:
    return RequestError(f"url: {why}.", "job_source_refused")
