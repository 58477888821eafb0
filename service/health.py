"""Whether the service lives, and whether it may be sent work."""

from collections.abc import Iterator

from service.errors import ServiceError, WorkerDied
from service.scoring import Scorer
from service.self_test import SelfTest

HIGH_WATER = 0.9  # share of the queue above which no more work should be sent here


class Health:
    """The truth about a running service."""

    def __init__(self, scorer: Scorer) -> None:
        self.scorer = scorer
        self._draining = False

    def drain(self) -> None:
        """From now on no work should be sent here, although it is still done. Safe in a signal handler."""
        self._draining = True

    @property
    def self_test(self) -> SelfTest:
        """Of the live model."""
        return self.scorer.models.live.self_test

    def live(self) -> dict[str, str]:
        """Raises WorkerDied where only a restart helps."""
        if not self.scorer.batcher.alive:
            raise WorkerDied("The thread that judges is gone; the service must be restarted.")
        return {"status": "alive"}

    def ready(self) -> dict[str, object]:
        """Raises ServiceError, naming what is wrong, where no work should be sent here."""
        found = dict(self._troubles())
        checks = {name: trouble or "ok" for name, trouble in found.items()}
        if any(found.values()):
            detail = " ".join(trouble for trouble in found.values() if trouble)
            raise ServiceError(detail, "not_ready", retry_after=self.scorer.batcher.retry_after(), checks=checks)
        return {"status": "ready", "checks": checks, "waiting": self.scorer.batcher.waiting}

    def _troubles(self) -> Iterator[tuple[str, str | None]]:
        batcher = self.scorer.batcher
        waiting, busy = batcher.waiting, batcher.busy_seconds
        failed = self.self_test.failure or (None if self.self_test.done else "The test at start has not ended.")
        full = waiting > HIGH_WATER * batcher.queue_notes
        stuck = busy > self.scorer.settings.deadline_seconds
        yield "self_test", failed
        yield "worker", None if batcher.alive else "The thread that judges is gone."
        yield "progress", f"One batch has taken {busy:.0f} s." if stuck else None
        yield "closing", "The service is shutting down." if self._draining or batcher.closing else None
        yield "queue", f"{waiting} of {batcher.queue_notes} notes are waiting." if full else None

    def test(self) -> None:
        """Test the live model."""
        self.scorer.models.live.test()
