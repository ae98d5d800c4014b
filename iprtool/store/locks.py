"""An operating system's lock on a file, gone with the process that held it, whatever ended that process."""

import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from iprtool.model.errors import StoreError

_TRY_AGAIN_S = 0.1


class FileLock:
    """An exclusive lock on `path`, which is made if need be and stays; StoreError where another holds it for longer."""

    def __init__(self, path: Path, held: str, *, patience_s: float = 0.0) -> None:
        try:
            self._descriptor: int | None = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise StoreError(f"{path.name} could not be made ({error.strerror}): look to its folder.") from error
        until = time.monotonic() + patience_s
        while not _locked(self._descriptor):
            if time.monotonic() >= until:
                self.release()
                raise StoreError(held)
            time.sleep(_TRY_AGAIN_S)

    def release(self) -> None:
        """Let go; a second call does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _locked(descriptor: int) -> bool:
    try:
        _lock(descriptor)
    except OSError:
        return False
    return True


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
