"""A file that is replaced in one step: whoever reads it sees all of the old or all of the new, also after a loss of power."""

import os
from pathlib import Path

from insight_classifier.errors import FileError
from insight_classifier.whole_folder import sync


def write_whole(path: Path, text: str) -> None:
    """Put a text in the place of a file, or make it. Raises FileError; the old file then stands as it was."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            part.write_text(text, encoding="utf-8")
            sync(part)
            os.replace(part, path)
            sync(path.parent)
        finally:
            part.unlink(missing_ok=True)
    except OSError as problem:
        raise FileError(f"{path}: {problem.strerror or problem}. Free space, or check the permissions.") from problem
