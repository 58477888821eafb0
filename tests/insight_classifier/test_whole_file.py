"""Files that are replaced in one step."""

from pathlib import Path

import pytest

from insight_classifier.errors import FileError
from insight_classifier.whole_file import write_whole


def test_a_file_is_replaced(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", "1")
    write_whole(tmp_path / "a", "2")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "2")]


def test_what_cannot_be_written_leaves_the_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_whole(tmp_path / "a", "1")
    monkeypatch.setattr("os.replace", lambda *paths: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(FileError, match="Free space"):
        write_whole(tmp_path / "a", "2")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "1")]
