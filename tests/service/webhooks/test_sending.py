"""One attempt, against real servers: what is refused, what is followed, how long and how much is read."""

import asyncio
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from service.webhooks.addresses import AddressRefused
from service.webhooks.rules import Answer
from service.webhooks.sending import Sender
from tests.service.webhooks.receiver import Receiver, Reply

NAME = "hooks.example"


def sent(sender: Sender, *urls: str) -> list[Answer]:
    async def work() -> list[Answer]:
        try:
            return [await sender.send(url, {"webhook-id": "msg_1"}, "{}") for url in urls]
        finally:
            await sender.close()

    return asyncio.run(work())


def leads_to(*addresses: str):
    """A resolver that knows one name; each address is its answer for one question, the last for all that follow."""
    left = list(addresses)

    async def resolve(host: str, port: int) -> Sequence[str]:
        if host != NAME:
            raise socket.gaierror("unknown")
        return [left.pop(0) if len(left) > 1 else left[0]]

    return resolve


@pytest.fixture
def https(receiver: Receiver, tmp_path: Path) -> ssl.SSLContext:
    """Make the receiver speak TLS as NAME; the context that trusts it."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    named = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    subprocess.run([*new, *named, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
    return ssl.create_default_context(cafile=str(certificate))


def test_tls_asks_for_the_name_though_the_connection_goes_to_the_address(receiver: Receiver, https: ssl.SSLContext) -> None:
    sender = Sender(allow_private=True, resolve=leads_to("127.0.0.1"), tls=https)
    (answer,) = sent(sender, f"https://{NAME}:{receiver.port}/a?b=c")
    assert answer.ok
    assert (receiver.came[0].path, receiver.came[0].headers["host"]) == ("/a?b=c", f"{NAME}:{receiver.port}")


def test_a_certificate_of_another_name_is_refused(receiver: Receiver, https: ssl.SSLContext) -> None:
    (answer,) = sent(Sender(allow_private=True, tls=https), f"https://127.0.0.1:{receiver.port}/")
    assert "certificate is not trusted" in (answer.error or "")
    assert receiver.came == []


def test_a_name_that_leads_to_a_private_address_is_refused(receiver: Receiver) -> None:
    for address in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"):
        (answer,) = sent(Sender(resolve=leads_to(address)), f"https://{NAME}:{receiver.port}/")
        assert answer.error == "the address is refused: its name leads to an address of a private network"
    assert receiver.came == []


def test_a_name_that_changes_its_mind_after_the_check_gains_nothing(receiver: Receiver) -> None:
    sender = Sender(resolve=leads_to("8.8.8.8", "127.0.0.1"))

    async def work() -> Answer:
        await sender.require_allowed(f"https://{NAME}:{receiver.port}/")
        return await sender.send(f"https://{NAME}:{receiver.port}/", {}, "{}")

    assert "private network" in (asyncio.run(work()).error or "")
    assert receiver.came == []


@pytest.mark.parametrize("url", ["https://127.1/", "https://0x7f000001/", "https://2130706433/", "https://localhost/"])
def test_other_ways_to_write_this_machine_are_refused(url: str) -> None:
    async def work() -> None:
        await Sender().require_allowed(url)

    with pytest.raises(AddressRefused):
        asyncio.run(work())


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.answer = lambda came: Reply(302, {"Location": receiver.url("/private")})
    (answer,) = sent(Sender(allow_private=True), receiver.url())
    assert (answer.status, answer.ok, answer.error) == (302, False, "status 302")
    assert [came.path for came in receiver.came] == ["/hook"]


def test_proxies_of_the_environment_are_not_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert sent(Sender(allow_private=True), receiver.url())[0].ok


def test_a_proxy_that_is_set_carries_the_message(receiver: Receiver) -> None:
    proxied = Sender(allow_private=True, proxy=receiver.url(""), resolve=leads_to("127.0.0.1"))
    assert sent(proxied, f"http://{NAME}/hook")[0].ok
    assert receiver.came[0].path == f"http://{NAME}/hook"


def test_a_receiver_that_drips_is_cut_off(receiver: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            with suppress(OSError):
                for _ in range(100):
                    connection.sendall(b"x")
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()
        began = time.monotonic()
        (answer,) = sent(Sender(allow_private=True, seconds=0.5), f"http://127.0.0.1:{server.getsockname()[1]}/")
    assert answer.status is None
    assert time.monotonic() - began < 2


def test_a_huge_answer_is_not_read_to_its_end(receiver: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        written = []

        def flood() -> None:
            connection, _ = server.accept()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            with suppress(OSError):
                while len(written) < 10_000:
                    written.append(connection.send(b"x" * 65_536))

        thread = threading.Thread(target=flood, daemon=True)
        thread.start()
        (answer,) = sent(Sender(allow_private=True), f"http://127.0.0.1:{server.getsockname()[1]}/")
        thread.join(10)
    assert answer.ok
    assert sum(written) < 20_000_000


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 100_000])
def test_what_is_no_http_is_a_failure(said: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                connection.recv(65_536)
                connection.sendall(said)

        threading.Thread(target=speak, daemon=True).start()
        (answer,) = sent(Sender(allow_private=True), f"http://127.0.0.1:{server.getsockname()[1]}/")
    assert answer.error == "the receiver broke off or answered what is no HTTP"


def test_nobody_there_and_no_such_name_are_failures() -> None:
    answers = sent(Sender(allow_private=True, resolve=leads_to("127.0.0.1")), f"http://{NAME}:9/", "http://other.example/")
    assert [answer.error for answer in answers] == ["the receiver cannot be connected to", "the name of the receiver is not known"]


def test_a_connection_is_used_again(receiver: Receiver) -> None:
    asked = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    answers = sent(Sender(allow_private=True, resolve=resolve), *[f"http://{NAME}:{receiver.port}/"] * 3)
    assert [answer.ok for answer in answers] == [True] * 3
    assert asked == [NAME]


def test_a_name_server_that_hangs_is_not_waited_for() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(30)
        return []

    assert (sent(Sender(seconds=0.1, resolve=resolve), f"https://{NAME}/")[0].error or "").startswith("no answer within")
