"""The runtime talks to nobody."""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

PROGRAM = """
import socket, sys
def refuse(*address): print("looked up", address, flush=True); raise OSError("no network in this test")
socket.getaddrinfo = socket.gethostbyname = refuse
from pathlib import Path
from insight_classifier.runtime import OpenVinoRuntime
OpenVinoRuntime(Path(sys.argv[1]), threads=1)
"""


def test_nothing_is_told_to_the_runtimes_maker(tiny_model: Path, tmp_path: Path):
    home = {**os.environ, "HOME": str(tmp_path)}
    graph = tiny_model / "model.onnx"
    result = subprocess.run([sys.executable, "-c", PROGRAM, str(graph)], env=home, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (result.returncode, result.stdout) == (0, ""), result.stderr
    assert not list(tmp_path.iterdir())
