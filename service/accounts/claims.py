"""What a provider says of a person, as an account: who it is, and by the groups which roles."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from insight_classifier.errors import ConfigError
from service.accounts.roles import ROLES
from service.accounts.rules import LONGEST_NAME, checked_author, checked_login
from service.errors import Forbidden, ServiceError

LONGEST_SUBJECT = 255


@dataclass(frozen=True)
class Mapped:
    """`roles`: by the provider's group. `emails_trusted`: the provider gives only addresses that it has given out itself."""

    roles: Mapping[str, str]
    groups_claim: str = "groups"
    author_claim: str | None = None
    emails_trusted: bool = False

    def __post_init__(self) -> None:
        """Raises ConfigError."""
        if unknown := sorted(set(self.roles.values()) - set(ROLES)):
            raise ConfigError(f"INSIGHT_OIDC_ROLES: {', '.join(unknown)} is no role. Use {', '.join(ROLES)}.")
        if not self.roles:
            raise ConfigError('INSIGHT_OIDC_ROLES: no group has a role. Set it as {"group": "reviewer"}.')


@dataclass(frozen=True)
class Person:
    """`email`: None where the provider does not stand for it."""

    issuer: str
    subject: str
    email: str | None
    name: str | None
    roles: tuple[str, ...]
    author: str | None


def person_of(claims: Mapping[str, Any], mapped: Mapped) -> Person:
    """Of claims that were checked. Raises ServiceError, or Forbidden where no group has a role here."""
    subject = _text(claims, "sub")
    if not subject or len(subject) > LONGEST_SUBJECT:
        raise ServiceError("The provider did not say who you are.", "sign_in_refused")
    roles = _roles(claims.get(mapped.groups_claim), mapped.roles)
    author = checked_author(_text(claims, mapped.author_claim)) if mapped.author_claim else None
    name = (_text(claims, "name") or "").strip()[:LONGEST_NAME]
    return Person(str(claims["iss"]), subject, _email(claims, mapped), name if name.isprintable() else None, roles, author)


def _email(claims: Mapping[str, Any], mapped: Mapped) -> str | None:
    address, verified = _text(claims, "email"), claims.get("email_verified")
    stands = verified is True or (verified is None and mapped.emails_trusted)
    return checked_login(address) if address and stands else None


def _roles(groups: object, roles: Mapping[str, str]) -> tuple[str, ...]:
    mine: Iterable[object] = groups if isinstance(groups, list) else [groups]
    held = {roles[group] for group in mine if isinstance(group, str) and group in roles}
    if not held:
        raise Forbidden("None of your groups has a role here. Ask whoever looks after your company accounts.", "not_permitted")
    return tuple(role for role in ROLES if role in held)


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) and value else None
