"""Who comes to a page: a person who is signed in and may, whose requests come from our own pages. Every other is told what to do."""

from urllib.parse import quote

from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from service.accounts.browser import SAFE_METHODS
from service.accounts.rules import Account
from service.accounts.visitor import THIS_MACHINE, Visitor, require_permission
from service.accounts.visits import Visits
from service.errors import Forbidden, ServiceError, SignedOut
from service.rendering import Rendering, wants_page

LOGIN, LOGOUT, ACCOUNT = "/login", "/logout", "/account"
LEFT = f"{LOGIN}?left"  # after signing out


class Entrance:
    """`rendering` shows refusals as pages."""

    def __init__(self, visits: Visits, rendering: Rendering) -> None:
        self.visits, self.rendering = visits, rendering

    async def admit(self, connection: HTTPConnection, method: str, permission: str, *, local: bool) -> Visitor:
        """`local`: this machine needs no account yet. Raises SignedOut, Forbidden or StorageUnavailable."""
        visitor = await self.visits.visitor(connection) or (THIS_MACHINE if local else None)
        if visitor is None:
            raise SignedOut("Sign in, in another tab where something is typed here already, and send it again. Nothing of it was stored.")
        connection.state.visitor = visitor  # a refusal too tells who it is for, and lets them sign out
        self._require_ours(connection, method, visitor)
        self._require_own_password(connection, visitor.account)
        require_permission(visitor.account, permission)
        return visitor

    def refused(self, request: Request, problem: ServiceError) -> Response:
        """Where there is a way on, a browser that asks for a page is led there."""
        if problem.code == "signed_out" and request.url.path == LOGOUT:
            return RedirectResponse(LOGIN, 303)
        if request.method in SAFE_METHODS and wants_page(request):
            if problem.code == "signed_out":
                return RedirectResponse(f"{LOGIN}?next={quote(_address(request))}", 303)
            if problem.code == "password_due":
                return RedirectResponse(ACCOUNT, 303)
        return self.rendering.problem(request, problem)

    def _require_ours(self, connection: HTTPConnection, method: str, visitor: Visitor) -> None:
        told = visitor.token is not None  # at this machine programs that are no browsers go on as before
        if method not in SAFE_METHODS and not self.visits.browser.is_from_us(connection, told=told):
            raise Forbidden("Send it from the page itself. Behind a proxy, set INSIGHT_PUBLIC_URL.", "not_from_here")

    def _require_own_password(self, connection: HTTPConnection, account: Account) -> None:
        if account.must_change and connection.url.path not in (ACCOUNT, LOGOUT):
            raise Forbidden(f"Your password was made by somebody else. Change it at {ACCOUNT}.", "password_due")


def _address(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
