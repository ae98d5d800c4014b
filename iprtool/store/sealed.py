"""Sealed objects: SQLCipher 4 files, each with its own raw 256-bit key, opened the same careful way everywhere.

Any SQLCipher 4 opens them with that key, `cipher_hmac_algorithm = HMAC_SHA256` and the page size, which is 4096 and
16384 for recordings.
"""

import contextlib
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import sqlcipher3.dbapi2 as sqlcipher

from iprtool.model.errors import StoreError

KEY_BYTES = 32
PAGE_BYTES = 4096
BUSY_SECONDS = 5.0

_NOT_READ = (
    "{name} could not be read: the key does not fit it, or the disk failed, or the file is damaged; nothing was "
    "changed, so try again, and put back a copy of the file if it stays so"
)
_WHY = {
    sqlcipher.SQLITE_NOTADB: _NOT_READ,
    sqlcipher.SQLITE_CORRUPT: (
        "{name} is damaged or cut short; nothing was changed, so put back a copy of the file, whole"
    ),
    sqlcipher.SQLITE_FULL: "The disk is full, so {name} could not be written: free some space and try again",
    sqlcipher.SQLITE_IOERR: (
        "The disk failed while {name} was read or written: what was saved before is kept, so look to the disk"
    ),
    sqlcipher.SQLITE_BUSY: "{name} is held by another program: close it there, or wait, and try again",
    sqlcipher.SQLITE_LOCKED: "{name} is held by another program: close it there, or wait, and try again",
    sqlcipher.SQLITE_READONLY: "{name} may not be written: look to the rights on its folder, and try again",
    sqlcipher.SQLITE_PERM: "{name} may not be written: look to the rights on its folder, and try again",
    sqlcipher.SQLITE_CANTOPEN: "{name} could not be opened: look to the rights on its folder and the room on the disk",
    sqlcipher.SQLITE_NOMEM: "{name} is damaged, or there is too little memory for it: try again, then verify the study",
}


def new_key() -> bytes:
    """A random raw key of 32 bytes for one object."""
    return secrets.token_bytes(KEY_BYTES)


FAULTS: tuple[type[Exception], ...] = (sqlcipher.Error, MemoryError)
"""What a call on a connection raises; MemoryError also where SQLCipher met damage and does not go on."""


def store_error(error: Exception, path: Path) -> StoreError:
    """What one of the `FAULTS` on this file means for a person, claiming no more than is known."""
    unsaid = sqlcipher.SQLITE_NOMEM if isinstance(error, MemoryError) else sqlcipher.SQLITE_ERROR
    primary = getattr(error, "sqlite_errorcode", unsaid) & 0xFF
    known = _WHY.get(primary, "{name} could not be used as it should (" + type(error).__name__ + "): try again")
    return StoreError(known.format(name=path.name) + ".")


