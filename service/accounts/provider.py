"""An OpenID provider over HTTP: discovery, the way to it, and the exchange of a code for what it says of a person."""

import asyncio
import base64
import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import httpcore2
import structlog

from insight_classifier.errors import ConfigError
from service.accounts.attempt import Attempt
from service.accounts.id_tokens import WrongToken, checked_claims
from service.errors import NotAllowedNow, ServiceError

SECONDS, MOST_BYTES = 10.0, 1024 * 1024
REMEMBERED = 3600.0  # seconds that the provider's description and keys count
ASKED_AGAIN = 10.0  # seconds after which a key that nobody knows may make us ask again
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
log = structlog.get_logger("service")


class Provider:
    """For the event loop of one application. Raises ConfigError for an issuer that others could speak for."""

    def __init__(
        self, issuer: str, client_id: str, secret: str | None, *, scopes: str = "openid profile email", proxy: str | None = None,
        now: Callable[[], float] = time.time, clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        _require_safe(issuer)
        self.issuer, self.client_id, self._secret, self._scopes, self._proxy = issuer, client_id, secret, scopes, proxy
        self._now, self._clock = now, clock
        self._known: dict[str, tuple[float, dict[str, Any]]] = {}

    async def address(self, attempt: Attempt, back: str) -> str:
        """Where the browser goes to; `back` is where it comes back to. Raises NotAllowedNow."""
        described = await self._description()
        asked = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": back, "scope": self._scopes, "state": attempt.state,
            "nonce": attempt.nonce, "code_challenge": attempt.challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        way = str(described["authorization_endpoint"])
        return f"{way}{'&' if urlsplit(way).query else '?'}{urlencode(asked)}"

    async def claims(self, code: str, attempt: Attempt, back: str) -> dict[str, Any]:
        """What the provider says of whoever the code stands for. Raises NotAllowedNow, or ServiceError where it does not count."""
        token = await self._token(code, attempt, back)
        try:
            return self._checked(token, await self._keys(0.0), attempt)
        except WrongToken:  # keys change: it may be signed by one that is newer than what we know
            try:
                return self._checked(token, await self._keys(ASKED_AGAIN), attempt)
            except WrongToken as problem:
                log.warning("id_token_refused", reason=str(problem))
                raise ServiceError("What your provider sent does not count. Sign in again.", "sign_in_refused") from problem

    def _checked(self, token: str, keys: Mapping[str, Any], attempt: Attempt) -> dict[str, Any]:
        return checked_claims(token, keys, issuer=self.issuer, client_id=self.client_id, nonce=attempt.nonce, now=self._now)

    async def _description(self) -> dict[str, Any]:
        described = await self._remembered(self.issuer.rstrip("/") + "/.well-known/openid-configuration", REMEMBERED)
        if described.get("issuer") != self.issuer:
            log.error("provider_issuer_differs", configured=self.issuer, described=str(described.get("issuer"))[:200])
            raise _failed("it calls itself by another name than INSIGHT_OIDC_ISSUER")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            self._require_alike(described.get(name), name)
        return described

    async def _keys(self, fresh: float) -> dict[str, Any]:
        """`fresh`: 0, or the seconds beyond which what is remembered is asked for again."""
        described = await self._description()
        return await self._remembered(str(described["jwks_uri"]), fresh or REMEMBERED)

    async def _token(self, code: str, attempt: Attempt, back: str) -> str:
        described = await self._description()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": attempt.verifier}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        methods = described.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if self._secret is not None and "client_secret_basic" in methods:
            pair = f"{quote_plus(self.client_id)}:{quote_plus(self._secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": self.client_id} | ({"client_secret": self._secret} if self._secret is not None else {})
        answer = await self._ask("POST", str(described["token_endpoint"]), headers, urlencode(form).encode())
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise _failed("it sent no ID token")
        return token

    async def _remembered(self, address: str, seconds: float) -> dict[str, Any]:
        since, known = self._known.get(address, (float("-inf"), {}))
        if self._clock() >= since + seconds:
            known = await self._ask("GET", address, {})
            self._known[address] = (self._clock(), known)
        return known

    async def _ask(self, method: str, address: str, headers: Mapping[str, str], body: bytes | None = None) -> dict[str, Any]:
        """A JSON object. No redirects: none of these addresses may be elsewhere."""
        proxy = httpcore2.Proxy(self._proxy) if self._proxy else None
        wanted = [("Accept", "application/json"), *headers.items()]
        try:
            async with (
                asyncio.timeout(SECONDS),
                httpcore2.AsyncConnectionPool(proxy=proxy) as pool,
                pool.stream(method, address, headers=wanted, content=body) as response,
            ):
                content = await _limited(response)
        except (OSError, httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException, httpcore2.ProxyError) as problem:
            raise _failed("it cannot be reached") from problem
        if response.status in (400, 401) and body is not None:
            raise ServiceError("Your provider does not know the attempt any more. Sign in again.", "sign_in_refused")
        return _object(response.status, content)

    def _require_alike(self, address: object, name: str) -> None:
        if not isinstance(address, str) or urlsplit(address).scheme not in ("https", urlsplit(self.issuer).scheme):
            raise _failed(f"its {name} is none")


async def _limited(response: httpcore2.Response) -> bytes:
    parts: list[bytes] = []
    async for part in response.aiter_stream():
        parts.append(part)
        if sum(map(len, parts)) > MOST_BYTES:
            raise _failed("its answer is too long")
    return b"".join(parts)


def _object(status: int, content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content) if status == 200 else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise _failed(f"it answered with status {status}")
    return found


def _require_safe(issuer: str) -> None:
    parts = urlsplit(issuer)
    host = parts.netloc.rpartition("@")[2].rpartition(":")[0] or parts.netloc
    if parts.scheme != "https" and not (parts.scheme == "http" and (host in LOOPBACK or parts.netloc in LOOPBACK)):
        raise ConfigError("INSIGHT_OIDC_ISSUER begins with https://, or others could speak for the provider.")


def _failed(why: str) -> NotAllowedNow:
    log.warning("provider_failed", reason=why)
    return NotAllowedNow(
        f"Your provider could not be asked: {why}. Try again, or sign in with a password.", "provider_failed", retry_after=10
    )
