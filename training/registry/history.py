"""The history of models: one JSON object a line, each chained to the one before by its hash, only ever added to.

A line counts once it ends: what a kill left of one is taken away by whoever writes next.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from insight_classifier.errors import FileError
from insight_classifier.whole_folder import sync

FILE = "registry.jsonl"
FIRST = "0" * 64


@dataclass(frozen=True)
class Event:
    """One thing that happened to a model. `at`: UTC, ISO 8601. `previous` and `hash` chain it."""

    number: int
    at: str
    event: str
    model: str
    fingerprint: str
    by: str
    previous: str
    details: Mapping[str, Any] = field(default_factory=dict)
    hash: str = ""

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)

    def sealed(self) -> "Event":
        return Event(**{**asdict(self), "hash": self.expected()})

    def expected(self) -> str:
        """The hash of everything but itself."""
        said = {name: value for name, value in asdict(self).items() if name != "hash"}
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class History:
    """The file in a folder of models. Reading checks the chain; FileError names the line where it is broken."""

    def __init__(self, models: Path) -> None:
        self.models, self.path = models, models / FILE

    def events(self) -> list[Event]:
        """All that happened, the earliest first."""
        return list(self._read())

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While it lasts nobody else changes what is live. Raises FileError."""
        try:
            self.models.mkdir(parents=True, exist_ok=True)
            with (self.models / f".{FILE}.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as problem:
            raise FileError(f"{self.models}: {problem.strerror or problem}. Free space, or check the permissions.") from problem

    def append(self, event: str, model: str, fingerprint: str, by: str, details: Mapping[str, Any] | None = None) -> Event:
        """Add what happened just now; it is on the disk when this returns. Only inside `alone`."""
        before = self.events()
        previous = before[-1].hash if before else FIRST
        at = datetime.now(UTC).isoformat(timespec="seconds")
        added = Event(len(before) + 1, at, event, model, fingerprint, by, previous, details or {}).sealed()
        self._add(json.dumps(asdict(added), ensure_ascii=False).encode() + b"\n")
        return added

    def _add(self, line: bytes) -> None:
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            whole = os.pread(handle, os.fstat(handle).st_size, 0).rfind(b"\n") + 1
            os.ftruncate(handle, whole)
            os.lseek(handle, whole, os.SEEK_SET)
            try:
                if os.write(handle, line) < len(line):
                    raise OSError(28, "No space left on device")
                os.fsync(handle)
            except OSError:
                os.ftruncate(handle, whole)
                raise
        finally:
            os.close(handle)
        sync(self.models)

    def _read(self) -> Iterator[Event]:
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return
        except (OSError, UnicodeDecodeError) as problem:
            raise FileError(f"{self.path}: cannot be read ({problem}). Restore it from a backup.") from problem
        previous = FIRST
        for number, line in enumerate(text.split("\n")[:-1], start=1):
            event = _event(line)
            if event is None or (event.number, event.previous, event.hash) != (number, previous, event.expected()):
                raise FileError(f"{self.path}, line {number}: changed since it was written, the chain is broken. Restore it from a backup.")
            previous = event.hash
            yield event


def _event(line: str) -> Event | None:
    try:
        return Event(**json.loads(line))
    except (ValueError, TypeError):
        return None
