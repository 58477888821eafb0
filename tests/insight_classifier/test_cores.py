"""Threads are sized by what the container may use, under both versions of control groups."""

from pathlib import Path

import pytest

from insight_classifier.cores import available_cores, quotas


def made(folder: Path, process: str, **files: str) -> tuple[Path, Path]:
    """A made-up /proc/self/cgroup and /sys/fs/cgroup; in names of files `__` stands for `/` and `_dot_` for a dot."""
    mounts = folder / "cgroup"
    mounts.mkdir()
    for name, content in files.items():
        path = mounts / name.replace("__", "/").replace("_dot_", ".").replace("_and_", ",")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (folder / "process").write_text(process)
    return folder / "process", mounts


def test_version_2_in_a_container(tmp_path: Path) -> None:
    assert list(quotas(*made(tmp_path, "0::/\n", cpu_dot_max="150000 100000\n"))) == [1.5]


def test_version_2_on_the_host_counts_the_ancestors(tmp_path: Path) -> None:
    files = {"a__cpu_dot_max": "400000 100000", "a__b__cpu_dot_max": "max 100000"}
    assert list(quotas(*made(tmp_path, "0::/a/b\n", **files))) == [4.0]


@pytest.mark.parametrize("controller", ["cpu", "cpu_and_cpuacct"])
def test_version_1(tmp_path: Path, controller: str) -> None:
    files = {f"{controller}__d__cpu_dot_cfs_quota_us": "50000\n", f"{controller}__d__cpu_dot_cfs_period_us": "25000\n"}
    assert list(quotas(*made(tmp_path, "7:memory:/d\n4:cpu,cpuacct:/d\n", **files))) == [2.0]


def test_version_1_in_a_container_reads_the_mount_itself(tmp_path: Path) -> None:
    files = {"cpu__cpu_dot_cfs_quota_us": "100000", "cpu__cpu_dot_cfs_period_us": "100000"}
    assert list(quotas(*made(tmp_path, "4:cpu:/docker/0f3c\n", **files))) == [1.0]


@pytest.mark.parametrize("content", ["max 100000", "", "x y", "-1 100000", "0 0", "1"])
def test_no_quota_limits_nothing(tmp_path: Path, content: str) -> None:
    assert list(quotas(*made(tmp_path, "0::/", cpu_dot_max=content))) == []


def test_a_fraction_of_a_core_is_one_core(tmp_path: Path) -> None:
    assert available_cores(*made(tmp_path, "0::/", cpu_dot_max="20000 100000")) == 1


def test_without_control_groups_the_affinity_counts(tmp_path: Path) -> None:
    assert available_cores(tmp_path / "none", tmp_path / "none") >= 1
