"""The admin object: a study's roster, objects and ledger, as entries that are only ever added."""

import threading
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from iprtool.model.terms import ObjectKind
from iprtool.store.plain import sealed_json
from iprtool.store.schema import Schema, new_object, open_object
from iprtool.store.sealed import FAULTS, reading, store_error

_T = TypeVar("_T")

ADMIN = Schema(
    "admin",
    (
        (
            """CREATE TABLE entry (n INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL,
                at_utc TEXT NOT NULL)""",
            "CREATE INDEX entry_of ON entry (kind, id, n)",
            "CREATE TRIGGER entry_kept BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries are kept'); END",
            "CREATE TRIGGER entry_as_made BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries stay'); END",
        ),
    ),
)


class ObjectEntry(msgspec.Struct, frozen=True):
    """One sealed object of the study: its kind, the commitment to its key, and whether it was discarded."""

    id: str
    kind: ObjectKind
    commitment: str
    discarded: bool = False


class ExportEntry(msgspec.Struct, frozen=True):
    """One export in the ledger: what left, for whom, in which formats, with text or not, and its manifest's SHA-256."""

    to: str
    tables: tuple[str, ...]
    formats: tuple[str, ...] = ()
    with_text: bool = False
    manifest_sha256: str = ""


class Setting(msgspec.Struct, frozen=True):
    """One setting of the study, as text."""

    value: str


def create_admin(path: Path, key: bytes) -> None:
    """Make the admin object, with nothing in it."""
    with new_object(path, key, ADMIN):
        pass


class Roster:
    """The entries, newest first to count: an entry of the same kind and id takes the place of the one before it."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._connection = open_object(path, key, ADMIN, check_same_thread=False)

    def add(self, kind: str, ident: str, value: Any) -> None:
        """Add an entry; it is on the disk when this returns."""
        text, _ = sealed_json(value, msgspec.json.Decoder(type(value)))
        with self._lock:
            try:
                self._connection.execute(
                    """INSERT INTO entry (kind, id, value, at_utc)
                        VALUES (?, ?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))""",
                    (kind, ident, text),
                )
            except FAULTS as error:
                raise store_error(error, self._path) from error

    def all(self, kind: str, of: type[_T]) -> list[_T]:
        """The values that count, in the order in which they were first added."""
        return [
            msgspec.json.decode(value, type=of)
            for (value,) in self._rows(
                """SELECT e.value FROM (SELECT min(n) AS first, max(n) AS last FROM entry WHERE kind = ? GROUP BY id)
                    JOIN entry e ON e.n = last ORDER BY first""",
                kind,
            )
        ]

    def one(self, kind: str, ident: str, of: type[_T]) -> _T | None:
        """The value that counts, or None."""
        rows = self._rows("SELECT value FROM entry WHERE kind = ? AND id = ? ORDER BY n DESC LIMIT 1", kind, ident)
        return msgspec.json.decode(rows[0][0], type=of) if rows else None

    def close(self) -> None:
        """Let go of the object."""
        with self._lock:
            self._connection.close()

    def _rows(self, statement: str, *values: str) -> list[tuple[Any, ...]]:
        with self._lock, reading(self._connection, self._path):
            return list(self._connection.execute(statement, values))
