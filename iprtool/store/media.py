"""A recording sealed as rows of 256 KiB: written once, read at any offset from any thread, never in clear on disk."""

import errno
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher

from iprtool.model.errors import StoreError
from iprtool.store.schema import Schema, get_meta, new_object, open_object, set_meta
from iprtool.store.sealed import FAULTS, reading, store_error

ROW_BYTES = 256 * 1024
CACHED_ROWS = 16
_END = b"\x01"
"""The last byte of each row: SQLCipher gives a damaged last page of a row out as zeros, without an error."""

MEDIA = Schema(
    "media", (("CREATE TABLE part (n INTEGER PRIMARY KEY, bytes BLOB NOT NULL)",),), page_size=16384, written_once=True
)


class SealedSink:
    """The `Sink` of a recording: bytes in order, with patches into the first 256 KiB until `commit`.

    Raises StoreError where the disk fails or where bytes would leave a gap.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._made = new_object(path, key, MEDIA, check_same_thread=False)
        self._head = bytearray()
        self._tail = bytearray()
        self._digests = [b""]
        self._size = 0

    @property
    def size(self) -> int:
        """The number of bytes written so far."""
        return self._size

    def write_at(self, offset: int, data: bytes) -> None:
        """Write bytes at an offset; beyond the first 256 KiB only at the end."""
        in_head = min(len(data), max(0, ROW_BYTES - offset))
        if offset > self._size or (in_head < len(data) and offset + in_head != max(self._size, offset + in_head)):
            raise StoreError("The recording's bytes came out of order, so it was not sealed: import it again.")
        self._head[offset : offset + in_head] = data[:in_head]
        self._tail += data[in_head:]
        self._size = max(self._size, offset + len(data))
        while len(self._tail) >= ROW_BYTES:
            self._seal(self._tail[:ROW_BYTES])
            del self._tail[:ROW_BYTES]

    def commit(self) -> None:
        """Make it durable under its final name; only then does the object exist."""
        if self._tail:
            self._seal(self._tail)
        self._insert(0, self._head)
        self._digests[0] = hashlib.sha256(self._head).digest()
        set_meta(self._made.connection, "size", str(self._size))
        set_meta(self._made.connection, "digest", content_digest(self._digests))
        self._made.commit()

    def discard(self) -> None:
        """Leave nothing behind."""
        self._made.discard()

    def _seal(self, row: bytearray) -> None:
        self._insert(len(self._digests), row)
        self._digests.append(hashlib.sha256(row).digest())

    def _insert(self, n: int, row: bytearray) -> None:
        try:
            self._made.connection.execute("INSERT INTO part VALUES (?, ?)", (n, row + _END))
        except FAULTS as error:
            self.discard()
            raise store_error(error, self._path) from error


def content_digest(digests: list[bytes]) -> str:
    """The content's checksum, in hex: SHA-256 over the SHA-256s of the rows in their order."""
    return hashlib.sha256(b"".join(digests)).hexdigest()


class SealedSource:
    """The `Source` of a sealed recording: thread-safe, with the last 16 rows kept in memory.

    Raises StoreError where the object cannot be opened or is cut short.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._error: str | None = None
        self._rows: OrderedDict[int, bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._closed = False
        self._key = key
        self._connection = self._opened()
        try:
            with reading(self._connection, path):
                self._size = self._whole_size()
        except StoreError:
            self._connection.close()
            raise

    @property
    def size(self) -> int:
        """The number of bytes."""
        return self._size

    @property
    def error(self) -> str | None:
        """What went wrong in a read, in one sentence, or None."""
        return self._error

    def read_at(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from `offset`; empty at the end. OSError, told in `error`, where a row is damaged."""
        end = min(offset + size, self._size)
        if offset >= end:
            return b""
        first, last = offset // ROW_BYTES, (end - 1) // ROW_BYTES
        with self._lock:
            rows = [self._row(n) for n in range(first, last + 1)]
        whole = rows[0] if first == last else b"".join(rows)
        start = first * ROW_BYTES
        return whole[offset - start : end - start]

    def close(self) -> None:
        """Let go of the object; a second call does nothing."""
        with self._lock:
            self._closed = True
            self._rows.clear()
            self._connection.close()

    def verify(self, progress: Callable[[int], None] | None = None) -> bool:
        """Whether all rows have the checksum that was kept; `progress` gets the bytes read so far. Raises OSError."""
        digests = []
        for start in range(0, max(self._size, 1), ROW_BYTES):
            digests.append(hashlib.sha256(self.read_at(start, ROW_BYTES)).digest())
            if progress is not None:
                progress(min(start + ROW_BYTES, self._size))
        with self._lock:
            return get_meta(self._connection, "digest") == content_digest(digests)

    def _whole_size(self) -> int:
        pages = self._connection.execute("PRAGMA page_count").fetchone()[0]
        last = self._connection.execute("SELECT max(n) FROM part").fetchone()[0]
        size = int(get_meta(self._connection, "size") or -1)
        if last is None or size < 0 or last != max(size - 1, 0) // ROW_BYTES:
            raise StoreError(f"{self._path.name} does not hold a whole recording: put back a copy of the file.")
        if self._path.stat().st_size != pages * MEDIA.page_size:
            raise StoreError(f"{self._path.name} is cut short: put back a copy of the file, whole.")
        return size

    def _row(self, n: int) -> bytes:
        row = self._rows.get(n)
        if row is None:
            row = self._rows[n] = self._read(n)
            if len(self._rows) > CACHED_ROWS:
                self._rows.popitem(last=False)
        self._rows.move_to_end(n)
        return row

    def _opened(self) -> sqlcipher.Connection:
        return open_object(self._path, self._key, MEDIA, read_only=True, check_same_thread=False)

    def _begin_anew(self) -> None:
        # A connection that met a damaged page reads no other page any more; those that are sound may still be played.
        self._connection.close()
        try:
            self._connection = self._opened()
        except StoreError:
            self._closed = True

    def _read(self, n: int) -> bytes:
        if self._closed:
            raise OSError(errno.EBADF, "the recording is closed")
        try:
            found = self._connection.execute("SELECT bytes FROM part WHERE n = ?", (n,)).fetchone()
        except FAULTS as error:
            self._error = str(store_error(error, self._path))
            self._begin_anew()
            raise OSError(errno.EIO, self._error) from error
        row = bytes(found[0]) if found else b""
        if len(row) != min(ROW_BYTES, self._size - n * ROW_BYTES) + 1 or not row.endswith(_END):
            self._error = (
                f"{self._path.name} is damaged, or lacks a part of the recording: put back a copy of the file."
            )
            self._begin_anew()
            raise OSError(errno.EIO, self._error)
        return row[:-1]
