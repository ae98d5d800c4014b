"""Objects of entries that are only ever added: a study's roster and ledger, a person's consents and scores."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from iprtool.model.terms import ObjectKind
from iprtool.store.closing import Closing
from iprtool.store.machine import device
from iprtool.store.plain import sealed_json
from iprtool.store.schema import Schema, new_object, open_object
from iprtool.store.sealed import FAULTS, reading, store_error, transaction

_T = TypeVar("_T")

_STEPS = (
    (
        """CREATE TABLE entry (n INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, value TEXT,
            device TEXT NOT NULL, at_utc TEXT NOT NULL)""",
        "CREATE INDEX entry_of ON entry (kind, id, n)",
        "CREATE TRIGGER entry_kept BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries are kept'); END",
        "CREATE TRIGGER entry_as_made BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries stay'); END",
    ),
)
ADMIN = Schema("admin", _STEPS)
"""The study's roster, objects and ledger."""

PERSON = Schema("person", _STEPS)
"""One person's consents and scores."""


class Entry(msgspec.Struct, frozen=True):
    """One entry as it was added: its number, what it is of, its value as JSON (None: taken away), where and when."""

    number: int
    kind: str
    id: str
    value: str | None
    device: str
    at_utc: str


class ObjectEntry(msgspec.Struct, frozen=True):
    """One sealed object of the study: its kind, the commitment to its key, and whether it was discarded."""

    id: str
    kind: ObjectKind
    commitment: str
    discarded: bool = False


class ExportEntry(msgspec.Struct, frozen=True):
    """One export in the ledger: what left, for whom, in which formats, with text or not, and its manifest's SHA-256.

    `left_out` says, a table or a reason each, what did not leave and why.
    """

    to: str
    tables: tuple[str, ...]
    formats: tuple[str, ...] = ()
    with_text: bool = False
    manifest_sha256: str = ""
    with_dates: bool = False
    fresh_ids: bool = False
    left_out: tuple[str, ...] = ()


class Setting(msgspec.Struct, frozen=True):
    """One setting of the study, as text."""

    value: str


def create_entries(path: Path, key: bytes, schema: Schema) -> None:
    """Make an object of entries, with nothing in it."""
    with new_object(path, key, schema):
        pass


class Entries(Closing):
    """The entries, newest first to count: an entry of the same kind and id takes the place of the one before it."""

    def __init__(self, path: Path, key: bytes, schema: Schema) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._connection = open_object(path, key, schema, check_same_thread=False)

    def add(self, kind: str, ident: str, value: Any) -> None:
        """Add an entry (None takes the one of this kind and id away); it is on the disk when this returns."""
        self.add_all(kind, {ident: value})

    def add_all(self, kind: str, values: Mapping[str, Any]) -> None:
        """Add several of a kind, by id: all of them or none."""
        texts = {ident: None if value is None else _json_of(value) for ident, value in values.items()}
        self._insert([(kind, ident, text) for ident, text in texts.items()])

    def add_json(self, kind: str, ident: str, text: str | None) -> None:
        """Add an entry whose value is JSON already, as an older entry has it."""
        self._insert([(kind, ident, text)])

    def _insert(self, rows: Sequence[tuple[str, str, str | None]]) -> None:
        with self._lock:
            try:
                with transaction(self._connection):
                    self._connection.executemany(
                        """INSERT INTO entry (kind, id, value, device, at_utc)
                            VALUES (?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))""",
                        [(*row, device()) for row in rows],
                    )
            except FAULTS as error:
                raise store_error(error, self._path) from error

    def all(self, kind: str, of: type[_T]) -> list[_T]:
        """The values that count, in the order in which they were first added."""
        decode = msgspec.json.Decoder(of).decode
        rows = self._rows(
            """SELECT e.value FROM (SELECT min(n) AS first, max(n) AS last FROM entry WHERE kind = ? GROUP BY id)
                JOIN entry e ON e.n = last WHERE e.value IS NOT NULL ORDER BY first""",
            kind,
        )
        return [decode(value) for (value,) in rows]

    def one(self, kind: str, ident: str, of: type[_T]) -> _T | None:
        """The value that counts, or None."""
        rows = self._rows("SELECT value FROM entry WHERE kind = ? AND id = ? ORDER BY n DESC LIMIT 1", kind, ident)
        return msgspec.json.decode(rows[0][0], type=of) if rows and rows[0][0] is not None else None

    def last(self) -> int:
        """The number of the entry that was added last, by whomever; 0 where there is none."""
        return int(self._rows("SELECT ifnull(max(n), 0) FROM entry")[0][0])

    def history(self) -> list[Entry]:
        """Every entry that was ever added, in order."""
        return [Entry(*row) for row in self._rows("SELECT n, kind, id, value, device, at_utc FROM entry ORDER BY n")]

    def close(self) -> None:
        """Let go of the object."""
        with self._lock:
            self._connection.close()

    def _rows(self, statement: str, *values: str) -> list[tuple[Any, ...]]:
        with self._lock, reading(self._connection, self._path):
            return list(self._connection.execute(statement, values))


def _json_of(value: Any) -> str:
    return sealed_json(value, msgspec.json.Decoder(type(value)))[0]
