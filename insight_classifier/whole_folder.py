"""A folder that appears whole or not at all, whatever kills the process or fills the disk; and its files, checked to the byte."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from insight_classifier.errors import FileError

Files = Mapping[str, Mapping[str, Any]]  # bytes and sha256 of each file, by its path in the folder


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into, which takes its name once it is whole and on the disk. Raises FileError, and leaves nothing behind."""
    if folder.exists():
        raise FileError(f"{folder}: exists already, and is never overwritten. Choose another --output.")
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)  # of a run that was killed
        unfinished.mkdir(parents=True)
        yield unfinished
        for path in (*unfinished.rglob("*"), unfinished):
            sync(path)
        unfinished.rename(folder)
        sync(folder.parent)
    except OSError as problem:
        raise FileError(f"{folder}: {problem.strerror or problem}, nothing was kept. Free space, or choose another --output.") from problem
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def sync(path: Path) -> None:
    """What was written to a file, or which names a folder holds, is on the disk when this returns."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def checksums(folder: Path, without: frozenset[str] = frozenset()) -> dict[str, dict[str, Any]]:
    """The files of a folder as a manifest lists them."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {name: {"bytes": (folder / name).stat().st_size, "sha256": sha256(folder / name)} for name in names if name not in without}


def differing(folder: Path, files: Files, without: frozenset[str] = frozenset()) -> str | None:
    """The first file that is not as listed, and what is wrong with it; None where all are."""
    for name, facts in sorted(files.items()):
        path = folder / name
        if not path.is_file():
            return f"{path}: missing file"
        if path.stat().st_size != facts.get("bytes") or sha256(path) != facts.get("sha256"):
            return f"{path}: altered file, its checksum is not the manifest's"
    foreign = next(
        (p for p in sorted(folder.rglob("*")) if p.is_file() and p.relative_to(folder).as_posix() not in {*files, *without}), None
    )
    return None if foreign is None else f"{foreign}: foreign file, which the manifest does not list"


def read_manifest(path: Path, what: str, make: str, layout: int, mend: str, *, unlisted: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The facts of a folder whose files are as its manifest lists them, but for those `unlisted`.

    Raises FileError with the name of the missing, altered or foreign file; it tells `what` the folder is, how to `make` one and how to
    `mend` it.
    """
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as problem:
        raise FileError(f"{path.parent}: no {what}, it has no {path.name}. Make one with {make}.") from problem
    except (OSError, ValueError) as problem:
        raise FileError(f"{path}: altered file, cannot be read ({problem}). {mend}") from problem
    if not isinstance(facts, dict) or facts.get("format") != layout or not isinstance(facts.get("files"), dict):
        raise FileError(f"{path}: not a {what} of format {layout}. {mend}")
    if wrong := differing(path.parent, facts["files"], unlisted):
        raise FileError(f"{wrong}. {mend}")
    return facts


def sha256(path: Path) -> str:
    """64 hex digits of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
