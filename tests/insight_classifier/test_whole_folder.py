"""Folders that appear whole or not at all."""

from pathlib import Path

import pytest

from insight_classifier.errors import FileError
from insight_classifier.whole_folder import checksums, differing, whole_folder


def test_a_folder_appears_when_it_is_whole(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "a") as folder:
        (folder / "one").write_text("1")
        assert not (tmp_path / "a").exists()
    assert [path.name for path in tmp_path.rglob("*")] == ["a", "one"]


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), whole_folder(tmp_path / "a") as folder:
        (folder / "one").write_text(str(1 / 0))
    assert list(tmp_path.iterdir()) == []


def test_what_exists_is_never_overwritten(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="never overwritten"), whole_folder(tmp_path):
        pass


def test_what_a_killed_run_left_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / ".a.unfinished").mkdir()
    (tmp_path / ".a.unfinished" / "old").touch()
    with whole_folder(tmp_path / "a") as folder:
        (folder / "one").touch()
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["one"]


@pytest.mark.parametrize(("name", "content", "says"), [("one", "2", "altered"), ("one", None, "missing"), ("two", "2", "foreign")])
def test_every_difference_is_named(tmp_path: Path, name: str, content: str | None, says: str) -> None:
    (tmp_path / "one").write_text("1")
    listed = checksums(tmp_path)
    (tmp_path / name).unlink() if content is None else (tmp_path / name).write_text(content)
    assert f"{name}: {says} file" in (differing(tmp_path, listed) or "")
