"""What a run depends on."""

import subprocess
from pathlib import Path

from training.runs.surroundings import git, lock


def test_a_changed_checkout_is_dirty(tmp_path: Path) -> None:
    def run(*words: str) -> None:
        subprocess.run(["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.com", *words], check=True)

    run("init", "-q")
    (tmp_path / "one").write_text("1")
    run("add", "one")
    run("commit", "-q", "-m", "one")
    clean = git(tmp_path)
    (tmp_path / "one").write_text("2")
    assert (clean or {})["dirty"] is False
    assert (git(tmp_path) or {})["dirty"] is True


def test_where_there_is_no_checkout_nothing_is_said(tmp_path: Path) -> None:
    assert git(tmp_path) is None
    assert lock(tmp_path)["constraints"] is None
