"""Clients that others generate from the 3.0 document compile, and each makes a real call; the Apex of the documentation is Apex.

The generators come from the registries of Python and Node, pinned in python.txt and package-lock.json; they are no part of the service.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def run(*command: str | Path, folder: Path) -> str:
    """What a command prints; where it fails the test fails with it. Programs beside it are found, as in an activated environment."""
    search = os.pathsep.join([str(Path(command[0]).parent), os.environ["PATH"]])
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env={**os.environ, "PATH": search}, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, f"{command[0]} {command[1]}: {done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


def install(*command: str | Path, folder: Path) -> None:
    """Install a generator, or skip in so many words where the registry cannot be reached."""
    done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        pytest.skip(f"THE CLIENT IS NOT CHECKED: {command[0]} could not install its generator: {done.stderr.strip()[-300:]}")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what package-lock.json names installed."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("TYPESCRIPT CLIENT AND APEX ARE NOT CHECKED: node and npm are not installed (apt-get install nodejs npm)")
    folder = tmp_path_factory.mktemp("node")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    install("npm", "ci", "--no-audit", "--no-fund", folder=folder)
    return folder


@pytest.fixture
def document(server: str, tmp_path: Path) -> Path:
    """The document of a real server, as a file."""
    path = tmp_path / "openapi.json"
    path.write_text(httpx2.get(f"{server}/openapi-3.0.json", timeout=30).text, encoding="utf-8")
    return path


def test_a_python_client_makes_a_real_call(server: str, key: str, document: Path, tmp_path: Path) -> None:
    install(sys.executable, "-m", "venv", tmp_path / "env", folder=tmp_path)
    bin_folder = tmp_path / "env" / "bin"
    install(bin_folder / "pip", "install", "--quiet", "-r", HERE / "python.txt", folder=tmp_path)
    generator = bin_folder / "openapi-python-client"
    run(generator, "generate", "--path", document, "--meta", "none", "--output-path", "generated", "--fail-on-warning", folder=tmp_path)
    shutil.copy(HERE / "call.py", tmp_path)
    assert run(bin_folder / "python", "call.py", server, key, folder=tmp_path).startswith("n1 ")


@pytest.mark.parametrize("page", ["salesforce.md", "veeva-crm.md"])
def test_the_apex_of_the_documentation_is_apex(page: str, node: Path) -> None:
    blocks = re.findall(r"```apex\n(.*?)```", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    shutil.copy(HERE / "parse_apex.mjs", node)
    for block in blocks:
        (node / "block.apex").write_text(block, encoding="utf-8")
        kind = "trigger" if block.startswith("trigger") else "class" if " class " in block else "script"
        run("node", "parse_apex.mjs", kind, "block.apex", folder=node)


def test_apex_with_a_mistake_is_found_out(node: Path) -> None:
    shutil.copy(HERE / "parse_apex.mjs", node)
    (node / "block.apex").write_text("public class Broken { void run() { Integer one = ; } }", encoding="utf-8")
    with pytest.raises(AssertionError):
        run("node", "parse_apex.mjs", "class", "block.apex", folder=node)


def test_a_typescript_client_compiles_and_makes_a_real_call(server: str, key: str, document: Path, node: Path) -> None:
    shutil.copy(HERE / "call.ts", node)
    bin_folder = node / "node_modules" / ".bin"
    run(bin_folder / "openapi-typescript", document, "-o", "schema.ts", folder=node)
    run(
        bin_folder / "tsc",
        "--strict",
        "--target",
        "es2022",
        "--module",
        "nodenext",
        "--skipLibCheck",
        "--outDir",
        "out",
        "call.ts",
        folder=node,
    )
    shutil.copy(node / "package.json", node / "out")
    assert run("node", "out/call.js", server, key, folder=node).startswith("n1 ")
