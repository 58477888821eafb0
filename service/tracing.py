"""Traces by OpenTelemetry, where INSIGHT_TRACES names a collector; the caller's `traceparent` (W3C) is followed in any case.

A span carries routes, statuses and counts, never a word of a note, and no exception's message, which may quote one.
"""

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import urlsplit

from insight_classifier.errors import ConfigError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:(?<!^00.{53})-.*)?\Z")
DEFAULT_PATH = "/v1/traces"  # where OTLP collectors take traces
EXPORT_SECONDS = 3  # with retries: a collector that hangs holds up the end of the service for no longer
Trace = object  # a request's own span, of whichever kind: only the Tracing that gave it looks inside


class Tracing(Protocol):
    """What the service tells of its time."""

    def request(self, headers: Mapping[str, str], method: str) -> AbstractContextManager[str | None]:
        """Around a request; gives the trace's id, None where it has none."""

    def answered(self, method: str, route: str, status: int, request_id: str) -> None:
        """How the present request ended."""

    def current(self) -> Trace | None:
        """The present request, None where it is not traced."""

    def record(self, name: str, seconds: float, traces: Iterable[Trace | None], numbers: Mapping[str, int]) -> None:
        """Something ended just now that was done for these requests."""

    def close(self) -> None:
        """Send what is left."""


class Untraced:
    """Sends nothing anywhere."""

    @contextmanager
    def request(self, headers: Mapping[str, str], method: str) -> Iterator[str | None]:
        yield callers_trace(headers)

    def answered(self, method: str, route: str, status: int, request_id: str) -> None: ...

    def current(self) -> None: ...

    def record(self, name: str, seconds: float, traces: Iterable[Trace | None], numbers: Mapping[str, int]) -> None: ...

    def close(self) -> None: ...


class Traced:
    """Spans to a provider: one a request, and below it one for each stage of its notes. Needs the extra `telemetry`."""

    def __init__(self, provider: "TracerProvider") -> None:
        from opentelemetry import trace
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._api, self._provider = trace, provider
        self._tracer, self._propagator = provider.get_tracer("insight"), TraceContextTextMapPropagator()

    @contextmanager
    def request(self, headers: Mapping[str, str], method: str) -> Iterator[str | None]:
        context = self._propagator.extract({name: headers[name] for name in ("traceparent", "tracestate") if name in headers})
        silent = {"record_exception": False, "set_status_on_exception": False}
        with self._tracer.start_as_current_span(method, context, self._api.SpanKind.SERVER, **silent) as span:  # type: ignore[arg-type]
            yield f"{span.get_span_context().trace_id:032x}"

    def answered(self, method: str, route: str, status: int, request_id: str) -> None:
        span = self._api.get_current_span()
        span.update_name(f"{method} {route}")
        named: dict[str, str | int] = {
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": status,
            "insight.request_id": request_id,
        }
        span.set_attributes(named)
        if status >= 500:  # a caller's own mistake is no error of this span
            span.set_status(self._api.StatusCode.ERROR)

    def current(self) -> "Span | None":
        span = self._api.get_current_span()
        return span if span.is_recording() else None

    def record(self, name: str, seconds: float, traces: Iterable[Trace | None], numbers: Mapping[str, int]) -> None:
        end = time.time_ns()
        for parent in dict.fromkeys(trace for trace in traces if trace is not None):
            context = self._api.set_span_in_context(cast("Span", parent))
            attributes = {f"insight.{key}": value for key, value in numbers.items()}
            span = self._tracer.start_span(name, context, attributes=attributes, start_time=end - round(seconds * 1e9))
            span.end(end)

    def close(self) -> None:
        self._provider.shutdown()


def callers_trace(headers: Mapping[str, str]) -> str | None:
    """The trace id of a well-formed `traceparent`."""
    match = TRACEPARENT.match(headers.get("traceparent", ""))
    return match.group(1) if match else None


def make_tracing(endpoint: str | None) -> Tracing:
    """Traces to an OTLP collector over HTTP, sent in the background; none where no endpoint is named. Raises ConfigError."""
    if endpoint is None:
        return Untraced()
    address = otlp_address(endpoint)
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as problem:
        words = "INSIGHT_TRACES asks for traces, and OpenTelemetry is not installed"
        raise ConfigError(f"{words}: pip install 'insight-classifier[telemetry]', or unset INSIGHT_TRACES.") from problem
    provider = TracerProvider(resource=Resource.create({"service.name": "insight-classifier"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=address, timeout=EXPORT_SECONDS)))
    return Traced(provider)


def otlp_address(endpoint: str) -> str:
    """Where traces are sent: as named, or the usual path of a collector named without one. Raises ConfigError."""
    try:
        parts = urlsplit(endpoint)
        known = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        known = False
    if not known:
        raise ConfigError(f"INSIGHT_TRACES is {endpoint!r}: name an OTLP collector as http://host:4318.")
    return parts._replace(path=DEFAULT_PATH).geturl() if parts.path in ("", "/") else endpoint
