"""Who may do what: permissions, and the roles that hold them. All else asks this table; no role is named elsewhere in code."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

PERMISSIONS: Mapping[str, str] = {
    "account": "see one's own account and change its password",
    "score": "have a note judged on the page",
    "own": "see one's own notes and what became of them",
    "read": "read notes, judgements and queues",
    "measures": "see agreement and the measures of the loop",
    "review": "decide on judgements, mark evidence, comment and flag",
    "safety": "acknowledge possible adverse events and hand them over",
    "adjudicate": "settle disagreements, keep the gold set, assign, act on a whole query",
    "outcome": "say what became of an insight",
    "define": "work on the definition",
    "export": "take decisions out and in",
    "admin": "manage accounts",
}


@dataclass(frozen=True)
class Role:
    """A role as people see it."""

    title: str
    permissions: frozenset[str]


def _role(title: str, *permissions: str) -> Role:
    return Role(title, frozenset({"account", *permissions}))


_READING = ("score", "read", "measures")
_REVIEWING = (*_READING, "review", "safety")

ROLES: Mapping[str, Role] = {
    "viewer": _role("Viewer", *_READING),
    "reviewer": _role("Reviewer", *_REVIEWING),
    "lead": _role("Lead reviewer", *_REVIEWING, "adjudicate", "outcome", "export"),
    "scientist": _role("Scientist", *_READING, "define", "export"),
    "author": _role("Author", "score", "own"),
    "admin": _role("Administrator", *_READING, "admin"),
}


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """Everything that any of the roles holds; a role that this version does not know holds nothing."""
    return frozenset().union(*(ROLES[role].permissions for role in roles if role in ROLES))


def roles_with(permission: str) -> tuple[str, ...]:
    """The roles that hold a permission. Raises ValueError for one that is not declared: a page that asks for it could never be opened."""
    if permission not in PERMISSIONS:
        raise ValueError(f"{permission!r} is no permission: use {', '.join(PERMISSIONS)}")
    return tuple(name for name, role in ROLES.items() if permission in role.permissions)
