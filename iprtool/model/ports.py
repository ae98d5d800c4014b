"""The protocols by which parts meet without importing each other."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Protocol

from iprtool.model.layer import Draft, LayerContent, Op


class Source(Protocol):
    """Bytes of a sealed recording, read at an offset, from any thread.

    A read that fails raises OSError and the error is kept in `error`, since players take a failed read for the end.
    """

    @property
    def size(self) -> int:
        """The number of bytes."""
        ...

    @property
    def error(self) -> str | None:
        """What went wrong in a read, in one sentence, or None."""
        ...

    def read_at(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from `offset`; empty at the end."""
        ...

    def close(self) -> None:
        """Let go of the object."""
        ...


class Sink(Protocol):
    """Where a conformed recording is written: sequentially, with one patch back into the first bytes allowed."""

    def write_at(self, offset: int, data: bytes) -> None:
        """Write bytes at an offset; beyond the first 256 KiB only at the end."""
        ...

    def commit(self) -> None:
        """Make it durable under its final name; only then does the object exist."""
        ...

    def discard(self) -> None:
        """Leave nothing behind."""
        ...


class LayerLog(Protocol):
    """The layer that a person writes: every call is answered by a future that is done when it is durable on disk.

    One thread owns the connection; calls never block. A future's exception is a StoreError with one sentence.
    """

    def load(self) -> LayerContent:
        """The layer as it stands (reads; may block: call off the UI thread, or before the screen exists)."""
        ...

    def commit(self, ops: Sequence[Op], *, clear_draft: bool = False) -> Future[int]:
        """Append operations in one transaction; the result is the last Lamport number."""
        ...

    def save_draft(self, draft: Draft | None) -> Future[int]:
        """Keep the note being written; of many waiting, the last one is enough."""
        ...

    def close(self) -> None:
        """Write what is waiting, then let go."""
        ...
