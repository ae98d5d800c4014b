"""A layer's tables and its operations: appended, never changed; and the note that is being written."""

from collections.abc import Iterator

import msgspec
import sqlcipher3.dbapi2 as sqlcipher

from iprtool.model.layer import Draft, Op, OpBody
from iprtool.store.plain import sealed_json
from iprtool.store.projection import TableValues, project
from iprtool.store.schema import Schema

LAYER = Schema(
    "layer",
    (
        (
            """CREATE TABLE op (lamport INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, device TEXT NOT NULL,
                actor TEXT NOT NULL, entity TEXT NOT NULL, kind TEXT NOT NULL, grp TEXT, undoes TEXT)""",
            "CREATE INDEX op_close ON op (lamport) WHERE kind = 'close'",
            "CREATE INDEX op_lock ON op (lamport) WHERE kind IN ('lock', 'unlock')",
            "CREATE INDEX op_view ON op (lamport) WHERE kind = 'view_change'",
            "CREATE INDEX op_lessons ON op (lamport) WHERE kind = 'lessons'",
            "CREATE TRIGGER op_kept BEFORE DELETE ON op BEGIN SELECT RAISE(ABORT, 'operations are kept'); END",
            "CREATE TRIGGER op_as_made BEFORE UPDATE ON op BEGIN SELECT RAISE(ABORT, 'operations stay as made'); END",
            # A table of its own, so that a redaction can delete a body and leave the operation.
            """CREATE TABLE op_body (lamport INTEGER PRIMARY KEY REFERENCES op, body TEXT NOT NULL, reason TEXT,
                at_utc TEXT NOT NULL)""",
            "CREATE TRIGGER body_as_made BEFORE UPDATE ON op_body BEGIN SELECT RAISE(ABORT, 'bodies stay'); END",
            # The projection is packed values: reading columns took four times as long, for the screen as for an export.
            # Of marks the place is beside it, so that a timeline can be drawn before any of them is unpacked.
            """CREATE TABLE mark (id TEXT PRIMARY KEY, start_ms INTEGER NOT NULL, last_ms INTEGER,
                value BLOB NOT NULL)""",
            "CREATE TABLE stop (id TEXT PRIMARY KEY, value BLOB NOT NULL)",
            "CREATE TABLE coverage (id TEXT PRIMARY KEY, value BLOB NOT NULL)",
            "CREATE TABLE value (id TEXT PRIMARY KEY, value BLOB NOT NULL)",
            "CREATE TABLE trace (id TEXT PRIMARY KEY, value BLOB NOT NULL)",
            "CREATE TABLE draft (slot INTEGER PRIMARY KEY CHECK (slot = 1), value TEXT NOT NULL)",
        ),
    ),
)

_READ_OPS = """SELECT o.id, o.entity, b.body, o.device, o.actor, b.at_utc, o.lamport, o.grp, o.undoes, b.reason
    FROM op o JOIN op_body b USING (lamport)"""
_LASTING = " UNION ALL ".join(
    f"SELECT max(lamport) FROM op WHERE kind = '{kind}'" for kind in ("view_change", "lessons")
)

_BODY: "msgspec.json.Decoder[OpBody]" = msgspec.json.Decoder(OpBody)
_OP = msgspec.json.Decoder(Op)
_DRAFT = msgspec.json.Decoder(Draft)


def last_lamport(connection: sqlcipher.Connection) -> int:
    """The number of the newest operation, 0 where there is none."""
    return int(connection.execute("SELECT coalesce(max(lamport), 0) FROM op").fetchone()[0])


def append_op(connection: sqlcipher.Connection, op: Op) -> int:
    """Write one operation and what it does, in the open transaction; the result is its Lamport number.

    One that is there already is left alone, so that a caller who is in doubt may commit it again. Raises StoreError
    where it cannot be: its values do not read back, or it edits a mark that is not there.
    """
    _, op = sealed_json(op, _OP)
    # SQLite gives the next number, the highest there is plus one: rows of `op` are never deleted.
    added = connection.execute(
        """INSERT INTO op (id, device, actor, entity, kind, grp, undoes) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO NOTHING""",
        (op.id, op.device, op.actor, op.entity, op.kind, op.group, op.undoes),
    )
    if added.rowcount != 1:
        return int(connection.execute("SELECT lamport FROM op WHERE id = ?", (op.id,)).fetchone()[0])
    lamport = int(added.lastrowid)
    body = msgspec.json.encode(op.body).decode()
    connection.execute("INSERT INTO op_body VALUES (?, ?, ?, ?)", (lamport, body, op.reason, op.at_utc))
    project(TableValues(connection), op.entity, op.body)
    return lamport


def read_ops(connection: sqlcipher.Connection, *, last: int | None = None) -> Iterator[Op]:
    """The operations in their order, all or the last few; one whose body was redacted is left out.

    The last that says what is seen of the picture, and the last of lessons learned, are among them however long ago.
    """
    after = last_lamport(connection) - last if last is not None else 0
    # Two searches: as one, with OR, it would read the whole table.
    for condition in (f"o.lamport IN ({_LASTING}) AND o.lamport <= ?", "o.lamport > ?"):
        rows = connection.execute(f"{_READ_OPS} WHERE {condition} ORDER BY o.lamport", (after,))
        for ident, entity, body, *rest in rows:
            yield Op(ident, entity, _BODY.decode(body), *rest)


def is_closed(connection: sqlcipher.Connection) -> bool:
    """Whether the recall was brought to its end."""
    return connection.execute("SELECT 1 FROM op WHERE kind = 'close' LIMIT 1").fetchone() is not None


def is_locked(connection: sqlcipher.Connection) -> bool:
    """Whether a coding is locked: the last word on it counts."""
    row = connection.execute(
        "SELECT kind FROM op WHERE kind IN ('lock', 'unlock') ORDER BY lamport DESC LIMIT 1"
    ).fetchone()
    return row is not None and row[0] == "lock"


def write_draft(connection: sqlcipher.Connection, draft: Draft | None) -> None:
    """Keep the note being written, or forget it, in the open transaction."""
    if draft is None:
        connection.execute("DELETE FROM draft")
    else:
        connection.execute("INSERT OR REPLACE INTO draft VALUES (1, ?)", (sealed_json(draft, _DRAFT)[0],))


def read_draft(connection: sqlcipher.Connection) -> Draft | None:
    """The note being written, or None."""
    row = connection.execute("SELECT value FROM draft").fetchone()
    return None if row is None else _DRAFT.decode(row[0])
