"""A layer on disk: made once, read fast, written by one thread that answers when the disk has it."""

import atexit
import contextlib
import gc
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from operator import attrgetter
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self

import msgspec
import sqlcipher3.dbapi2 as sqlcipher

from iprtool.model.errors import StoreError
from iprtool.model.layer import Draft, LayerContent, LayerHead, Op
from iprtool.model.mark import Mark
from iprtool.store.layer_schema import COLUMNS, LAYER
from iprtool.store.locks import FileLock
from iprtool.store.plain import sealed_json
from iprtool.store.projection import (
    append_op,
    coverage_of,
    last_lamport,
    read_draft,
    read_ops,
    select,
    stop_of,
    write_draft,
)
from iprtool.store.schema import get_meta, new_object, open_object, set_meta
from iprtool.store.sealed import store_error

HISTORY = 1000
CHECKPOINT_EVERY = 200
"""How many transactions are gathered in the write-ahead log before they are carried into the file, between commits."""

_HEAD = msgspec.json.Decoder(LayerHead)
_MARK = msgspec.msgpack.Decoder(Mark)
_Write = Callable[[sqlcipher.Connection], None]


def create_layer(path: Path, key: bytes, head: LayerHead) -> None:
    """Make an empty layer that pins this head; it is on the disk whole when this returns, or not at all."""
    with new_object(path, key, LAYER) as made:
        set_meta(made.connection, "head", sealed_json(head, _HEAD)[0])


def read_layer(path: Path, key: bytes) -> LayerContent:
    """The layer as it stands, in one consistent view, also while another process writes it."""
    with _reading(path, key) as connection:
        return LayerContent(
            head=_HEAD.decode(get_meta(connection, "head") or ""),
            marks=_marks(connection),
            stops=tuple(map(stop_of, connection.execute(f"{select('stop')} ORDER BY rowid"))),
            coverage=tuple(map(coverage_of, connection.execute(f"{select('coverage')} ORDER BY rowid"))),
            draft=read_draft(connection),
            ops=tuple(read_ops(connection, last=HISTORY)),
            closed=connection.execute("SELECT 1 FROM op WHERE kind = 'close' LIMIT 1").fetchone() is not None,
        )


def layer_rows(path: Path, key: bytes, table: str) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """A table's column names and its rows as plain tuples, read as they are asked for, in the order of writing.

    Tables: mark, mark_code, mark_peak, stop, coverage, op, op_body. Times in milliseconds, absent values None.
    """

    def rows() -> Iterator[tuple[Any, ...]]:
        with _reading(path, key) as connection:
            yield from connection.execute(select(table))

    return list(COLUMNS[table]), rows()


@contextlib.contextmanager
def _reading(path: Path, key: bytes) -> Iterator[sqlcipher.Connection]:
    connection = open_object(path, key, LAYER, read_only=True)
    try:
        connection.execute("BEGIN")
        yield connection
    except sqlcipher.Error as error:
        raise store_error(error, path) from error
    except msgspec.MsgspecError as error:
        raise StoreError(f"{path.name} holds a value that this iprtool cannot read: update it, or verify.") from error
    finally:
        connection.close()


def _marks(connection: sqlcipher.Connection) -> tuple[Mark, ...]:
    # 100,000 marks are made at once and none is garbage: the collector would walk them again and again.
    collecting = gc.isenabled()
    gc.disable()
    try:
        marks = [_MARK.decode(packed) for (packed,) in connection.execute("SELECT value FROM mark")]
    finally:
        if collecting:
            gc.enable()
    marks.sort(key=attrgetter("start_ms", "id"))
    return tuple(marks)


class LayerFile:
    """A layer open for writing: the `LayerLog` that one thread carries out, and only one process at a time.

    Raises StoreError where the layer cannot be opened or another process writes it.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._path, self._key = path, key
        self._lock = FileLock(
            path.with_name(path.name + ".lock"),
            "This recall is open in another window or process: close it there, or end that process, and try again.",
        )
        try:
            self._connection = open_object(path, key, LAYER, check_same_thread=False)
        except StoreError:
            self._lock.release()
            raise
        # Checkpoints are this thread's own matter, between commits, so that no mark waits for one.
        self._connection.execute("PRAGMA wal_autocheckpoint = 0")
        self._waiting: SimpleQueue[tuple[_Write, Future[int]] | None] = SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._uncarried = 0
        self._thread = threading.Thread(target=self._run, name="layer", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def load(self) -> LayerContent:
        """The layer as it stands."""
        return read_layer(self._path, self._key)

    def commit(self, ops: Sequence[Op], *, clear_draft: bool = False) -> Future[int]:
        """Append operations in one transaction; the result is the last Lamport number, once the disk has it."""
        kept = tuple(ops)

        def write(connection: sqlcipher.Connection) -> None:
            for op in kept:
                append_op(connection, op)
            if clear_draft:
                write_draft(connection, None)

        return self._ask(write)

    def save_draft(self, draft: Draft | None) -> Future[int]:
        """Keep the note being written, or forget it; those that wait are written in one transaction."""
        return self._ask(lambda connection: write_draft(connection, draft))

    def close(self) -> None:
        """Write what is waiting, then let go; a second call does nothing."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            self._waiting.put(None)
        self._thread.join()
        atexit.unregister(self.close)
        self._connection.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, write: _Write) -> Future[int]:
        future: Future[int] = Future()
        # Running from the start: a caller that stops waiting must not take the write back.
        future.set_running_or_notify_cancel()
        with self._closing:
            if self._closed:
                future.set_exception(StoreError("The layer is closed, so nothing more can be saved: open it again."))
            else:
                self._waiting.put((write, future))
        return future

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch, ending = [first], False
            with contextlib.suppress(Empty):
                while (following := self._waiting.get_nowait()) is not None:
                    batch.append(following)
                ending = True
            self._write(batch)
            if ending:
                break

    def _write(self, batch: list[tuple[_Write, Future[int]]]) -> None:
        try:
            done, lamport = self._transaction(batch)
        except sqlcipher.Error as error:
            self._roll_back()
            for _, future in batch:
                if not future.done():
                    future.set_exception(store_error(error, self._path))
            return
        for future in done:
            future.set_result(lamport)
        self._carry_over()

    def _transaction(self, batch: list[tuple[_Write, Future[int]]]) -> tuple[list[Future[int]], int]:
        done = []
        self._connection.execute("BEGIN IMMEDIATE")
        for write, future in batch:
            self._connection.execute("SAVEPOINT one")
            try:
                write(self._connection)
            except StoreError as error:
                self._connection.execute("ROLLBACK TO one")
                future.set_exception(error)
            else:
                done.append(future)
            self._connection.execute("RELEASE one")
        lamport = last_lamport(self._connection)
        self._connection.execute("COMMIT")
        return done, lamport

    def _roll_back(self) -> None:
        with contextlib.suppress(sqlcipher.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _carry_over(self) -> None:
        self._uncarried += 1
        if self._uncarried < CHECKPOINT_EVERY or not (self._waiting.empty() or self._uncarried > 10 * CHECKPOINT_EVERY):
            return
        self._uncarried = 0
        # What is committed is in the write-ahead log already; a checkpoint that fails is tried again later.
        with contextlib.suppress(sqlcipher.Error):
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
