"""A layer on disk, written by one thread that answers when the disk has it."""

import atexit
import contextlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from queue import Empty, SimpleQueue

import sqlcipher3.dbapi2 as sqlcipher

from iprtool.model.errors import StoreError
from iprtool.model.layer import Draft, LayerContent, LayerHead, Op
from iprtool.model.terms import LayerPurpose
from iprtool.store.closing import Closing
from iprtool.store.locks import FileLock
from iprtool.store.oplog import LAYER, append_op, last_lamport, write_draft
from iprtool.store.plain import sealed_json
from iprtool.store.schema import new_object, open_object, set_meta
from iprtool.store.sealed import FAULTS, store_error, tells_damage
from iprtool.store.view import HEAD, layer_rows, read_layer, view_layer

__all__ = ["LayerFile", "create_layer", "layer_rows", "read_layer", "view_layer"]

CHECKPOINT_EVERY = 200
"""How many transactions gather in the write-ahead log before they are carried into the file, between two commits."""

CACHE_KIB = 16 * 1024
"""Room for the indexes by id of a hundred thousand marks: each new one goes to another of their pages."""

IDLE_S = 1.0
"""After so long with nothing to write, those indexes are read: not while the screen is being made."""

_Write = Callable[[sqlcipher.Connection], int]
_Waiting = tuple[_Write, Future[int]]


def create_layer(path: Path, key: bytes, head: LayerHead) -> None:
    """Make an empty layer that pins this head; it is on the disk whole when this returns, or not at all."""
    with new_object(path, key, LAYER) as made:
        set_meta(made.connection, "head", sealed_json(head, HEAD)[0])


class LayerFile(Closing):
    """A layer open for writing: the `LayerLog` that one thread carries out, for one process at a time.

    Raises StoreError, which calls it by its purpose, where the layer cannot be opened or is being written elsewhere.
    """

    def __init__(self, path: Path, key: bytes, purpose: LayerPurpose = "recall") -> None:
        self._path, self._key, self._purpose = path, key, purpose
        self._lock = FileLock(
            path.with_name(path.name + ".lock"),
            f"This {purpose} is open in another window or process: close it there, or end that process, and try again.",
        )
        try:
            self._connection = self._opened()
        except StoreError:
            self._lock.release()
            raise
        self._waiting: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._taken: list[_Waiting] = []
        self._closing = threading.Lock()
        self._closed = False
        self._since_checkpoint = 0
        self._warm = False
        self._thread = threading.Thread(target=self._run, name="layer", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def load(self) -> LayerContent:
        """The layer as it stands."""
        return read_layer(self._path, self._key)

    def commit(self, ops: Sequence[Op], *, clear_draft: bool = False) -> Future[int]:
        """Append operations in one transaction; the result is the last Lamport number, once the disk has them.

        All of them are kept or none. An operation whose id is there already is left alone.
        """
        kept = tuple(ops)

        def write(connection: sqlcipher.Connection) -> int:
            numbers = [append_op(connection, op) for op in kept]
            if clear_draft:
                write_draft(connection, None)
            return numbers[-1] if numbers else last_lamport(connection)

        return self._ask(write)

    def save_draft(self, draft: Draft | None) -> Future[int]:
        """Keep the note being written, or forget it; those that wait are written in one transaction."""

        def write(connection: sqlcipher.Connection) -> int:
            write_draft(connection, draft)
            return last_lamport(connection)

        return self._ask(write)

    def close(self) -> None:
        """Write what is waiting, then let go; a second call does nothing."""
        with self._closing:
            self._closed = True
            self._waiting.put(None)
        self._thread.join()
        atexit.unregister(self.close)
        self._connection.close()
        self._lock.release()

    def _opened(self) -> sqlcipher.Connection:
        connection = open_object(self._path, self._key, LAYER, check_same_thread=False)
        # Checkpoints are the thread's own matter, after an answer, so that no mark waits for one.
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        return connection

    def _ask(self, write: _Write) -> Future[int]:
        future: Future[int] = Future()
        # Running from the start: a caller that stops waiting does not take the write back.
        future.set_running_or_notify_cancel()
        with self._closing:
            if self._closed:
                sentence = f"The {self._purpose} is closed, so nothing more can be saved: open it again."
                future.set_exception(StoreError(sentence))
            else:
                self._waiting.put((write, future))
        return future

    def _run(self) -> None:
        try:
            while batch := self._next_batch():
                self._write(batch)
        finally:
            self._refuse_the_rest()

    def _first(self) -> _Waiting | None:
        if not self._warm:
            self._warm = True
            try:
                return self._waiting.get(timeout=IDLE_S)
            except Empty:
                self._read_indexes()
        return self._waiting.get()

    def _read_indexes(self) -> None:
        # Counting goes through the indexes, and what it reads need not be decrypted again while a mark waits.
        with contextlib.suppress(*FAULTS):
            for table in ("op", "mark"):
                self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()

    def _next_batch(self) -> list[_Waiting]:
        """All that waits, at least one; empty at the end, which stays in the queue for the next call to find."""
        first = self._first()
        batch = [] if first is None else [first]
        with contextlib.suppress(Empty):
            while (following := self._waiting.get_nowait()) is not None:
                batch.append(following)
            self._waiting.put(None)
        self._taken = batch
        return batch

    def _refuse_the_rest(self) -> None:
        # Should this thread ever die of something unforeseen, nobody may wait for its answer for ever.
        with self._closing:
            self._closed = True
        waiting = [*self._taken]
        with contextlib.suppress(Empty):
            while True:
                waiting += filter(None, [self._waiting.get_nowait()])
        for _, future in waiting:
            if not future.done():
                future.set_exception(StoreError("Saving has stopped, so this was not saved: close and open again."))

    def _write(self, batch: list[_Waiting]) -> None:
        try:
            done = self._transaction(batch)
        except FAULTS as error:
            self._roll_back()
            if tells_damage(error):
                self._begin_anew()
            for _, future in batch:
                if not future.done():
                    future.set_exception(store_error(error, self._path))
            return
        for future, lamport in done:
            future.set_result(lamport)
        self._checkpoint()

    def _transaction(self, batch: list[_Waiting]) -> list[tuple[Future[int], int]]:
        done = []
        self._connection.execute("BEGIN IMMEDIATE")
        for write, future in batch:
            # A savepoint costs; a write that is alone needs none, since what it leaves goes with the transaction.
            if len(batch) > 1:
                self._connection.execute("SAVEPOINT one")
            try:
                done.append((future, write(self._connection)))
            except StoreError as error:
                future.set_exception(error)
                if len(batch) == 1:
                    self._connection.execute("ROLLBACK")
                    return []
                self._connection.execute("ROLLBACK TO one")
            if len(batch) > 1:
                self._connection.execute("RELEASE one")
        self._connection.execute("COMMIT")
        return done

    def _roll_back(self) -> None:
        # SQLite has rolled back by itself after some errors, and says so with another one.
        with contextlib.suppress(*FAULTS):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _begin_anew(self) -> None:
        # Damage in one old page must not keep new marks, which go elsewhere, from being saved.
        with contextlib.suppress(StoreError):
            fresh = self._opened()
            self._connection.close()
            self._connection = fresh

    def _checkpoint(self) -> None:
        self._since_checkpoint += 1
        late = self._since_checkpoint >= 10 * CHECKPOINT_EVERY
        if late or (self._since_checkpoint >= CHECKPOINT_EVERY and self._waiting.empty()):
            self._since_checkpoint = 0
            # What is committed is in the write-ahead log already; a checkpoint that fails is tried again later.
            with contextlib.suppress(*FAULTS):
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
