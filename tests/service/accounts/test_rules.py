"""What accounts, passwords and addresses are taken; what the roles hold."""

import pytest

from service.accounts.roles import PERMISSIONS, ROLES, permissions_of, roles_with
from service.accounts.rules import LOCAL, Account, checked, checked_password, safe_next
from service.accounts.tokens import first_password
from service.accounts.visitor import require, require_permission
from service.errors import Forbidden, RequestError

RITA = Account("acc_1", "rita@example.com", "Rita Moss", ("reviewer",))


def test_roles_hold_declared_permissions_and_each_permission_has_a_role() -> None:
    assert permissions_of(ROLES) == set(PERMISSIONS)
    assert all(roles_with(permission) for permission in PERMISSIONS)


def test_an_author_sees_own_notes_alone_and_only_administrators_manage_accounts() -> None:
    assert not {"read", "measures", "review"} & permissions_of(["author"])
    assert roles_with("admin") == ("admin",)
    assert roles_with("own") == ("author",)


def test_several_roles_may_what_either_may_and_an_unknown_one_nothing() -> None:
    assert permissions_of(["author", "viewer"]) == permissions_of(["author"]) | permissions_of(["viewer"])
    assert permissions_of(["boss"]) == frozenset()


def test_a_page_that_asks_for_an_undeclared_permission_does_not_start() -> None:
    with pytest.raises(ValueError, match="no permission"):
        require("reviews")


def test_whoever_may_not_is_told_what_it_takes() -> None:
    assert require_permission(LOCAL, "own") is LOCAL
    with pytest.raises(Forbidden, match="takes one of the roles scientist"):
        require_permission(RITA, "define")


@pytest.mark.parametrize("login", ["", " ", "two words", "nul\0@example.com", "x" * 201])
def test_a_login_is_one_word(login: str) -> None:
    with pytest.raises(RequestError):
        checked(login, None, ["viewer"])


def test_a_wish_has_one_form() -> None:
    wish = checked(" Rita@Example.COM ", None, ["reviewer", "viewer", "viewer"], " ")
    assert (wish.login, wish.name, wish.roles, wish.author) == ("rita@example.com", "rita", ("viewer", "reviewer"), None)


@pytest.mark.parametrize("password", ["correct horse battery", "ünïcödé wörds", "🧪🧬 and eight more"])
def test_words_are_a_password(password: str) -> None:
    assert checked_password(password, RITA)


def test_a_first_password_is_one() -> None:
    assert checked_password(first_password(), RITA)


@pytest.mark.parametrize("password", ["elevenchars", "ababababababab", "moss grows slowly", "RITA is my name", "qwerty and more"])
def test_what_is_guessed_first_is_not(password: str) -> None:
    with pytest.raises(RequestError):
        checked_password(password, RITA)


@pytest.mark.parametrize("address", ["/", "/review?view=mine&x=%C3%A9#top", "/a/b.c"])
def test_pages_of_ours_are_led_on_to(address: str) -> None:
    assert safe_next(address) == address


@pytest.mark.parametrize("address", [None, "", "//x", "/\\x", "https://x", "/a\nb", "/a b", "/a\\b", "x", "/é"])
def test_nothing_else_is(address: str | None) -> None:
    assert safe_next(address) == "/"
