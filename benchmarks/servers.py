"""A server in its own process for the benchmarks, and what it takes of the machine with all processes below it. Linux only."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A server that is ready, with all the processes below it."""

    address: str
    pid: int

    def resident(self) -> float:
        """MB in memory now; what processes share counts for each."""
        return self._kilobytes("VmRSS") / 1024

    def peak(self) -> float:
        """MB at most so far, the peaks of the processes together."""
        return self._kilobytes("VmHWM") / 1024

    def processor_seconds(self) -> float:
        """Used so far."""
        return sum(sum(map(int, _stat(pid)[11:13])) for pid in self._family()) / TICK

    def _kilobytes(self, name: str) -> int:
        lines = (line for pid in self._family() for line in _read(Path(f"/proc/{pid}/status")).splitlines())
        return sum(int(line.split()[1]) for line in lines if line.startswith(name))

    def _family(self) -> list[int]:
        parents = {int(folder.name): int(stat[1]) for folder in Path("/proc").glob("[0-9]*") if (stat := _stat(int(folder.name)))}
        family = [self.pid]
        for member in family:  # grows while it is read
            family += [pid for pid, parent in parents.items() if parent == member]
        return family


def _stat(pid: int) -> list[str]:
    """Of proc(5), from the state on; empty where the process is gone."""
    return _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:  # the process has just ended
        return ""


@contextlib.contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], ready: str, port: int) -> Iterator[Server]:
    """The command as a server that answers 200 at the path `ready`; a signal ends it. Its words are shown where it does not start."""
    with tempfile.TemporaryFile("w+") as words:
        own = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
        process = subprocess.Popen(command, cwd=ROOT, stdout=words, stderr=words, env=own, start_new_session=True)
        try:
            if not _becomes_ready(process, f"http://127.0.0.1:{port}{ready}"):
                words.seek(0)
                raise SystemExit(f"{' '.join(command)} did not become ready:\n{words.read()[-2000:]}")
            yield Server(f"127.0.0.1:{port}", process.pid)
        finally:
            _end(process)


def _becomes_ready(process: subprocess.Popen[bytes], url: str) -> bool:
    for _ in range(1200):
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
            if answer.status == 200:
                return True
        if process.poll() is not None:
            return False
        time.sleep(0.1)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(30)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # whatever it left behind
    process.wait()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def insight(database: str | None = None, command: Sequence[str] = ("-m", "insight_classifier", "serve")) -> Iterator[Server]:
    """Our service on a database, by default a new SQLite file."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        own = {"INSIGHT_LOG_LEVEL": "error", "INSIGHT_DATABASE": database or f"sqlite:///{folder}/insight.db"}
        with running([sys.executable, *command, "--port", str(port)], own, "/readyz", port) as server:
            yield server
