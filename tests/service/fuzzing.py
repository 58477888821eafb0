"""schemathesis against a server that runs, in a process of its own, and what it counted."""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
# Each document with the checks that do not fit it: the integrator's tells of less than is accepted, by the rules of Salesforce.
DOCUMENTS: Mapping[str, Sequence[str]] = {"openapi.json": (), "openapi-3.0.json": ("negative_data_rejection",)}
WITHOUT_KEY = ("unsupported_method",)  # who has no key is not told what there is
OWN_KEY = "CONTRACT_OWN_KEY"
SECONDS = 900


@dataclass
class Tally:
    """What was sent and answered: `cases`, the answers by status, `failures` in schemathesis' own words."""

    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    said: str = ""

    def __add__(self, other: "Tally") -> "Tally":
        parts = (self.cases + other.cases, self.statuses + other.statuses, self.failures + other.failures, self.said + other.said)
        return Tally(*parts)


def fuzz(address: str, document: str, *, key: str | None, examples: int, seed: int | None = None) -> Tally:
    """Send what the document allows and what it forbids, with a key or without. Each operation gets up to so many examples a phase."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "run.ndjson"
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(FOLDER / "schemathesis.toml"), "--no-color", "run"]
        command += [f"{address}/{document}", "--max-examples", str(examples), "--report-ndjson-path", str(report)]
        command += ["--exclude-checks", ",".join(excluded)] if (excluded := [*DOCUMENTS[document], *(() if key else WITHOUT_KEY)]) else []
        command += ["--seed", str(seed)] if seed is not None else []
        command += ["--header", f"Authorization: Bearer {key}"] if key else []
        own = {OWN_KEY: "_".join(key.split("_")[:3]) if key else "", "PYTHONPATH": str(FOLDER.parents[1])}
        run = subprocess.run(command, env={**os.environ, **own}, cwd=folder, capture_output=True, text=True, timeout=SECONDS)
        tally = _read(report)
        tally.said = run.stdout[-20_000:] + run.stderr[-2000:]
        if run.returncode and not tally.failures:
            tally.failures.append(f"schemathesis ended with status {run.returncode}")
        return tally


def _read(report: Path) -> Tally:
    tally = Tally()
    for line in report.read_text(encoding="utf-8").splitlines() if report.exists() else ():
        for kind, event in json.loads(line).items():
            recorder = event.get("recorder", {}) if kind == "ScenarioFinished" else {}
            tally.cases += len(recorder.get("cases", {}))
            tally.statuses.update(
                exchange["response"]["status_code"] for exchange in recorder.get("interactions", {}).values() if exchange.get("response")
            )
            failed = [check for checks in recorder.get("checks", {}).values() for check in checks if check["status"] == "failure"]
            tally.failures += [f"{recorder['label']}: {check['name']}" for check in failed]
            if kind == "NonFatalError":
                tally.failures.append(f"error: {json.dumps(event)[:300]}")
    return tally
