"""The image and the composition, as far as they can be tried without an engine: what is copied suffices, nothing else is written."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.scoring import LAST_SECONDS
from service.settings import Settings, variable
from service.tracing import EXPORT_SECONDS
from tests.conftest import ROOT

Lines = list[tuple[str, str]]


def instructions() -> Lines:
    """Each instruction of the Dockerfile with its arguments on one line, without comments."""
    text = "\n".join(line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.startswith("#"))
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def stages() -> list[Lines]:
    found: list[Lines] = []
    for name, rest in instructions():
        if name == "FROM":
            found.append([])
        found[-1].append((name, rest))
    return found


def values(name: str, lines: Lines) -> list[str]:
    return [rest for kind, rest in lines if kind == name]


def copied() -> list[str]:
    """What is taken from the checkout."""
    return [source for rest in values("COPY", stages()[0]) for source in rest.split()[:-1]]


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for rest in values("ENV", stages()[-1]) for pair in shlex.split(rest))


def composition() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


def test_what_is_copied_exists_and_the_builder_may_see_it() -> None:
    seen = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied()
    assert set(copied()) == seen
    assert all((ROOT / path).exists() for path in copied())


def test_the_image_takes_only_the_environment_from_the_build() -> None:
    assert values("COPY", stages()[-1]) == ["--from=build /opt/insight /opt/insight"]
    assert any("venv" in run and run.endswith("/opt/insight") for run in values("RUN", stages()[0]))


def test_the_image_runs_as_a_user_without_rights_known_by_number() -> None:
    (user,) = values("USER", stages()[-1])
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert f"-o {user.split(':')[0]}" in next(run for run in values("RUN", stages()[-1]) if "/data" in run)


def test_the_extras_that_are_installed_exist_and_bring_no_torch() -> None:
    offered = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    (extras,) = re.findall(r"'\.\[(.+?)\]'", " ".join(values("RUN", stages()[0])))
    packages = {re.split(r"[\[<>=]", package)[0] for extra in extras.split(",") for package in offered[extra]}
    assert packages
    assert not packages & {"torch", "transformers"}


def test_every_setting_of_the_image_and_the_composition_exists() -> None:
    named = {*environment(), *(name for service in composition()["services"].values() for name in service["environment"])}
    known = {variable(name) for name in Settings.model_fields}
    assert {name for name in named if name.startswith("INSIGHT_")} <= known


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A folder with what the image is made of, and beside it the only ones that a container may write to."""
    for path in copied():
        source, target = ROOT / path, tmp_path / "app" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    for name in ("data", "tmp"):
        (tmp_path / name).mkdir()
    return tmp_path


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def container(image: Path) -> Iterator[tuple[dict[str, str], "subprocess.Popen[bytes]"]]:
    """The image's command with its variables; paths that it names lie in the folder."""
    inside = {name: re.sub(r"/(data|tmp)\b", rf"{image}/\1", value) for name, value in environment().items()}
    own = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "PYTHONPATH": str(image / "app"), "INSIGHT_PORT": str(free_port())}
    variables = {**inside, **own, "INSIGHT_THREADS": "1", "TMPDIR": f"{image}/tmp"}
    command = json.loads(values("CMD", stages()[-1])[0])
    with subprocess.Popen(command, env=variables, cwd=image / "data") as process:
        yield variables, process
        process.kill()


def is_healthy(variables: dict[str, str]) -> bool:
    (check,) = values("HEALTHCHECK", stages()[-1])
    program, *words = json.loads(check.partition("CMD ")[2])
    assert program == "python"  # the image's; here the one that runs the tests
    return subprocess.run([sys.executable, *words], env=variables, stderr=subprocess.DEVNULL, check=False).returncode == 0


def files(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_the_command_serves_from_what_is_copied_and_writes_nothing_else(image: Path, container) -> None:
    variables, process = container
    before, end = files(image / "app"), time.monotonic() + 60
    while not is_healthy(variables):
        assert process.poll() is None, "the service ended"
        assert time.monotonic() < end, "the health check never passed"
        time.sleep(0.5)
    code = "import service; print(service.__file__)"
    assert str(image) in subprocess.check_output(["python", "-c", code], env=variables, cwd=image / "data", text=True)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert files(image / "app") == before
    assert [path.name for path in (image / "data").iterdir() if not path.name.startswith("insight.db")] == []


def test_a_dead_service_fails_the_health_check() -> None:
    assert not is_healthy({**os.environ, "INSIGHT_PORT": str(free_port())})


def test_the_composition_writes_only_to_volumes_and_memory() -> None:
    services = composition()["services"]
    assert all(service["read_only"] and "/tmp" in service["tmpfs"] for service in services.values())
    mounted = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])}
    assert mounted == set(composition()["volumes"])


def test_the_composition_starts_in_order() -> None:
    services = composition()["services"]
    assert services["insight"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["migrate"]["depends_on"]["database"] == {"condition": "service_healthy"}
    assert services["migrate"]["command"][0] == json.loads(values("CMD", stages()[-1])[0])[0]
    assert all("test" in services[name]["healthcheck"] for name in ("database", "insight"))


def test_no_secret_stands_in_the_composition() -> None:
    secrets = re.findall(r"PASSWORD: (.*)|insight:(.*?)@", (ROOT / "compose.yaml").read_text())
    assert secrets
    assert all((one or other).startswith("${POSTGRES_PASSWORD:?") for one, other in secrets)


def test_the_grace_before_the_end_is_long_enough() -> None:
    grace = int(composition()["services"]["insight"]["stop_grace_period"].removesuffix("s"))
    settings = Settings()
    assert grace > settings.drain_seconds + settings.deadline_seconds + LAST_SECONDS + EXPORT_SECONDS


def test_the_page_on_replicas_names_only_settings_and_metrics_that_exist() -> None:
    from prometheus_client import CollectorRegistry

    from service.metrics.meters import Metrics

    page, registry = (ROOT / "docs" / "replicas.md").read_text(), CollectorRegistry()
    Metrics(registry)
    assert set(re.findall(r"INSIGHT_[A-Z_]+", page)) <= {variable(name) for name in Settings.model_fields}
    known = {family.name for family in registry.collect()}
    assert {name.removesuffix("_total") for name in re.findall(r"insight_[a-z_]+", page)} == known
