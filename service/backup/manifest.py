"""What stands beside a backup: of which database it is, in which state, and the checksum that shows damage."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from insight_classifier.errors import FileError


@dataclass(frozen=True)
class Manifest:
    """`kind`: sqlite or postgresql; `revision`: of the tables; `made_at`: in UTC; `size`: in bytes."""

    kind: str
    revision: str
    made_at: str
    size: int
    sha256: str


def beside(file: Path) -> Path:
    """Where the manifest of a backup stands."""
    return file.with_name(file.name + ".manifest.json")


def write_manifest(file: Path, kind: str, revision: str, at: datetime) -> Manifest:
    """Describe a backup that is complete. Raises FileError."""
    manifest = Manifest(kind, revision, at.isoformat(timespec="seconds"), file.stat().st_size, _checksum(file))
    try:
        beside(file).write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")
    except OSError as problem:
        raise FileError(f"{beside(file)} cannot be written: {problem.strerror}. The backup is of no use without it.") from problem
    return manifest


def read_manifest(file: Path) -> Manifest:
    """The manifest of a backup that is as it was when it was made. Raises FileError."""
    try:
        manifest = Manifest(**json.loads(beside(file).read_text(encoding="utf-8")))
        damaged = file.stat().st_size != manifest.size or _checksum(file) != manifest.sha256
    except OSError as problem:
        raise FileError(f"{file} and its {beside(file).name} are both needed: {problem.filename}: {problem.strerror}.") from problem
    except (ValueError, TypeError) as problem:
        raise FileError(f"{beside(file)} is no manifest of a backup. Use another backup.") from problem
    if damaged:
        raise FileError(f"{file} is damaged: it is not what {beside(file).name} describes. Use another backup.")
    return manifest


def _checksum(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
