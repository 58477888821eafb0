"""Several processes on one machine, one set of numbers: prometheus-client's shared folder, named by PROMETHEUS_MULTIPROC_DIR.

Each process writes files of its own, named by its number; a scrape of any of them adds all up. Whoever starts the processes
empties the folder first. It must not be shared by containers: each of them numbers its processes from 1.
"""

import os
from contextlib import suppress
from pathlib import Path

from prometheus_client.multiprocess import mark_process_dead

from insight_classifier.errors import ConfigError

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def shared_folder() -> Path | None:
    """The folder, made where it is missing; None where this process counts alone. Raises ConfigError."""
    name = os.environ.get(VARIABLE)
    if name is None:
        return None
    if not name.strip():
        raise ConfigError(f"{VARIABLE} is set and names no folder. Name one, or unset it.")
    folder = Path(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise ConfigError(
            f"{VARIABLE}: the folder {folder} cannot be made ({problem.strerror}). Name one that can be written."
        ) from problem
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigError(f"{VARIABLE}: the folder {folder} cannot be written. Name one that can.")
    return folder


def forget_dead(folder: Path) -> None:
    """Take away the gauges of processes that ended without a word; what they counted stays."""
    for file in folder.glob("gauge_live*_*.db"):
        number = file.stem.rpartition("_")[2]
        if number.isdigit() and not _lives(int(number)):
            forget(int(number), folder)


def forget(process: int, folder: Path) -> None:
    """Take away the gauges of a process that ends. Another may do so at the same moment."""
    with suppress(FileNotFoundError):
        mark_process_dead(process, str(folder))  # type: ignore[no-untyped-call]


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True
