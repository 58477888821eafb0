"""What an account is and may be called, which passwords are taken, and where a page may lead on to."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from service.accounts.roles import ROLES, permissions_of
from service.errors import RequestError

LONGEST_LOGIN, LONGEST_NAME, LONGEST_AUTHOR = 200, 100, 200
SHORTEST_PASSWORD, LONGEST_PASSWORD, FEWEST_CHARACTERS = 12, 256, 6
FIRST_PASSWORD_LIFE = timedelta(days=3)
COMMON = ("password", "passw0rd", "qwerty", "123456", "letmein", "welcome")
HOME = "/"


@dataclass(frozen=True)
class Account:
    """A person as pages know them. `author`: the CRM's id of the notes that are the person's own."""

    id: str
    login: str
    name: str
    roles: tuple[str, ...]
    author: str | None = None
    must_change: bool = False
    has_password: bool = True  # else the person signs in through a provider alone

    @property
    def permissions(self) -> frozenset[str]:
        return permissions_of(self.roles)

    def may(self, permission: str) -> bool:
        return permission in self.permissions


LOCAL = Account("local", "local", "This machine", tuple(ROLES))  # whoever sits here, before there is any account or key


@dataclass(frozen=True)
class Wish:
    """An account as somebody wants it; `checked` makes it."""

    login: str
    name: str
    roles: tuple[str, ...]
    author: str | None = None


def checked(login: str, name: str | None, roles: Iterable[str], author: str | None = None) -> Wish:
    """Raises RequestError, which says what an account may be."""
    login = checked_login(login)
    return Wish(login, checked_name(name or login.partition("@")[0]), checked_roles(roles), checked_author(author))


def checked_login(login: str) -> str:
    """In the one form that is stored and compared."""
    known = normal_login(login)
    if not known or len(known) > LONGEST_LOGIN or not known.isprintable() or re.search(r"\s", known):
        raise RequestError(f"An e-mail address or login is 1 to {LONGEST_LOGIN} characters without blanks.", "invalid_request")
    return known


def normal_login(login: str) -> str:
    """Case and the ways in which Unicode writes one character make no difference."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def checked_name(name: str) -> str:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise RequestError(f"A name is 1 to {LONGEST_NAME} characters that can be read.", "invalid_request")
    return name.strip()


def checked_roles(roles: Iterable[str]) -> tuple[str, ...]:
    """In the order of ROLES, each once."""
    asked = set(roles)
    if unknown := sorted(asked - set(ROLES)):
        raise RequestError(f"{', '.join(unknown)[:100]}: no role. Use {', '.join(ROLES)}.", "invalid_request")
    if not asked:
        raise RequestError(f"An account needs at least one role: {', '.join(ROLES)}.", "invalid_request")
    return tuple(role for role in ROLES if role in asked)


def checked_author(author: str | None) -> str | None:
    if author is None or not author.strip():
        return None
    if len(author) > LONGEST_AUTHOR or not author.isprintable():
        raise RequestError(f"An author's id is 1 to {LONGEST_AUTHOR} characters that can be read.", "invalid_request")
    return author.strip()


def checked_password(password: str, account: Account) -> str:
    """In the one form that is hashed. Length counts, not kinds of characters (NIST SP 800-63B). Raises RequestError."""
    known = normal_password(password)
    if not SHORTEST_PASSWORD <= len(known) <= LONGEST_PASSWORD:
        raise RequestError(f"A password is {SHORTEST_PASSWORD} to {LONGEST_PASSWORD:,} characters: a few words do.", "password_refused")
    if len(set(known)) < FEWEST_CHARACTERS:
        raise RequestError("The password repeats too few characters. Take a few words.", "password_refused")
    if any(word in known.casefold() for word in _guesses(account)):
        raise RequestError("The password holds your name or a word that is tried first. Take others.", "password_refused")
    return known


def normal_password(password: str) -> str:
    """What different keyboards make of the same characters counts the same."""
    return unicodedata.normalize("NFKC", password)


def safe_next(address: str | None) -> str:
    """A page of ours to lead on to: never another server, whatever was asked for."""
    asked = address or HOME
    ours = re.fullmatch(r"/(?![/\\])[!-\[\]-~]*", asked) is not None and "\\" not in asked
    return asked if ours else HOME


def _guesses(account: Account) -> Iterable[str]:
    parts = re.split(r"[^\w]+", f"{account.login.partition('@')[0]} {account.name}".casefold())
    return (*COMMON, *(part for part in parts if len(part) >= 4))