def tells_damage(error: Exception) -> bool:
    """Whether an error may come of a damaged page, after which SQLCipher reads no page any more on this connection."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, MemoryError) or code in (sqlcipher.SQLITE_CORRUPT, sqlcipher.SQLITE_NOTADB)


def connect(
    path: Path,
    key: bytes,
    *,
    create: bool = False,
    page_size: int = PAGE_BYTES,
    check_same_thread: bool = True,
    read_only: bool = False,
) -> sqlcipher.Connection:
    """Open a sealed file with its raw key, or make an empty one, which must not be there yet.

    Transactions are explicit (`BEGIN IMMEDIATE`). A file that is made is built without a journal, to be renamed when
    whole (see `NewObject`); one that is opened is in WAL mode with `synchronous=FULL`, unless `read_only`. Raises
    StoreError where the file is not there, the key does not fit, or the file cannot be read: it is never mended.
    """
    if len(key) != KEY_BYTES:
        raise StoreError("This key is not 32 bytes long, so it opens nothing.")
    _make_empty(path) if create else _must_be_there(path)
    try:
        connection = sqlcipher.connect(
            path.absolute().as_uri() + "?mode=rw",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=check_same_thread,
        )
    except FAULTS as error:
        raise store_error(error, path) from error
    try:
        _unlock(connection, key, page_size)
        _set_durability(connection, building=create, read_only=read_only)
    except FAULTS as error:
        connection.close()
        raise store_error(error, path) from error
    return connection


def _make_empty(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError as error:
        raise StoreError(f"{path.name} is there already, and is not written over.") from error
    except OSError as error:
        raise StoreError(
            f"{path.name} could not be made ({error.strerror}): look to its folder and the disk."
        ) from error


def _must_be_there(path: Path) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise StoreError(
            f"{path.name} is not in its folder, or may not be read: the folder may be half copied, so copy it again."
        ) from error
    if size == 0:
        raise StoreError(f"{path.name} is empty, so it was cut short: put back a copy of the file.")


def _unlock(connection: sqlcipher.Connection, key: bytes, page_size: int) -> None:
    # The log level comes before the key: SQLCipher writes on the terminal when a key does not fit.
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("PRAGMA cipher_compatibility = 4")
    connection.execute(f"PRAGMA cipher_page_size = {page_size}")
    # SHA-256 has instructions of its own on today's processors; SQLCipher's default, SHA-512, has not.
    connection.execute("PRAGMA cipher_hmac_algorithm = HMAC_SHA256")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _set_durability(connection: sqlcipher.Connection, *, building: bool, read_only: bool) -> None:
    if building:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
    elif read_only:
        connection.execute("PRAGMA query_only = ON")
    else:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if sys.platform == "darwin":
            connection.execute("PRAGMA fullfsync = ON")


@contextlib.contextmanager
def transaction(connection: sqlcipher.Connection) -> Iterator[None]:
    """What is written within is on the disk when it ends, all of it or none."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has rolled back by itself after some errors.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def reading(connection: sqlcipher.Connection, path: Path) -> Iterator[None]:
    """One consistent view of an object; StoreError where a page of it is damaged.

    SQLCipher gives a damaged page out as zeros and fails only when it decrypts the next one, so that damage in the last
    page read would pass for content: one more page is decrypted before the view ends.
    """
    try:
        connection.execute("BEGIN")
        yield
        connection.execute("PRAGMA shrink_memory")
        connection.execute("SELECT 1 FROM meta LIMIT 1").fetchone()
    except FAULTS as error:
        raise store_error(error, path) from error
    finally:
        with contextlib.suppress(*FAULTS):
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def fsync_file(path: Path) -> None:
    """Force a file's content onto the disk (on macOS past the drive's own cache); raises OSError."""
    with path.open("rb+") as file:
        if sys.platform == "darwin":
            import fcntl

            fcntl.fcntl(file.fileno(), fcntl.F_FULLFSYNC)
        else:
            os.fsync(file.fileno())


def fsync_folder(folder: Path) -> None:
    """Force a folder's names onto the disk; Windows needs and offers no such thing. Raises OSError."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, data: bytes) -> None:
    """Write a small file whole or not at all, over an older one; it is on the disk when this returns."""
    part = path.with_name(path.name + ".part")
    try:
        descriptor = os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        fsync_file(part)
        part.replace(path)
        fsync_folder(path.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StoreError(
            f"{path.name} could not be written ({error.strerror}): look to the disk, and try again."
        ) from error


class NewObject:
    """A sealed file in the making: under a `.part` name until it is whole, on the disk and renamed by `commit`.

    As a context manager it commits at the end, or leaves nothing behind where an exception passes.
    """

    def __init__(
        self,
        path: Path,
        key: bytes,
        *,
        page_size: int = PAGE_BYTES,
        check_same_thread: bool = True,
        written_once: bool = False,
    ) -> None:
        if path.exists():
            raise StoreError(f"{path.name} is there already, and is not written over.")
        self.path = path
        self._written_once = written_once
        self._part = path.with_name(path.name + ".part")
        self.connection = connect(
            self._part, key, create=True, page_size=page_size, check_same_thread=check_same_thread
        )
        self.connection.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Put the file on the disk under its final name; on failure nothing is left, and StoreError is raised."""
        try:
            self.connection.execute("COMMIT")
            if not self._written_once:
                # Kept in the file: opening it for writing then changes nothing in it.
                self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.close()
            fsync_file(self._part)
            self._part.rename(self.path)
            fsync_folder(self.path.parent)
        except FAULTS as error:
            self.discard()
            raise store_error(error, self.path) from error
        except OSError as error:
            self.discard()
            raise StoreError(
                f"{self.path.name} could not be written ({error.strerror}): look to the disk, and try again."
            ) from error

    def discard(self) -> None:
        """Leave nothing behind."""
        self.connection.close()
        self._part.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.commit()
            return
        self.discard()
        if isinstance(error, FAULTS):
            raise store_error(error, self.path) from error
