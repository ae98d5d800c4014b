"""Operations into a layer's tables: the log, and in the same transaction the marks, stops and coverage they add up to.

What an operation does to a mark or a stop is said once, in `iprtool.model.layer`.
"""

from collections.abc import Iterator

import msgspec
import sqlcipher3.dbapi2 as sqlcipher

from iprtool.model.errors import StoreError
from iprtool.model.layer import (
    Coverage,
    Covered,
    Deleted,
    Draft,
    Edited,
    Marked,
    Op,
    OpBody,
    Stop,
    StopChanged,
    Stopped,
    WentOn,
    after_op,
    after_stop_op,
)
from iprtool.model.mark import Mark
from iprtool.store.layer_schema import (
    COLUMNS,
    UPSERT_COVERAGE,
    UPSERT_MARK,
    UPSERT_STOP,
    code_rows,
    coverage_row,
    mark_row,
    peak_rows,
    stop_row,
)
from iprtool.store.plain import sealed_json

_BODY: "msgspec.json.Decoder[OpBody]" = msgspec.json.Decoder(OpBody)
_DRAFT = msgspec.json.Decoder(Draft)
_MARK = msgspec.msgpack.Decoder(Mark)
_OPS = "SELECT o.lamport, o.id, o.entity, o.device, o.actor, o.grp, o.undoes, b.body, b.reason, b.at_utc FROM op o "


def last_lamport(connection: sqlcipher.Connection) -> int:
    """The number of the newest operation, 0 where there is none."""
    return int(connection.execute("SELECT coalesce(max(lamport), 0) FROM op").fetchone()[0])


def append_op(connection: sqlcipher.Connection, op: Op) -> None:
    """Write one operation and what it does, in the transaction that is open; one already there is left alone.

    Raises StoreError where the operation cannot be: its values do not read back, or it edits a mark that is not there.
    """
    body_text, body = sealed_json(op.body, _BODY)
    added = connection.execute(
        "INSERT INTO op VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (last_lamport(connection) + 1, op.id, op.device, op.actor, op.entity, op.kind, op.group, op.undoes),
    )
    if added.rowcount != 1:
        return
    connection.execute("INSERT INTO op_body VALUES (last_insert_rowid(), ?, ?, ?)", (body_text, op.reason, op.at_utc))
    _project(connection, op.entity, body)


def _project(connection: sqlcipher.Connection, entity: str, body: OpBody) -> None:
    match body:
        case Marked() | Edited() | Deleted():
            before = read_mark(connection, entity) if isinstance(body, Edited) else None
            _write_mark(connection, entity, mark_after(before, body))
        case Stopped() | StopChanged() | WentOn():
            stop = after_stop_op(_read_stop(connection, entity), entity, body)
            if stop is not None:
                connection.execute(UPSERT_STOP, stop_row(stop))
        case Covered():
            connection.execute(UPSERT_COVERAGE, coverage_row(coverage_after(entity, body)))
        case _:
            pass


def mark_after(mark: Mark | None, body: OpBody) -> Mark | None:
    """`after_op`, its ValueError told as a StoreError."""
    try:
        return after_op(mark, body)
    except ValueError as error:
        raise StoreError("A change was not saved, since the mark that it changes does not allow it: reload.") from error


def coverage_after(entity: str, body: Covered) -> Coverage:
    """The stretch as its newest operation says it."""
    return Coverage(entity, body.kind, body.start_ms, body.end_ms, body.rate)


def _write_mark(connection: sqlcipher.Connection, entity: str, mark: Mark | None) -> None:
    if mark is None:
        connection.execute("DELETE FROM mark WHERE id = ?", (entity,))
    else:
        connection.execute(UPSERT_MARK, mark_row(mark))
    connection.execute("DELETE FROM mark_code WHERE mark = ?", (entity,))
    connection.execute("DELETE FROM mark_peak WHERE mark = ?", (entity,))
    if mark is not None:
        connection.executemany("INSERT INTO mark_code VALUES (?, ?, ?, ?, ?, ?)", code_rows(mark))
        connection.executemany("INSERT INTO mark_peak VALUES (?, ?, ?, ?, ?)", peak_rows(mark))


def read_mark(connection: sqlcipher.Connection, entity: str) -> Mark | None:
    """The mark as the tables have it, or None."""
    row = connection.execute("SELECT value FROM mark WHERE id = ?", (entity,)).fetchone()
    return None if row is None else _MARK.decode(row[0])


def _read_stop(connection: sqlcipher.Connection, entity: str) -> Stop | None:
    row = connection.execute(f"{select('stop')} WHERE id = ?", (entity,)).fetchone()
    return None if row is None else stop_of(row)


def select(table: str) -> str:
    """The SELECT of all columns of a table."""
    return f"SELECT {', '.join(COLUMNS[table])} FROM {table}"


def stop_of(row: tuple[object, ...]) -> Stop:
    """A stop from its row."""
    return msgspec.convert(dict(zip(COLUMNS["stop"], row, strict=True)), Stop)


def coverage_of(row: tuple[object, ...]) -> Coverage:
    """A stretch of coverage from its row."""
    return msgspec.convert(dict(zip(COLUMNS["coverage"], row, strict=True)), Coverage)


def write_draft(connection: sqlcipher.Connection, draft: Draft | None) -> None:
    """Keep the note being written, or none, in the transaction that is open."""
    if draft is None:
        connection.execute("DELETE FROM draft")
    else:
        connection.execute("INSERT OR REPLACE INTO draft VALUES (1, ?)", (sealed_json(draft, _DRAFT)[0],))


def read_draft(connection: sqlcipher.Connection) -> Draft | None:
    """The note being written, or None."""
    row = connection.execute("SELECT value FROM draft").fetchone()
    return None if row is None else _DRAFT.decode(row[0])


def read_ops(connection: sqlcipher.Connection, *, last: int | None = None) -> Iterator[Op]:
    """The operations in their order, whole or the last few; one whose body is gone (redacted) is left out."""
    newest = last_lamport(connection) - last if last is not None else 0
    rows = connection.execute(
        f"{_OPS} JOIN op_body b USING (lamport) WHERE o.lamport > ? ORDER BY o.lamport", (newest,)
    )
    for lamport, ident, entity, device, actor, group, undoes, body, reason, at_utc in rows:
        yield Op(ident, entity, _BODY.decode(body), device, actor, at_utc, lamport, group, undoes, reason)
