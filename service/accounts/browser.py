"""What a browser sends and is sent: the cookie of its session, and the page that a request comes from."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

SESSION = "insight_session"
HOST = "__Host-"  # a browser takes such a cookie over TLS only, from this very host only, for all its pages
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Browser:
    """`public`: the address at which people reach the service, such as https://insight.example.com; None: whatever they asked for."""

    public: str | None = None

    def is_secure(self, connection: HTTPConnection) -> bool:
        """Whether the person's end of the connection has TLS."""
        return (urlsplit(self.public).scheme if self.public else connection.url.scheme) == "https"

    def cookie(self, connection: HTTPConnection, name: str = SESSION) -> str | None:
        """What a cookie of ours holds. Over TLS one without the prefix, which others can plant, is not looked at."""
        return connection.cookies.get(self._name(connection, name)) or None

    def give(self, response: Response, connection: HTTPConnection, value: str, *, name: str = SESSION, seconds: int | None = None) -> None:
        """A cookie that no script reads and that no page of others makes a browser send with a form."""
        secure = self.is_secure(connection)
        response.set_cookie(self._name(connection, name), value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")

    def take(self, response: Response, connection: HTTPConnection, *, name: str = SESSION) -> None:
        secure = self.is_secure(connection)
        response.delete_cookie(self._name(connection, name), path="/", secure=secure, httponly=True, samesite="lax")

    def is_from_us(self, connection: HTTPConnection, *, told: bool = True) -> bool:
        """Whether a page of ours sends this, by the browser's word. `told`: one that says nothing is no browser of today, and not taken."""
        site, origin = connection.headers.get("sec-fetch-site"), connection.headers.get("origin")
        if site is not None:
            return site in ("same-origin", "none")
        if origin is None:
            return not told
        ours = urlsplit(self.public).netloc if self.public else connection.headers.get("host", "")
        return bool(ours) and urlsplit(origin).netloc.lower() == ours.lower()

    def _name(self, connection: HTTPConnection, name: str) -> str:
        return HOST + name if self.is_secure(connection) else name
