"""What an object says of itself, its kind and schema version, and the ordered migrations that bring it up to date."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import sqlcipher3.dbapi2 as sqlcipher

from iprtool.model.errors import StoreError
from iprtool.store.sealed import FAULTS, PAGE_BYTES, NewObject, connect, store_error, transaction

_META = "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"


class Schema(msgspec.Struct, frozen=True):
    """A kind of object: its name in `meta`, its page size, and per version the SQL statements that lead to it.

    One that is `written_once` has no write-ahead log and is only ever read.
    """

    kind: str
    steps: tuple[tuple[str, ...], ...]
    page_size: int = PAGE_BYTES
    written_once: bool = False

    @property
    def version(self) -> int:
        """The version that this program writes."""
        return len(self.steps)


def set_meta(connection: sqlcipher.Connection, key: str, value: str) -> None:
    """Keep one value of the object's own."""
    connection.execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (key, value))


def get_meta(connection: sqlcipher.Connection, key: str) -> str | None:
    """One value of the object's own, or None."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def new_object(path: Path, key: bytes, schema: Schema, *, check_same_thread: bool = True) -> NewObject:
    """An object of this kind in the making, its tables there and a transaction open."""
    made = NewObject(
        path,
        key,
        page_size=schema.page_size,
        check_same_thread=check_same_thread,
        written_once=schema.written_once,
    )
    try:
        made.connection.execute(_META)
        set_meta(made.connection, "kind", schema.kind)
        _run(made.connection, schema.steps, 0)
    except FAULTS as error:
        made.discard()
        raise store_error(error, path) from error
    return made


def open_object(
    path: Path, key: bytes, schema: Schema, *, read_only: bool = False, check_same_thread: bool = True
) -> sqlcipher.Connection:
    """Open an object of this kind, brought up to this program's version; StoreError where it is another or newer."""

    def opened(*, read_only: bool) -> sqlcipher.Connection:
        return connect(path, key, page_size=schema.page_size, check_same_thread=check_same_thread, read_only=read_only)

    connection = opened(read_only=read_only)
    try:
        if _version(connection, path, schema) < schema.version:
            if read_only:
                connection.close()
                connection = opened(read_only=False)
            _migrate(connection, path, schema)
    except FAULTS as error:
        connection.close()
        raise store_error(error, path) from error
    except StoreError:
        connection.close()
        raise
    return connection


def _version(connection: sqlcipher.Connection, path: Path, schema: Schema) -> int:
    kind = get_meta(connection, "kind")
    if kind != schema.kind:
        raise StoreError(f"{path.name} holds {kind}, not {schema.kind}: the files of this folder were mixed up.")
    version = int(get_meta(connection, "schema") or 0)
    if version > schema.version:
        raise StoreError(
            f"{path.name} was written by a newer iprtool (format {version}, this one reads up to {schema.version}): "
            "update iprtool and open it again."
        )
    return version


def _migrate(connection: sqlcipher.Connection, path: Path, schema: Schema) -> None:
    with transaction(connection):
        _run(connection, schema.steps, _version(connection, path, schema))


def _run(connection: sqlcipher.Connection, steps: Sequence[Sequence[str]], version: int) -> None:
    for number, statements in enumerate(steps[version:], start=version + 1):
        for statement in statements:
            connection.execute(statement)
        set_meta(connection, "schema", str(number))
