"""A layer's projection worked out again from its operations alone, and compared with what its tables say."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import sqlcipher3.dbapi2 as sqlcipher

from iprtool.model.errors import StoreError
from iprtool.model.layer import Covered, Deleted, Edited, Marked, Op, Stop, StopChanged, Stopped, WentOn, after_stop_op
from iprtool.model.mark import Mark
from iprtool.store.layer_schema import code_rows, coverage_row, mark_row, peak_rows, stop_row
from iprtool.store.projection import coverage_after, last_lamport, mark_after, read_ops, select

Tables = dict[str, set[tuple[Any, ...]]]


def rebuild_projection(ops: Iterable[Op]) -> Tables:
    """The rows that the operations add up to, by table; those of `mark` with the packed value."""
    marks: dict[str, Mark] = {}
    stops: dict[str, Stop] = {}
    coverage: dict[str, tuple[Any, ...]] = {}
    for op in ops:
        match op.body:
            case Marked() | Edited() | Deleted():
                _keep(marks, op.entity, mark_after(marks.get(op.entity), op.body))
            case Stopped() | StopChanged() | WentOn():
                _keep(stops, op.entity, after_stop_op(stops.get(op.entity), op.entity, op.body))
            case Covered():
                coverage[op.entity] = coverage_row(coverage_after(op.entity, op.body))
            case _:
                pass
    return {
        "mark": {mark_row(mark) for mark in marks.values()},
        "mark_code": {row for mark in marks.values() for row in code_rows(mark)},
        "mark_peak": {row for mark in marks.values() for row in peak_rows(mark)},
        "stop": {stop_row(stop) for stop in stops.values()},
        "coverage": set(coverage.values()),
    }


def _keep(into: dict[str, Any], entity: str, value: object) -> None:
    if value is None:
        into.pop(entity, None)
    else:
        into[entity] = value


def layer_faults(connection: sqlcipher.Connection, name: str) -> Iterator[str]:
    """What is wrong with a layer beyond its pages, a sentence each; nothing where it is sound."""
    newest = last_lamport(connection)
    if newest != connection.execute("SELECT count(*) FROM op").fetchone()[0]:
        yield f"{name} lacks operations that it had: put back a copy of the file."
    if newest != connection.execute("SELECT count(*) FROM op_body").fetchone()[0]:
        yield f"{name} lacks the content of an operation: put back a copy of the file."
        return
    try:
        expected = rebuild_projection(read_ops(connection))
    except (StoreError, msgspec.MsgspecError):
        yield f"{name} holds operations that do not add up: keep the file as it is and ask for help."
        return
    for table, rows in expected.items():
        statement = "SELECT * FROM mark" if table == "mark" else select(table)
        if set(connection.execute(statement)) != rows:
            yield f"{name} shows other rows in {table} than its operations make: keep the file and ask for help."
