"""Where a job's file waits to be cut: on disk, unpacked as it comes, never larger than it may be."""

import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from service.errors import RequestError, StorageUnavailable
from service.jobs.rules import FORMATS, Limits

GZIP = b"\x1f\x8b"
WINDOW = 31  # zlib: with the header of gzip
PIECE = 1024 * 1024  # bytes that are unpacked at a time, so that little that blows up is held


class Spool:
    """A file that is being written. Whatever begins as gzip does is unpacked. `finish` it before it is read."""

    def __init__(self, path: Path, largest: int) -> None:
        self.path = path
        self.size = 0  # unpacked
        self._largest, self._digest, self._file = largest, hashlib.sha256(), path.open("wb")
        self._head = b""
        self._begun = False
        self._unpacker: zlib._Decompress | None = None

    def write(self, data: bytes) -> None:
        """Raises RequestError where it becomes too large or is no true gzip, StorageUnavailable where the disk takes no more."""
        if not self._begun:
            self._head += data
            if len(self._head) < len(GZIP):
                return
            data, self._head, self._begun = self._head, b"", True
            self._unpacker = zlib.decompressobj(WINDOW) if data.startswith(GZIP) else None
        for piece in self._unpacked(data) if self._unpacker else (data,):
            self._keep(piece)

    def finish(self) -> str:
        """64 hex digits of what was written, unpacked. Raises as `write` does."""
        if not self._begun:
            self._keep(self._head)
        if self._unpacker and not self._unpacker.eof:
            raise RequestError("The gzip data end in the middle. Send the whole file.", "bad_request")
        self.close()
        return self._digest.hexdigest()

    def close(self) -> None:
        try:
            self._file.close()
        except OSError as problem:
            raise _full(problem) from problem

    def _unpacked(self, data: bytes) -> Iterator[bytes]:
        try:
            while data:
                assert self._unpacker
                if self._unpacker.eof:  # a file of several members
                    if not data.strip(b"\0"):
                        return
                    self._unpacker = zlib.decompressobj(WINDOW)
                yield self._unpacker.decompress(data, PIECE)
                data = self._unpacker.unconsumed_tail or self._unpacker.unused_data
        except zlib.error as problem:
            raise RequestError("The gzip data are damaged. Pack the file again.", "bad_request") from problem

    def _keep(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size > self._largest:
            detail = f"The file is larger than {self._largest:,} bytes (unpacked). Make several jobs of it."
            raise RequestError(detail, "body_too_large")
        self._digest.update(piece)
        try:
            self._file.write(piece)
        except OSError as problem:
            raise _full(problem) from problem


@contextmanager
def spool(limits: Limits, format: str) -> Iterator[Spool]:
    """A file of one of FORMATS, for as long as the block lasts. Raises StorageUnavailable."""
    try:
        handle, name = tempfile.mkstemp(prefix="insight-job-", suffix=FORMATS[format], dir=limits.folder)
        os.close(handle)
        spooled = Spool(Path(name), limits.largest)
    except OSError as problem:
        raise _full(problem) from problem
    try:
        yield spooled
    finally:
        spooled.path.unlink(missing_ok=True)
        with suppress(StorageUnavailable):  # what it held is not wanted any more
            spooled.close()


def _full(problem: OSError) -> StorageUnavailable:
    return StorageUnavailable(f"The disk for uploads cannot be written: {problem.strerror}. Try again later.", retry_after=60)
