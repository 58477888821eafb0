"""The log: one JSON object a line on standard error, with request id, trace id and timing, and never a word of a note."""

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger


def configure(level: str) -> None:
    """Set up structlog and route the server's own lines through it. Called by the command, never on import."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_messages,
    ]
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    render = structlog.processors.JSONRenderer(ensure_ascii=False)
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, render]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)


def _without_messages(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """A traceback's text may quote a note: of an exception only the type is kept; `errors.places` says where."""
    problem = event.pop("exc_info", None)
    error = problem[1] if isinstance(problem, tuple) else problem
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
    return event
