"""Every metric by name, and the moments at which it moves.

Labels take few values: route templates, problem codes, names of the definition, models that were live. In several processes
(see `processes.py`) counters and histograms are summed, and gauges over the processes that live.
"""

from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from insight_classifier.definition import Definition
from insight_classifier.judgement import Check, Judgement, Level, Origin

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
NOTES = (1, 2, 4, 8, 16, 32, 64)
TOKENS = (64, 128, 256, 512, 1024, 2048, 3072, 4096, 8192)
STAGES = ("screen", "tokenize", "queue", "compute", "decode")
SOURCES = ("rule", "model", "both")
SWAPS = ("swapped", "rolled_back", "refused")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
MODEL = ("model", "version", "fingerprint", "definition", "definition_version", "definition_fingerprint")


class Metrics:
    """The metrics of one application. Safe to call from several threads; a call takes a few microseconds."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Raises ValueError where the registry holds metrics of these names already."""
        self._add_requests(registry)
        self._add_notes(registry)
        self._add_queue(registry)
        self._add_models(registry)

    def _add_requests(self, registry: CollectorRegistry) -> None:
        self._requests = Counter("insight_requests", "Requests answered.", ("route", "method", "status"), registry=registry)
        self._request_seconds = Histogram(
            "insight_request_seconds", "From a request's head to the end of its answer.", ("route",), buckets=SECONDS, registry=registry
        )
        self._rejections = Counter("insight_rejections", "Requests answered with a problem, by its code.", ("code",), registry=registry)

    def _add_notes(self, registry: CollectorRegistry) -> None:
        self._judged = Counter("insight_notes_judged", "Notes judged, by label.", ("label",), registry=registry)
        self._unjudged = Counter("insight_notes_unjudged", "Notes scanned but not judged, by problem code.", ("code",), registry=registry)
        self._levels = Counter("insight_levels", "Notes judged, by level on a scale.", ("dimension", "level"), registry=registry)
        self._safety = Counter(
            "insight_safety_hits",
            "Notes with a safety flag, by whose word it is: rule, model or both.",
            ("flag", "source"),
            registry=registry,
        )

    def _add_queue(self, registry: CollectorRegistry) -> None:
        self._queue_notes = _level("insight_queue_notes", "Notes that wait for the model.", registry)
        self._queue_tokens = _level("insight_queue_tokens", "Tokens of the notes that wait for the model.", registry)
        self._queue_bytes = _level("insight_queue_bytes", "Bytes of the requests in hand, as admitted.", registry)
        self._batch_notes = Histogram("insight_batch_notes", "Notes in a batch.", buckets=NOTES, registry=registry)
        self._batch_tokens = Histogram("insight_batch_tokens", "Tokens in a batch.", buckets=TOKENS, registry=registry)
        stages = Histogram(
            "insight_stage_seconds",
            "Seconds of a note (screen, tokenize, queue) or of a batch (compute, decode).",
            ("stage",),
            buckets=SECONDS,
            registry=registry,
        )
        self._stages = {name: stages.labels(name) for name in STAGES}

    def _add_models(self, registry: CollectorRegistry) -> None:
        self._serving = Gauge(
            "insight_model_info", "Processes that serve this model now.", MODEL, multiprocess_mode="livesum", registry=registry
        )
        self._live: tuple[str, ...] | None = None
        self._swaps = Counter("insight_model_swaps", "Changes of the live model, by how they ended.", ("result",), registry=registry)
        for result in SWAPS:
            self._swaps.labels(result)

    def expect(self, definition: Definition) -> None:
        """Begin the series of the definition's names at 0, so that the first event shows as an increase."""
        for label in (definition.label.met, definition.label.unmet):
            self._judged.labels(label)
        for dimension in definition.of_kind("scale"):
            for name in dimension.names:
                self._levels.labels(dimension.name, name)
        for dimension in definition.dimensions:
            for name in dimension.names if dimension.lane else ():
                for source in SOURCES:
                    self._safety.labels(name, source)

    def answered(self, route: str, method: str, status: int, seconds: float, code: str | None) -> None:
        """A request ended. `route` is the template of its address, `code` that of the problem it was answered with."""
        self._requests.labels(route, method if method in METHODS else "other", str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)
        if code:
            self._rejections.labels(code).inc()

    def queued(self, notes: int, tokens: int) -> None:
        """So many more wait, or fewer where negative."""
        self._queue_notes.inc(notes)
        self._queue_tokens.inc(tokens)

    def held(self, size: int) -> None:
        """So many more bytes are in hand, or fewer where negative."""
        self._queue_bytes.inc(size)

    def stage(self, name: str, seconds: float) -> None:
        """A note's or a batch's time in one of STAGES."""
        self._stages[name].observe(seconds)

    def batch(self, notes: int, tokens: int) -> None:
        """A batch goes to the model."""
        self._batch_notes.observe(notes)
        self._batch_tokens.observe(tokens)

    def judged(self, judgement: Judgement, definition: Definition) -> None:
        """A note was judged, under this definition."""
        self._judged.labels(judgement.label).inc()
        for dimension in definition.dimensions:
            verdict = judgement.verdicts[dimension.name]
            if isinstance(verdict, Level):
                self._levels.labels(dimension.name, verdict.name).inc()
            elif dimension.lane and isinstance(verdict, Mapping):
                self._flags(verdict)

    def _flags(self, verdict: Mapping[str, Check]) -> None:
        for flag, check in verdict.items():
            if check.met:
                self._safety.labels(flag, check.source or "model").inc()

    def unjudged(self, code: str, found: Mapping[str, Any]) -> None:
        """A note was scanned and then not judged; `found` is what rules found, as in a judgement's JSON."""
        self._unjudged.labels(code).inc()
        self.scanned(found)

    def scanned(self, found: Mapping[str, Any]) -> None:
        """What the rules found in a record without a judgement, as in a judgement's JSON."""
        for flags in found.values():
            for flag, check in flags.items():
                if check["met"]:
                    self._safety.labels(flag, "rule").inc()

    def serves(self, model: Origin, definition: Origin) -> None:
        """This model is live now, and no other."""
        live = (model.name, model.version, model.fingerprint, definition.name, definition.version, definition.fingerprint)
        if self._live is not None:
            self._serving.labels(*self._live).set(0)  # a series cannot be taken away where several processes write
        self._serving.labels(*live).set(1)
        self._live = live

    def swap(self, result: str) -> None:
        """A change of the live model ended in one of SWAPS."""
        self._swaps.labels(result).inc()


def _level(name: str, words: str, registry: CollectorRegistry) -> Gauge:
    """A height that rises and falls; over several processes the sum of those that live."""
    gauge = Gauge(name, words, multiprocess_mode="livesum", registry=registry)
    gauge.set(0)  # a process may inherit the file of one that had its number
    return gauge
