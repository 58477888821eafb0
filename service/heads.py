"""Heads of requests, before uvicorn reads them. Connections whose request never begins, or whose head never ends, are closed: uvicorn holds
them for ever, and there are only so many. Offers of another protocol are passed over.

Bodies have a time of their own (`service.bodies`), connections between two requests too (uvicorn's keep-alive).
"""

import asyncio
import re
from typing import Any, ClassVar

from uvicorn.protocols.http.auto import AutoHTTPProtocol

HEAD_END, UPGRADE = b"\r\n\r\n", re.compile(rb"(?i)(\r\n)upgrade:")
Protocol: Any = AutoHTTPProtocol  # h11's or httptools', whichever is installed


class InTime:
    """What is added to one of uvicorn's protocols. Its `cycle` is the request that it is at, or was at last."""

    seconds: ClassVar[float] = 60.0  # as nginx has it: load balancers may open connections before they need them
    cycle: Any
    transport: asyncio.Transport
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)  # type: ignore[misc]
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data if self._in_hand() else without_upgrade(data))  # type: ignore[misc]
        self._watch()

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)  # type: ignore[misc]
        self._stop()

    def _watch(self) -> None:
        """Time runs while bytes have come, or none ever, and no request is in hand; further bytes do not start it anew."""
        if self._in_hand():
            self._stop()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self.seconds, self._close)

    def _in_hand(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _close(self) -> None:
        if not self._in_hand():
            self.transport.close()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def without_upgrade(data: bytes) -> bytes:
    """The beginning of a request that offers to go on in another protocol, as one that does not.

    Spring's and other clients in Java offer HTTP/2 with their first request. We may go on as we are; uvicorn would lose the body.
    """
    head, end, body = data.partition(HEAD_END)
    return UPGRADE.sub(rb"\1ignored:", head) + end + body


class HeadsInTime(InTime, Protocol):  # type: ignore[misc]
    """For uvicorn's setting `http`."""
