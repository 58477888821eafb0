"""What a run depends on beside its settings and notes: the code, the versions of everything installed, the machine."""

import hashlib
import os
import platform
import resource
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import torch

from insight_classifier.whole_folder import sha256

ROOT = Path(__file__).resolve().parents[2]
LOCK = "constraints.txt"


def surroundings() -> dict[str, Any]:
    """As a run's record tells them; null is what cannot be known here."""
    return {"git": git(ROOT), "lock": lock(ROOT), "hardware": hardware(), "python": platform.python_version()}


def git(folder: Path) -> dict[str, Any] | None:
    """The commit that the code stands at, and whether files were changed since; None where it is no checkout."""
    commit = _git(folder, "rev-parse", "HEAD")
    changes = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return None if commit is None else {"commit": commit, "dirty": changes != ""}


def _git(folder: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def lock(folder: Path) -> dict[str, Any]:
    """The hash of the constraints, and of the versions that are installed."""
    file = folder / LOCK
    versions = sorted({f"{found.name.lower()}=={found.version}" for found in distributions()})
    return {
        "constraints": sha256(file) if file.is_file() else None,
        "installed": hashlib.sha256("\n".join(versions).encode()).hexdigest(),
        "packages": len(versions),
    }


def hardware() -> dict[str, Any]:
    """The machine, in words and numbers; memory in MiB."""
    return {
        "machine": platform.machine(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_mib": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20,
        "gpus": [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())],
    }


def peak_memory() -> int:
    """The most memory that this process has held so far, MiB."""
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held // 2**20 if sys.platform == "darwin" else held // 2**10


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())
