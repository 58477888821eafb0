"""The text that a scrape gets: of this process, or of all that share a folder."""

import os
from pathlib import Path

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector

from service.metrics.processes import forget, forget_dead

VERSIONS = ("0.0.1", "0.0.4", "1.0.0")


def make_registry() -> CollectorRegistry:
    """A registry of one application, with memory, processor time and open files of this process."""
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    return registry


def _is_known(part: str) -> bool:
    """Whether a part of the header Accept asks for a version that exists: the library would echo others, and fails at "x"."""
    versions = [value.strip() for name, _, value in (option.partition("=") for option in part.split(";")[1:]) if name.strip() == "version"]
    return all(version in VERSIONS for version in versions)


class Exposition:
    """Renders a registry, or what all processes wrote to `folder`. Takes milliseconds: call it in a thread."""

    def __init__(self, registry: CollectorRegistry, folder: Path | None = None) -> None:
        self.registry, self.folder = registry, folder

    def __call__(self, accept: str) -> tuple[bytes, str]:
        """The body and its content type: OpenMetrics where the header Accept asks for it, else Prometheus text."""
        encode, content_type = choose_encoder(",".join(part for part in accept.split(",") if _is_known(part)))
        return encode(self._collected()), content_type

    def _collected(self) -> CollectorRegistry:
        if self.folder is None:
            return self.registry
        forget_dead(self.folder)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self.folder))  # type: ignore[no-untyped-call]
        return registry

    def close(self) -> None:
        """This process ends: its gauges no longer count."""
        if self.folder is not None:
            forget(os.getpid(), self.folder)
