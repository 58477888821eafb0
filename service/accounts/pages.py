"""`/login`, `/logout` and `/account`: plain forms, which work without any script."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.accounts.entrance import ACCOUNT, LEFT, LOGIN, LOGOUT, Entrance
from service.accounts.roles import PERMISSIONS, ROLES
from service.accounts.rules import HOME, LOCAL, SHORTEST_PASSWORD, safe_next
from service.accounts.signing_in import SignIn
from service.accounts.visitor import account_of, form_of, visitor_of
from service.errors import Forbidden, RequestError, ServiceError, problem_of


def account_routes(entrance: Entrance, sign_in: SignIn, *, provider: bool = False) -> APIRouter:
    """`provider`: whether one can sign in through an OpenID provider too."""
    router = APIRouter(include_in_schema=False, route_class=entrance.rendering.route_class())
    _add_signing_in(router, entrance, sign_in, provider=provider)
    _add_account(router, entrance, sign_in)
    return router


def _add_signing_in(router: APIRouter, entrance: Entrance, sign_in: SignIn, *, provider: bool) -> None:
    browser, rendering = entrance.visits.browser, entrance.rendering

    def page(request: Request, going: str, login: str = "", problem: ServiceError | None = None) -> Response:
        told = problem_of(problem) if problem else None
        shown = {"next": going, "login": login, "problem": told, "provider": provider, "left": "left" in request.query_params}
        response = rendering.page("login.html", request, told.status if told else 200, **shown)
        response.headers.update(told.all_headers() if told else {})
        return response

    @router.get(LOGIN)
    async def ask(request: Request) -> Response:
        """Who is signed in already goes on."""
        going = safe_next(request.query_params.get("next"))
        return RedirectResponse(going, 303) if await entrance.visits.visitor(request) else page(request, going)

    @router.post(LOGIN)
    async def enter(request: Request) -> Response:
        """A new session; one that this browser had ends."""
        if not browser.is_from_us(request):
            raise Forbidden("Sign in at the page itself. Behind a proxy, set INSIGHT_PUBLIC_URL.", "not_from_here")
        form = await form_of(request)
        login, going = form.get("login", ""), safe_next(form.get("next"))
        try:
            account, token = await sign_in.by_password(login, form.get("password", ""), address_of(request))
        except ServiceError as problem:
            return page(request, going, login[:200], problem)
        if before := await entrance.visits.visitor(request):
            await sign_in.leave(before)
        response = RedirectResponse(ACCOUNT if account.must_change else going, 303)
        browser.give(response, request, token, seconds=int(sign_in.spans.whole.total_seconds()))
        return response

    @router.post(LOGOUT)
    async def leave(request: Request) -> Response:
        """Where the session has ended already the guard leads to the same page."""
        if visitor := visitor_of(request):
            await form_of(request)
            await sign_in.leave(visitor)
        response = RedirectResponse(LEFT, 303)
        browser.take(response, request)
        return response


def _add_account(router: APIRouter, entrance: Entrance, sign_in: SignIn) -> None:
    browser, rendering = entrance.visits.browser, entrance.rendering

    def page(request: Request, problem: ServiceError | None = None, *, done: bool = False) -> Response:
        account, told = account_of(request), problem_of(problem) if problem else None
        may = {permission: words for permission, words in PERMISSIONS.items() if account.may(permission)}
        shown = {"account": account, "roles": ROLES, "may": may, "problem": told, "done": done, "shortest": SHORTEST_PASSWORD}
        return rendering.page("account.html", request, told.status if told else 200, local=account is LOCAL, **shown)

    @router.get(ACCOUNT)
    async def show(request: Request) -> Response:
        return page(request, done="changed" in request.query_params)

    @router.post(ACCOUNT)
    async def change(request: Request) -> Response:
        """Another password; every other browser is signed out, this one gets a new session."""
        account, form = account_of(request), await form_of(request)
        try:
            if form.get("new", "") != form.get("again", ""):
                raise RequestError("The new password was not typed the same twice.", "password_refused")
            token = await sign_in.change_password(account, form.get("current", ""), form.get("new", ""), address_of(request))
        except ServiceError as problem:
            return page(request, problem)
        response = RedirectResponse(HOME if account.must_change else f"{ACCOUNT}?changed", 303)
        browser.give(response, request, token, seconds=int(sign_in.spans.whole.total_seconds()))
        return response


def address_of(request: Request) -> str | None:
    """Of the other end, for counting attempts; behind a proxy that FORWARDED_ALLOW_IPS trusts, of whom it speaks for."""
    return request.client.host if request.client else None
