"""OAuth 2.0 client credentials (RFC 6749, 4.4): a key is a client, and is exchanged for a token of an hour.

The client's id is the visible beginning of the key, `ic_live_…`, its secret is the rest after the underscore.
"""

import base64
import binascii
from collections import Counter
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from service.bodies import read_body, require_type
from service.database import Database
from service.errors import LimitReached, NotAllowedNow, RequestError, Unauthorized
from service.people.credentials import hash_of, joined, new_token
from service.people.grants import add_token, token_end
from service.people.keyring import Keyring
from service.people.rate import Rates
from service.people.rules import Grant

PATH = "/oauth/token"
FORM = "application/x-www-form-urlencoded"
BODY_LIMIT, BODY_SECONDS = 8192, 10
TOKENS_A_MINUTE = 60  # of one key: who asks for a token with each call is told to keep it
UNCACHED = {"Cache-Control": "no-store", "Pragma": "no-cache"}
WRONG_CLIENT = "The client id or its secret is wrong, or the key has ended."


class OAuthError(Exception):
    """`error` is one of the RFC's words; the description is ASCII without quotes."""

    def __init__(self, error: str, description: str, status: int = 400, headers: dict[str, str] | None = None) -> None:
        super().__init__(description)
        self.error, self.status, self.headers = error, status, headers or {}

    def response(self) -> JSONResponse:
        content = {"error": self.error, "error_description": str(self)}
        return JSONResponse(content, self.status, headers={**UNCACHED, **self.headers})


def oauth_routes(database: Database, keyring: Keyring) -> APIRouter:
    """`POST /oauth/token`. The address is open: the client's secret is in the request."""
    router = APIRouter(tags=["keys"])
    rates = Rates(TOKENS_A_MINUTE, clock=keyring.clock)

    @router.post(PATH, summary="Exchange a key for a token", openapi_extra=_documented(), responses=_responses())
    async def token(request: Request) -> JSONResponse:
        """Client credentials, by HTTP Basic or in the form; `scope` may ask for less than the key has."""
        try:
            form = await _form(request)
            _require_grant_type(form)
            grant = await _client(form, request.headers.get("authorization"), keyring)
            scopes = _scopes(form.get("scope"), grant)
            _within_rate(rates, grant)
            return JSONResponse(await _issued(database, keyring, grant, scopes), headers=UNCACHED)
        except OAuthError as problem:
            return problem.response()
        except NotAllowedNow as problem:
            return OAuthError("temporarily_unavailable", str(problem), 503, _retry(problem)).response()

    return router


async def _form(request: Request) -> dict[str, str]:
    """Parameters may not be repeated; those without a value count as left out (RFC 6749, 3.2)."""
    try:
        body = await read_body(request, BODY_LIMIT, BODY_SECONDS)
        require_type(request, FORM)
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20)
    except (RequestError, ValueError) as problem:
        raise OAuthError("invalid_request", f"Send the parameters as {FORM}, in UTF-8, each with percent signs where needed.") from problem
    if repeated := [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]:
        raise OAuthError("invalid_request", f"A parameter was sent more than once: {_ascii(repeated[0])}.")
    return {name: value for name, value in pairs if value}


def _require_grant_type(form: dict[str, str]) -> None:
    if "grant_type" not in form:
        raise OAuthError("invalid_request", "grant_type is missing: send grant_type=client_credentials.")
    if form["grant_type"] != "client_credentials":
        raise OAuthError("unsupported_grant_type", "Only client_credentials is known here.")


async def _client(form: dict[str, str], header: str | None, keyring: Keyring) -> Grant:
    """Whose credentials these are; a token is no client, or it would renew itself for ever."""
    if header is not None and "client_secret" in form:
        raise OAuthError("invalid_request", "Send the credentials by HTTP Basic or in the body, not both.")
    client_id, secret = (form.get("client_id", ""), form.get("client_secret", "")) if header is None else _basic(header)
    try:
        grant = await keyring.grant(joined(client_id, secret))
    except Unauthorized as problem:
        raise _wrong_client() from problem
    if grant.token:
        raise _wrong_client()
    return grant


def _basic(header: str) -> tuple[str, str]:
    """Both parts are encoded as in a form before they are joined (RFC 6749, 2.3.1)."""
    scheme, _, encoded = header.partition(" ")
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        decoded = ""
    client_id, _, secret = (decoded if scheme.lower() == "basic" else "").partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


def _scopes(asked: str | None, grant: Grant) -> frozenset[str]:
    """All of the key's, or fewer."""
    if asked is None:
        return grant.caller.scopes
    scopes = frozenset(asked.split())
    if not scopes or not scopes <= grant.caller.scopes:
        raise OAuthError("invalid_scope", f"The key has the scopes {' '.join(sorted(grant.caller.scopes))}.")
    return scopes


def _within_rate(rates: Rates, grant: Grant) -> None:
    try:
        rates.take(grant.caller, TOKENS_A_MINUTE)
    except LimitReached as problem:
        detail = f"A key gets {TOKENS_A_MINUTE} tokens a minute. Keep a token until it expires."
        raise OAuthError("temporarily_unavailable", detail, 429, _retry(problem)) from problem


async def _issued(database: Database, keyring: Keyring, grant: Grant, scopes: frozenset[str]) -> dict[str, Any]:
    token, at = new_token(), keyring.now()
    ends = token_end(grant.ends, at)
    await database.write_async(partial(add_token, digest=hash_of(token), key_id=grant.caller.key_id, scopes=scopes, at=at, ends=ends))
    seconds = max(1, int((ends - at).total_seconds()))
    return {"access_token": token, "token_type": "Bearer", "expires_in": seconds, "scope": " ".join(sorted(scopes))}


def _wrong_client() -> OAuthError:
    return OAuthError("invalid_client", WRONG_CLIENT, 401, {"WWW-Authenticate": 'Basic realm="insight"'})


def _retry(problem: NotAllowedNow) -> dict[str, str]:
    return {"Retry-After": str(problem.retry_after or 1)}


def _ascii(text: str) -> str:
    return "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else "?" for c in text[:40])


def _documented() -> dict[str, Any]:
    texts = ("grant_type", "client_id", "client_secret", "scope")
    properties: dict[str, Any] = {name: {"type": "string"} for name in texts}
    properties["grant_type"] = {"type": "string", "enum": ["client_credentials"]}
    schema = {"type": "object", "required": ["grant_type"], "properties": properties}
    return {"requestBody": {"required": True, "content": {FORM: {"schema": schema}}}, "security": []}


def _responses() -> dict[int | str, dict[str, Any]]:
    def described(words: str, *required: str, **properties: str) -> dict[str, Any]:
        schema = {"type": "object", "required": list(required), "properties": {name: {"type": kind} for name, kind in properties.items()}}
        return {"description": words, "content": {"application/json": {"schema": schema}}}

    issued = {"access_token": "string", "token_type": "string", "expires_in": "integer", "scope": "string"}
    refused = {"error": "string", "error_description": "string"}
    words = {400: "The request is wrong", 401: "The client is unknown", 429: "Too many tokens", 503: "The database cannot be used now"}
    return {
        200: described("A token", *issued, **issued),
        **{status: described(said, *refused, **refused) for status, said in words.items()},
    }
