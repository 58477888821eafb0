"""`/login/oidc` leads to the provider, `/login/oidc/callback` back from it."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.accounts.attempt import new_attempt, read_attempt
from service.accounts.entrance import Entrance
from service.accounts.federation import Federation
from service.accounts.provider import Provider
from service.accounts.tokens import same
from service.errors import ServiceError

START, BACK = "/login/oidc", "/login/oidc/callback"
COOKIE, SECONDS = "insight_oidc", 600


def oidc_routes(entrance: Entrance, federation: Federation, provider: Provider, public: str) -> APIRouter:
    """`public`: the address at which people reach the service."""
    router = APIRouter(include_in_schema=False, route_class=entrance.rendering.route_class())
    browser, back = entrance.visits.browser, public.rstrip("/") + BACK

    @router.get(START)
    async def start(request: Request) -> Response:
        attempt = new_attempt(request.query_params.get("next"))
        response = RedirectResponse(await provider.address(attempt, back), 303)
        browser.give(response, request, attempt.cookie(), name=COOKIE, seconds=SECONDS)
        return response

    @router.get(BACK)
    async def come_back(request: Request) -> Response:
        """A new session, for the very browser that began."""
        query, attempt = request.query_params, read_attempt(browser.cookie(request, COOKIE) or "")
        if not attempt.secret or not same(query.get("state", ""), attempt.state):
            raise ServiceError("This browser did not begin to sign in, or took longer than ten minutes. Begin again.", "sign_in_refused")
        if "code" not in query or query.get("iss", provider.issuer) != provider.issuer:
            raise ServiceError("Your provider did not sign you in. Begin again.", "sign_in_refused")
        _, token = await federation.enter(await provider.claims(query["code"], attempt, back))
        if before := await entrance.visits.visitor(request):
            await federation.sign_in.leave(before)
        response = RedirectResponse(attempt.going, 303)
        browser.take(response, request, name=COOKIE)
        browser.give(response, request, token, seconds=int(federation.sign_in.spans.whole.total_seconds()))
        return response

    return router
