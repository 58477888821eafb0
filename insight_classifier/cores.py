"""How many cores this process may use: its affinity, further limited by the quotas of its control groups (version 1 and 2)."""

import os
from collections.abc import Iterator
from pathlib import Path

PROCESS, MOUNTS = Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")
V1_CONTROLLERS = ("cpu,cpuacct", "cpu")  # as distributions name the folder of the cpu controller


def available_cores(process: Path = PROCESS, mounts: Path = MOUNTS) -> int:
    """At least 1. A quota of two and a half cores counts as two: a third thread would be throttled for half of the time."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, int(min([float(cores), *quotas(process, mounts)])))


def quotas(process: Path, mounts: Path) -> Iterator[float]:
    """The quota of every group that the process is in, its ancestors' too, in cores; groups without one are left out."""
    for group in _groups(process, mounts):
        quota = _version_2(group) or _version_1(group)
        if quota is not None:
            yield quota


def _groups(process: Path, mounts: Path) -> Iterator[Path]:
    """The folders of the process's groups, from the outermost in.

    Inside a container the named folder may not exist: there the mount itself is the group.
    """
    for hierarchy, group in _memberships(process):
        root = mounts / hierarchy
        yield root
        for depth in range(1, len(group.parts)):
            yield root.joinpath(*group.parts[1 : depth + 1])


def _memberships(process: Path) -> Iterator[tuple[str, Path]]:
    """Folder of the hierarchy below the mounts, and the group in it: lines like `0::/a/b` and `4:cpu,cpuacct:/a/b`."""
    try:
        lines = process.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        lines = ["0::/"]
    for line in lines:
        number, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        if number == "0" and not controllers:
            yield "", Path(group)
        elif "cpu" in controllers.split(","):
            yield from ((name, Path(group)) for name in V1_CONTROLLERS)


def _version_2(group: Path) -> float | None:
    """`cpu.max` holds quota and period in microseconds, or `max`."""
    return _cores(_words(group / "cpu.max"))


def _version_1(group: Path) -> float | None:
    """A quota of -1 is none."""
    return _cores(_words(group / "cpu.cfs_quota_us") + _words(group / "cpu.cfs_period_us"))


def _cores(words: list[str]) -> float | None:
    try:
        quota, period = map(int, words)
    except ValueError:
        return None
    return quota / period if quota > 0 and period > 0 else None


def _words(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        return []
