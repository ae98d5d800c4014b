"""Saving: every operation on its way to the disk, kept until the disk has it, and tried again where it failed."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Lock

from iprtool.model.errors import IprtoolError
from iprtool.model.layer import Draft, Op
from iprtool.model.ports import LayerLog


class Saving:
    """Commits operations in order and knows which are not yet durable.

    `settled` is called on the writer's thread with the sentence of an error, or None when a commit is durable.
    """

    def __init__(self, log: LayerLog, settled: Callable[[str | None], None]) -> None:
        self._log = log
        self._settled = settled
        self._lock = Lock()
        self._unsaved: dict[str, Op] = {}
        self._error: str | None = None

    @property
    def waiting(self) -> int:
        """How many operations are not durable yet."""
        return len(self._unsaved)

    @property
    def error(self) -> str | None:
        """Why the last commit did not reach the disk, in one sentence; None where it did."""
        return self._error

    @property
    def failed(self) -> bool:
        """Whether the last commit did not reach the disk."""
        return self._error is not None

    def commit(self, ops: Sequence[Op], *, clear_draft: bool = False) -> None:
        """Send operations to the disk; after a failure the earlier ones go with them, so that order holds."""
        with self._lock:
            self._unsaved.update((op.id, op) for op in ops)
            batch = list(self._unsaved.values()) if self.failed else list(ops)
        future = self._log.commit(batch, clear_draft=clear_draft)
        future.add_done_callback(lambda done: self._done(batch, done))

    def retry(self) -> None:
        """Try again what failed; does nothing where nothing did."""
        if self.failed and self._unsaved:
            self.commit([])

    def save_draft(self, draft: Draft | None) -> None:
        """Keep the note being written."""
        self._log.save_draft(draft).add_done_callback(self._draft_done)

    def _done(self, batch: Sequence[Op], future: Future[int]) -> None:
        error = _sentence(future.exception())
        with self._lock:
            if error is None:
                for op in batch:
                    self._unsaved.pop(op.id, None)
            self._error = error
        self._settled(error)

    def _draft_done(self, future: Future[int]) -> None:
        if (error := future.exception()) is not None:
            self._settled(_sentence(error))


def _sentence(error: BaseException | None) -> str | None:
    if error is None:
        return None
    return str(error) if isinstance(error, IprtoolError) else f"Not saved yet ({type(error).__name__}); trying again."
