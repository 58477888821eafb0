"""Who a page is for: `account_of`, `require` and `form_of` are what every page asks."""

from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection, Request

from service.accounts.roles import PERMISSIONS, roles_with
from service.accounts.rules import LOCAL, Account
from service.accounts.tokens import derived, same
from service.bodies import parse_form, read_body, require_type
from service.errors import Forbidden, SignedOut

FORM = "application/x-www-form-urlencoded"
FORM_LIMIT, FORM_SECONDS = 65_536, 10.0
CSRF_FIELD, CSRF_HEADER = "csrf", "X-CSRF-Token"


@dataclass(frozen=True)
class Visitor:
    """Somebody at a page. `token` is what the cookie holds; None for whoever sits at this machine before there is any account or key."""

    account: Account
    token: str | None = field(default=None, repr=False)

    @property
    def csrf(self) -> str:
        """Belongs into every form, as the field `csrf`: other sites cannot know it."""
        return derived(self.token, "csrf") if self.token else ""


THIS_MACHINE = Visitor(LOCAL)


def visitor_of(connection: HTTPConnection) -> Visitor | None:
    """None at open addresses, for callers with a key, and where there is no database."""
    found: Visitor | None = getattr(connection.state, "visitor", None)
    return found


def account_of(request: HTTPConnection) -> Account:
    """Who is at a guarded page. Raises SignedOut; also as a dependency: Depends(account_of)."""
    visitor = visitor_of(request)
    if visitor is None:
        raise SignedOut("Sign in first.")
    return visitor.account


def require(permission: str) -> Callable[[Request], Account]:
    """A dependency: the account, which may. Raises ValueError at once for a permission that is not declared, Forbidden for a person."""
    roles_with(permission)

    def permitted(request: Request) -> Account:
        return require_permission(account_of(request), permission)

    return permitted


def require_permission(account: Account, permission: str) -> Account:
    """Raises Forbidden, which says what it takes."""
    if not account.may(permission):
        roles = ", ".join(roles_with(permission))
        detail = f"To {PERMISSIONS[permission]} takes one of the roles {roles}. Ask an administrator: insight accounts roles."
        raise Forbidden(detail, "not_permitted", required_permission=permission)
    return account


async def form_of(request: Request, *, limit: int = FORM_LIMIT, seconds: float = FORM_SECONDS) -> dict[str, str]:
    """The fields of a form that a page of ours sent. Raises RequestError, Forbidden."""
    body = await read_body(request, limit, seconds)
    require_type(request, FORM)
    form = parse_form(body)
    require_csrf(request, form.pop(CSRF_FIELD, None))
    return form


def require_csrf(request: HTTPConnection, sent: str | None) -> None:
    """`sent`: the form's token; scripts may send it as X-CSRF-Token. Raises Forbidden where a session has another."""
    visitor = visitor_of(request)
    token = sent or request.headers.get(CSRF_HEADER, "")
    if visitor is not None and visitor.token is not None and not same(token, visitor.csrf):
        raise Forbidden(
            "The form belongs to a session that has ended. Nothing was stored. Reload the page and send it again.", "not_from_here"
        )
