"""What every exchange gets, whatever the route: request id, security headers, a log line, and an answer when all else failed."""

import re
import time
import uuid
from contextlib import AbstractContextManager, nullcontext

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from service.answers import PROBLEM, problem_response, report
from service.watch import Watch, unseen

ACCEPTED_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}\Z")
CLIENT_LEFT = 499  # nginx's number for it; only the log sees it
LOGGED_PATH = 200  # characters
UNKNOWN_ROUTE = "none"
POLICY = "; ".join(
    ["default-src 'self'", "base-uri 'none'", "object-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "img-src 'self' data:"]
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
log = structlog.get_logger("service")


class Edge:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, watch: Watch | None = None) -> None:
        self.app, self.watch = app, watch or unseen()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with self.watch.tracing.request(Headers(scope=scope), scope["method"]) as trace_id, _logged_with(trace_id):
            await self._exchange(scope, receive, send)

    async def _exchange(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = _Exchange(scope, send)
        try:
            await self.app(scope, receive, exchange.send)
        except ClientDisconnect:
            exchange.status = CLIENT_LEFT
        except Exception as error:  # noqa: BLE001 the caller is told
            await exchange.apologise(error, scope, receive)
        finally:
            exchange.log()
            exchange.tell(self.watch)


def _logged_with(trace_id: str | None) -> AbstractContextManager[None]:
    """Each line of the request tells its trace, where it has one."""
    return bound_contextvars(trace_id=trace_id) if trace_id else nullcontext()


class _Exchange:
    """One request and its answer, as far as it has come."""

    def __init__(self, scope: Scope, send: Send) -> None:
        asked = Headers(scope=scope).get("x-request-id", "")
        self.request_id = asked if ACCEPTED_ID.match(asked) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = self.request_id
        self._scope = scope
        self.method, self.path = scope["method"], scope["path"][:LOGGED_PATH]
        self.status = 0
        self._send = send
        self._started = time.perf_counter()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self.request_id
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)

    async def apologise(self, error: Exception, scope: Scope, receive: Receive) -> None:
        """Tell the caller; where the answer is under way already, the log alone can be told."""
        report(error, self.request_id)
        if not self.status:
            await problem_response(error, self.request_id)(scope, receive, self.send)

    def tell(self, watch: Watch) -> None:
        """Count the request by the template of its address, never by the address itself."""
        route = getattr(self._scope.get("route"), "path", UNKNOWN_ROUTE)
        seconds = time.perf_counter() - self._started
        watch.metrics.answered(route, self.method, self.status, seconds, self._scope["state"].get(PROBLEM))
        watch.tracing.answered(self.method, route, self.status, self.request_id)

    def log(self) -> None:
        milliseconds = round((time.perf_counter() - self._started) * 1000, 1)
        log.info("request", request_id=self.request_id, method=self.method, path=self.path, status=self.status, ms=milliseconds)
