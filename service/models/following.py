"""The pointer file, watched: whoever moves it (`insight models promote`), every process of the service takes up what it names."""

import threading

from service.models.live import POINTER, Models

EVERY = 2.0  # seconds


class PointerWatch:
    """Looks at the pointer while a service runs; what was there at the start is no change. `start` once, `stop` ends it."""

    def __init__(self, models: Models, every: float = EVERY) -> None:
        self.models, self.every = models, every
        self._seen = self._stamp()
        self._stopped = threading.Event()

    def start(self) -> "PointerWatch":
        threading.Thread(target=self._watch, name="pointer", daemon=True).start()
        return self

    def stop(self) -> None:
        self._stopped.set()

    def look(self) -> None:
        """Follow the pointer where it was moved; again later where another swap is under way."""
        stamp = self._stamp()
        if stamp != self._seen and self.models.follow_pointer():
            self._seen = stamp

    def _watch(self) -> None:
        while not self._stopped.wait(self.every):
            self.look()

    def _stamp(self) -> tuple[int, int] | None:
        """What changes when a file is replaced or written."""
        if self.models.folder is None:
            return None
        try:
            facts = (self.models.folder / POINTER).stat()
        except OSError:
            return None
        return facts.st_ino, facts.st_mtime_ns
