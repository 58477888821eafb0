"""A head has a time to arrive in, a connection to begin; requests that take longer are left alone."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from service.heads import HeadsInTime, InTime
from tests.service.conftest import wait_until

SECONDS = 0.5
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Hasty(HeadsInTime):
    seconds = SECONDS


class HastyH11(InTime, H11Protocol):
    """Where httptools is not installed, as by default."""

    seconds = SECONDS


async def slow(scope, receive, send) -> None:
    """Answers after twice the time that a head has."""
    await asyncio.sleep(2 * SECONDS)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def echo(scope, receive, send) -> None:
    """Answers with the body that came."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def connected(app: object, protocol: type) -> Iterator[socket.socket]:
    config = uvicorn.Config(app, port=0, http=protocol, lifespan="off", log_config=None, timeout_keep_alive=30)  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    with socket.create_connection(server.servers[0].sockets[0].getsockname()) as connection:
        connection.settimeout(10)
        yield connection
    server.should_exit = True
    thread.join(10)


@pytest.fixture(params=[Hasty, HastyH11])
def connection(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    with connected(slow, request.param) as connection:
        yield connection


def seconds_until_closed(connection: socket.socket, dripping: bytes = b"") -> float:
    started = time.monotonic()
    connection.settimeout(0.05)
    while time.monotonic() < started + 10:
        try:
            connection.sendall(dripping)
            if not connection.recv(1000):
                break
        except TimeoutError:
            continue
        except ConnectionError:
            break
    return time.monotonic() - started


def test_a_connection_that_says_nothing_is_closed(connection: socket.socket) -> None:
    assert seconds_until_closed(connection) < 3


def test_a_head_that_drips_is_closed_however_often_a_byte_comes(connection: socket.socket) -> None:
    connection.sendall(b"GET / HTTP/1.1\r\nX: ")
    assert seconds_until_closed(connection, b"a") < 3


def test_a_second_head_that_drips_is_closed(connection: socket.socket) -> None:
    connection.sendall(GET)
    assert connection.recv(1000).endswith(b"ok")
    connection.sendall(b"GET /")
    assert seconds_until_closed(connection, b"a") < 3


def test_an_answer_may_take_longer_and_the_connection_stays_for_more(connection: socket.socket) -> None:
    for _ in range(2):
        connection.sendall(GET)
        assert connection.recv(1000).endswith(b"ok")
        time.sleep(2 * SECONDS)


OFFER = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"


@pytest.mark.parametrize("protocol", [Hasty, HastyH11])
@pytest.mark.parametrize("sent", [b"Content-Length: 5\r\n\r\nwords", b"Transfer-Encoding: chunked\r\n\r\n5\r\nwords\r\n0\r\n\r\n"])
def test_a_request_that_offers_another_protocol_keeps_its_body(protocol: type, sent: bytes) -> None:
    with connected(echo, protocol) as connection:
        for _ in range(2):  # and the next one on the same connection
            connection.sendall(OFFER + sent)
            assert connection.recv(1000).endswith(b"words")


def test_what_looks_like_an_offer_in_a_body_stays_as_it_is() -> None:
    body = b"a\r\nUpgrade: h2c\r\n\r\nb\r\nUpgrade: h2c"
    with connected(echo, Hasty) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body))
        time.sleep(0.1)
        connection.sendall(body)
        assert connection.recv(1000).endswith(body)
