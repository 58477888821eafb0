"""What the OpenAPI document says of keys: how they come, which address needs which scope, how a caller is refused."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from fastapi import FastAPI

from service.openapi import responses
from service.people.addresses import OPEN, Addresses
from service.people.oauth import PATH
from service.people.rules import SCOPES

REFUSALS = ("unauthorized", "forbidden", "rate_limited", "storage_unavailable")
NOTES = ("quota_exceeded",)
METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})
SCHEMES: Mapping[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key, or a token from the token endpoint."},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "A key."},
    "oauth": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": PATH, "scopes": dict(SCOPES)}}},
}


def add_security(app: FastAPI, addresses: Addresses, counted: Iterable[str] = ()) -> None:
    """Make `app.openapi` tell all this. `counted` are the addresses that judge notes and so take from a quota."""
    plain, counting = app.openapi, frozenset(counted)

    @cache
    def openapi() -> dict[str, Any]:
        document = plain()
        document.setdefault("components", {})["securitySchemes"] = dict(SCHEMES)
        for path, item in document.get("paths", {}).items():
            for method, operation in item.items():
                scope = addresses.scope(method.upper(), path) if method in METHODS else OPEN
                if scope != OPEN:
                    operation["security"] = [{"bearer": []}, {"key": []}, {"oauth": [scope]}]
                    _add_refusals(operation, (*REFUSALS, *(NOTES if path in counting else ())))
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _add_refusals(operation: dict[str, Any], codes: Iterable[str]) -> None:
    """Beside what the address answers with the same status of its own."""
    known = operation.setdefault("responses", {})
    for status, refusal in responses(None, codes).items():
        own: dict[str, Any] | None = known.get(str(status))
        said = [part for part in (own or {}).get("description", "").split("; ") if part]
        words = "; ".join(dict.fromkeys([*said, *refusal["description"].split("; ")]))
        known[str(status)] = {**refusal, **(own or {}), "description": words}
