"""A layer's projection worked out again from its operations alone, and compared with what its tables say."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import sqlcipher3.dbapi2 as sqlcipher

from iprtool.model.errors import StoreError
from iprtool.model.layer import Op
from iprtool.model.mark import Mark
from iprtool.store.oplog import last_lamport, read_ops
from iprtool.store.projection import UNPACK, DictValues, place_of, project


def rebuild_projection(ops: Iterable[Op]) -> dict[str, dict[str, Any]]:
    """What the operations add up to: by table (mark, stop, coverage) and id."""
    values = DictValues()
    for op in ops:
        project(values, op.entity, op.body)
    return values.tables


def layer_faults(connection: sqlcipher.Connection, name: str) -> Iterator[str]:
    """What is wrong with a layer beyond its pages, a sentence each; nothing where it is sound."""
    newest = last_lamport(connection)
    for table in ("op", "op_body"):
        if connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] != newest:
            yield f"{name} lacks operations that it had: put back a copy of the file."
            return
    try:
        expected = rebuild_projection(read_ops(connection))
        kept = {table: _kept(connection, table) for table in UNPACK}
    except (StoreError, msgspec.MsgspecError):
        yield f"{name} holds operations that do not add up: keep the file as it is and ask for help."
        return
    for table in UNPACK:
        if kept[table] != expected[table] or (table == "mark" and not _in_place(connection, expected["mark"])):
            yield f"{name} shows other values in {table} than its operations make: keep the file and ask for help."


def _kept(connection: sqlcipher.Connection, table: str) -> dict[str, Any]:
    decode = UNPACK[table].decode
    return {ident: decode(packed) for ident, packed in connection.execute(f"SELECT id, value FROM {table}")}


def _in_place(connection: sqlcipher.Connection, marks: dict[str, Mark]) -> bool:
    rows = connection.execute("SELECT id, start_ms, last_ms FROM mark")
    return all((start_ms, last_ms) == place_of(marks[ident]) for ident, start_ms, last_ms in rows)
