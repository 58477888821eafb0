"""Bodies of requests as the shapes that document them, or everything that is wrong with them."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from service.errors import RequestError

M = TypeVar("M", bound=BaseModel)
WRONG = {"extra_forbidden": ("unknown_key", "no key of this request"), "missing": ("missing_key", "missing")}


def read(content: object, shape: type[M]) -> M:
    """A body as one of the shapes. Raises RequestError with every mistake."""
    try:
        return shape.model_validate(content)
    except ValidationError as problem:
        mistakes = [_mistake(error, shape) for error in problem.errors(include_url=False, include_input=False)]
    raise RequestError(" ".join(mistake["detail"] for mistake in mistakes[:10]), mistakes[0]["code"], errors=mistakes[:10])


def _mistake(error: Any, shape: type[BaseModel]) -> dict[str, str]:  # noqa: ANN401 pydantic's own
    key = ".".join(str(part) for part in error["loc"])[:60] or "body"
    code, words = WRONG.get(error["type"], ("invalid_request", error["msg"][:1].lower() + error["msg"][1:]))
    if code == "unknown_key":
        words += f": use {', '.join(shape.model_fields)}"
    return {"field": key, "code": code, "detail": f"{key}: {words}."}
