"""Where judgements go, line by line: whole lines only, whatever interrupts."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG
from typing import IO

import typer

from insight_classifier.errors import FileError


class WholeLines:
    """Writes each line with one call, so that an interrupt never leaves half of one."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self.file, self.name, self.count = file, name, 0

    def write(self, line: str) -> None:
        """Raises FileError where the line cannot be written, typer.Exit where its reader has left."""
        data = line.encode("utf-8", errors="backslashreplace")
        done = 0
        try:
            while done < len(data):
                done += os.write(self.file.fileno(), data[done:])
        except KeyboardInterrupt:
            os.write(self.file.fileno(), data[done:])
            raise
        except OSError as problem:
            self._cut(done)
            if problem.errno == errno.EPIPE:
                raise typer.Exit(0) from problem
            raise FileError(
                f"{self.name}: {problem.strerror} after {self.count:,} whole lines. Free space, or choose another --output."
            ) from problem
        self.count += 1

    def _cut(self, done: int) -> None:
        if done and self.file.seekable():
            self.file.truncate(os.lseek(self.file.fileno(), 0, os.SEEK_CUR) - done)


@contextmanager
def lines_out(output: Path | None) -> Iterator[WholeLines]:
    """A file that is written anew, or standard output. Raises FileError."""
    if output is None:
        yield WholeLines(_standard_output(), "standard output")
        return
    try:
        file = output.open("wb", buffering=0)
    except (OSError, ValueError) as problem:
        raise FileError(f"{str(output)[:200]}: {getattr(problem, 'strerror', problem)}. Choose another --output.") from problem
    with file:
        yield WholeLines(file, str(output))


def refuse_own_input(source: str, output: Path | None) -> None:
    """Raises FileError where the output is the file that is read: it would be lost, or read without end."""
    try:
        read = os.fstat(sys.stdin.fileno()) if source == "-" else Path(source).stat()
        written = output.stat() if output else os.fstat(_standard_output().fileno())
    except (OSError, ValueError, AttributeError):  # one of them is not there, which is told when it is opened
        return
    if S_ISREG(read.st_mode) and os.path.samestat(read, written):
        raise FileError(f"{output or 'standard output'}: is the input, and would be lost. Choose another --output.")


def _standard_output() -> IO[bytes]:
    if sys.stdout is None:
        raise FileError("standard output is closed. Choose an --output.")
    return sys.stdout.buffer
