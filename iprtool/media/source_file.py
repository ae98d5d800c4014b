"""Bytes at an offset as a file, and a file as bytes at an offset."""

import hashlib
import io
import os
import stat
import threading
from pathlib import Path

from iprtool.model.errors import MediaError
from iprtool.model.ports import Source


class SourceFile:
    """A `Source` as a file to be read, with a position of its own; closing the source stays with its owner."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._position = 0

    @property
    def size(self) -> int:
        """The number of bytes."""
        return self._source.size

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes from the position on (all that is left: -1); OSError where the source cannot be read."""
        left = max(0, self._source.size - self._position)
        data = self._source.read_at(self._position, min(size, left) if size >= 0 else left) if left else b""
        self._position += len(data)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to an offset from the start, the position or the end; the new position."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._source.size}[whence]
        if base + offset < 0:
            raise OSError("a position before the start of the file")
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        """The position."""
        return self._position


class FileSource:
    """An ordinary file as a `Source`; MediaError in one sentence where it is missing, empty or no ordinary file."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._fd = -1
        self._fd = _opened(path)
        self.size = os.fstat(self._fd).st_size
        self.error: str | None = None

    def __del__(self) -> None:
        self.close()

    def read_at(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from `offset`; empty at the end."""
        try:
            with self._lock:
                os.lseek(self._fd, offset, os.SEEK_SET)
                return os.read(self._fd, size)
        except OSError as error:
            self.error = f"The recording could not be read ({error.strerror}); check the disk that it is on."
            raise

    def close(self) -> None:
        """Let go of the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hex; MediaError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise MediaError(f"{printable(path)} cannot be read ({error.strerror}); check the path.") from error


def printable(path: Path) -> str:
    """A file's name as it may be shown: without line breaks and terminal escapes."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in path.name or str(path))


def _opened(path: Path) -> int:
    # A pipe or a device must neither be waited for nor become the process's terminal.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
    name = printable(path)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise MediaError(f"{name} is a folder; name the file in it.")
        if not stat.S_ISREG(mode):
            raise MediaError(f"{name} is not an ordinary file; copy it into one first.")
        fd = os.open(path, flags)
    except (FileNotFoundError, NotADirectoryError):
        raise MediaError(f"{name} was not found; check the path to the file.") from None
    except PermissionError:
        raise MediaError(
            f"{name} may not be read; ask for the right to read it, or copy it to your own folder."
        ) from None
    except (OSError, ValueError) as error:
        raise MediaError(f"{name} could not be opened; check the path and the disk that it is on.") from error
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode) or status.st_size == 0:
        os.close(fd)
        raise MediaError(f"{name} is empty; copy it here again.")
    return fd
