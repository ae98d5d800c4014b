"""An operating system's lock on a file, gone with the process that held it, whatever ended that process."""

import os
import sys
from pathlib import Path

from iprtool.model.errors import StoreError


class FileLock:
    """An exclusive lock on `path`, which is made if need be and stays; raises StoreError where another holds it."""

    def __init__(self, path: Path, held: str) -> None:
        try:
            self._descriptor: int | None = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise StoreError(f"{path.name} could not be made ({error.strerror}): look to its folder.") from error
        try:
            _lock(self._descriptor)
        except OSError as error:
            os.close(self._descriptor)
            raise StoreError(held) from error

    def release(self) -> None:
        """Let go; a second call does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
