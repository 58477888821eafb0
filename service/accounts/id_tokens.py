"""ID tokens: signed by a key of the provider, for us, now, for this attempt. Needs the extra oidc."""

from collections.abc import Callable, Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")  # no shared secrets, never none
LEEWAY = 60  # seconds that clocks may differ


class WrongToken(Exception):
    """Says what is wrong with it, and nothing of what it holds."""


def checked_claims(
    token: str, keys: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: Callable[[], float]
) -> dict[str, Any]:
    """`keys`: the provider's JSON Web Key Set. Raises WrongToken."""
    registry = jwt.JWTClaimsRegistry(
        now=lambda: int(now()),
        leeway=LEEWAY,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        signed = jwt.decode(token, _readable(keys), algorithms=list(ALGORITHMS))
        registry.validate(signed.claims)
    except (JoseError, ValueError, KeyError, TypeError) as problem:
        raise WrongToken(f"{type(problem).__name__} {getattr(problem, 'claim', '') or ''}".strip()) from problem
    _require_for_us(signed.claims, client_id)
    return dict(signed.claims)


def _readable(keys: Mapping[str, Any]) -> KeySet:
    """Those for signatures; kinds that nobody here knows are no reason to refuse the others."""
    known = [key for key in keys.get("keys", []) if key.get("kty") in ("RSA", "EC") and key.get("use", "sig") == "sig"]
    return KeySet.import_key_set({"keys": known})


def _require_for_us(claims: Mapping[str, Any], client_id: str) -> None:
    """Where a token is for several, or names whom it was given to, that is us (OpenID Connect Core, 3.1.3.7)."""
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    party = claims.get("azp")
    if (several and party is None) or (party is not None and party != client_id):
        raise WrongToken("InvalidClaimError azp")
