"""`run.json`: what a run was made of and what came of it, written when it starts and again when it ends."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from insight_classifier.errors import FileError
from insight_classifier.whole_file import write_whole

FILE = "run.json"
RUNNING, FINISHED, FAILED = "running", "finished", "failed"


@dataclass
class RunRecord:
    """The record of one run; each of its changes is on the disk when the call returns. Raises FileError."""

    folder: Path
    facts: dict[str, Any]

    @classmethod
    def begin(cls, folder: Path, facts: Mapping[str, Any]) -> "RunRecord":
        record = cls(folder, {"name": folder.name, "status": RUNNING, "started": _now(), **facts})
        record._write()
        return record

    def finish(self, facts: Mapping[str, Any]) -> None:
        self._end(FINISHED, facts)

    def fail(self, problem: BaseException) -> None:
        """Only the kind of failure: its words may quote a note."""
        self._end(FAILED, {"error": getattr(problem, "code", type(problem).__name__)})

    def _end(self, status: str, facts: Mapping[str, Any]) -> None:
        self.facts |= {"status": status, "ended": _now(), **facts}
        self._write()

    def _write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self.folder / FILE, json.dumps(_finite(self.facts), indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def read_run(folder: Path) -> dict[str, Any]:
    """What a run's record says. Raises FileError."""
    try:
        return dict(json.loads((folder / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as problem:
        raise FileError(f"{folder / FILE}: cannot be read ({problem}). Name the folder of a run.") from problem


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _finite(value: Any) -> Any:  # noqa: ANN401 any JSON value
    """JSON has no NaN: what is undefined is null."""
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
