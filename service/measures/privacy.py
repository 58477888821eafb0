"""`/privacy`: what is computed, why, from what, for how long, and who sees it. The same words stand in docs/privacy.md."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends
from jinja2 import Environment, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from service.accounts.roles import PERMISSIONS, ROLES
from service.accounts.rules import Account
from service.accounts.visitor import require
from service.rendering import Rendering
from service.settings import Settings

PAGE = "/privacy"
WORDS = Path(__file__).with_name("privacy.md")
TOLD = ("audit_days", "webhooks_days", "jobs_days", "session_hours", "session_days")
Anyone = Annotated[Account, Depends(require("account"))]


def privacy_text(settings: Settings) -> str:
    """The document in Markdown, with the roles as they are and the spans of this service."""
    roles = [(role.title, _sentence([PERMISSIONS[name] for name in PERMISSIONS if name in role.permissions])) for role in ROLES.values()]
    spans = {name: f"{getattr(settings, name):g}" for name in TOLD}
    words = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True, trim_blocks=True)
    return words.from_string(WORDS.read_text(encoding="utf-8")).render(roles=roles, **spans)


def privacy_routes(settings: Settings, rendering: Rendering) -> APIRouter:
    """For everyone who can sign in."""
    router = APIRouter(include_in_schema=False, route_class=rendering.route_class())
    text = Markup(MarkdownIt("commonmark", {"html": False}).enable("table").render(privacy_text(settings)))

    @router.get(PAGE)
    async def get_privacy(request: Request, account: Anyone) -> Response:
        return rendering.page("privacy.html", request, 200, text=text)

    return router


def _sentence(parts: list[str]) -> str:
    return "; ".join(parts)
