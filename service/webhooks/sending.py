"""One attempt at one receiver: connected to an address that was checked, no redirects, ten seconds in all."""

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

import httpcore2

from service.database import now
from service.webhooks.addresses import AddressRefused, checked_url, require_public
from service.webhooks.rules import MOST_IN_FLIGHT, MOST_SUBSCRIPTIONS, Answer, retry_after

SECONDS = 10.0
ANSWER_BYTES = 64 * 1024  # read so that the connection can be used again, and dropped
CONNECTIONS = 200
LOOKUPS = MOST_SUBSCRIPTIONS * MOST_IN_FLIGHT  # threads; they are made when they are needed
IDLE_SECONDS = 20.0

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]  # the addresses of a name, as text; raises OSError


class SystemNames:
    """As the operating system does, on threads of its own: a name server that hangs must not hold up what else needs a thread."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(LOOKUPS, thread_name_prefix="webhook-names")

    async def __call__(self, host: str, port: int) -> list[str]:
        ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        return list(dict.fromkeys(str(item[4][0]) for item in found))


class CheckedBackend(httpcore2.AsyncNetworkBackend):
    """Connects to the very address that was checked, so that a name which changes its mind gains nothing. TLS still asks for the name."""

    def __init__(self, resolve: Resolve, *, allow_private: bool) -> None:
        self._plain = httpcore2.AnyIOBackend()
        self._resolve, self._allow_private = resolve, allow_private

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Raises AddressRefused or OSError."""
        found = await self._resolve(host, port)
        if not self._allow_private:
            require_public(found)
        return found

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        problem: Exception = OSError("a name without addresses")
        for address in await self.addresses(host, port):
            try:
                return await self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as failed:
                problem = failed
        raise problem

    async def sleep(self, seconds: float) -> None:
        await self._plain.sleep(seconds)


class Sender:
    """Sends messages. `proxy` is one that all go through (variables of the environment are not asked); it then makes the connections,
    so that names are only checked here and the proxy must keep to the same rule. `close` it at the end."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        proxy: str | None = None,
        resolve: Resolve | None = None,
        seconds: float = SECONDS,
        tls: ssl.SSLContext | None = None,
        now: Callable[[], datetime] = now,
    ) -> None:
        self.allow_private = allow_private
        self._seconds, self._now, self._proxy = seconds, now, proxy
        self._backend = CheckedBackend(resolve or SystemNames(), allow_private=allow_private)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls or httpcore2.default_ssl_context(),
            proxy=httpcore2.Proxy(proxy) if proxy else None,
            network_backend=None if proxy else self._backend,
            max_connections=CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
        )

    async def require_allowed(self, url: str) -> None:
        """Raises AddressRefused. A name that nobody knows yet may pass: it is asked again at each connection."""
        target = checked_url(url, allow_private=self.allow_private)
        try:
            async with asyncio.timeout(self._seconds / 2):
                await self._backend.addresses(target.host, target.port)
        except (OSError, UnicodeError):  # TimeoutError is an OSError
            return

    async def send(self, url: str, headers: Mapping[str, str], body: str) -> Answer:
        """What came of one attempt; never raises for what a receiver or the network did."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._seconds):
                status, wish = await self._post(url, headers, body)
            error = None if 200 <= status < 300 else f"status {status}"
            return Answer(status, error, retry_after(wish, self._now()), time.monotonic() - began)
        except (AddressRefused, OSError, UnicodeError, *NETWORK) as problem:
            return Answer(None, _in_words(problem), None, time.monotonic() - began)

    async def close(self) -> None:
        await self._pool.aclose()

    async def _post(self, url: str, headers: Mapping[str, str], body: str) -> tuple[int, str | None]:
        """Status and Retry-After. Raises AddressRefused and the errors of the network."""
        target = checked_url(url, allow_private=self.allow_private)
        if self._proxy:
            await self._backend.addresses(target.host, target.port)
        sent = {**headers, "content-type": "application/json", "accept-encoding": "identity"}
        async with self._pool.stream("POST", url, headers=list(sent.items()), content=body.encode("ascii")) as response:
            given = {name.lower(): value for name, value in response.headers}
            await _drain(response)
            wish = given.get(b"retry-after")
            return response.status, wish.decode("latin-1") if wish else None


NETWORK = (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError, httpcore2.ProxyError, httpcore2.UnsupportedProtocol)


async def _drain(response: httpcore2.Response) -> None:
    size = 0
    async for chunk in response.aiter_stream():
        size += len(chunk)
        if size > ANSWER_BYTES:
            return


def _in_words(problem: BaseException) -> str:
    """Why an attempt failed, without anything that the receiver wrote."""
    if isinstance(problem, AddressRefused):
        return f"the address is refused: {problem}"
    if isinstance(problem, (TimeoutError, httpcore2.TimeoutException)):
        return f"no answer within {SECONDS:g} s"
    if isinstance(problem, socket.gaierror):
        return "the name of the receiver is not known"
    if any(isinstance(cause, ssl.SSLError) for cause in _causes(problem)):
        return "the receiver's certificate is not trusted, or it speaks no TLS"
    if isinstance(problem, (httpcore2.ConnectError, OSError)):
        return "the receiver cannot be connected to"
    return "the receiver broke off or answered what is no HTTP"


def _causes(problem: BaseException | None) -> Iterator[BaseException]:
    while problem is not None:
        yield problem
        problem = problem.__cause__ or problem.__context__
