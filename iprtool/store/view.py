"""A layer read in one consistent view: as the screen takes it, or as rows for an export."""

import contextlib
import gc
from collections.abc import Callable, Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any

import msgspec
import sqlcipher3.dbapi2 as sqlcipher

from iprtool.model.errors import StoreError
from iprtool.model.layer import Coverage, LayerContent, LayerHead, LayerValue, Op, Stop
from iprtool.model.mark import Code, Mark, Peak, Rupture
from iprtool.model.packed import PackedMarks
from iprtool.store.oplog import LAYER, is_closed, is_locked, read_draft, read_ops
from iprtool.store.projection import UNPACK
from iprtool.store.schema import get_meta, open_object
from iprtool.store.sealed import reading

HISTORY = 1000
"""How many of the newest operations a screen is given, for undo and history."""

_MARK_COLUMNS = """SELECT json_group_array(id), json_group_array(start_ms), json_group_array(last_ms),
    json_group_array(length(value)), CAST(coalesce(group_concat(CAST(value AS TEXT), ''), '') AS BLOB) FROM mark"""
"""All marks in one row, put together by SQLite: no other thread has to wait for this one a hundred thousand times."""

_IDS, _NUMBERS = msgspec.json.Decoder(list[str]), msgspec.json.Decoder(list[int])
_LASTS: "msgspec.json.Decoder[list[int | None]]" = msgspec.json.Decoder(list[int | None])

HEAD: "msgspec.json.Decoder[LayerHead]" = msgspec.json.Decoder(LayerHead)
Row = tuple[Any, ...]


def _names(struct: type[msgspec.Struct], *without: str) -> list[str]:
    return [name for name in struct.__struct_fields__ if name not in without]


_MARK = _names(Mark, "codes", "peaks", "rupture")
_RUPTURE = _names(Rupture)
_mark_values, _code_values, _peak_values = (attrgetter(*names) for names in (_MARK, _names(Code), _names(Peak)))
_rupture_values = attrgetter(*_RUPTURE)
_NO_RUPTURE = (None,) * len(_RUPTURE)


def _mark_rows(mark: Mark) -> Iterator[Row]:
    yield (*_mark_values(mark), *(_rupture_values(mark.rupture) if mark.rupture else _NO_RUPTURE))


def _code_rows(mark: Mark) -> Iterator[Row]:
    return ((mark.id, position, *_code_values(code)) for position, code in enumerate(mark.codes))


def _peak_rows(mark: Mark) -> Iterator[Row]:
    return ((mark.id, position, *_peak_values(peak)) for position, peak in enumerate(mark.peaks))


def _value_rows(value: msgspec.Struct) -> Iterator[Row]:
    yield msgspec.structs.astuple(value)


_ROWS: dict[str, tuple[str, list[str], Callable[[Any], Iterator[Row]]]] = {
    "mark": ("mark", [*_MARK, *(f"rupture_{name}" for name in _RUPTURE)], _mark_rows),
    "mark_code": ("mark", ["mark", "position", *_names(Code)], _code_rows),
    "mark_peak": ("mark", ["mark", "position", *_names(Peak)], _peak_rows),
    "stop": ("stop", _names(Stop), _value_rows),
    "coverage": ("coverage", _names(Coverage), _value_rows),
}
_OPS = {
    "op": ["lamport", "id", "device", "actor", "entity", "kind", "grp", "undoes"],
    "op_body": ["lamport", "body", "reason", "at_utc"],
}


class LayerView:
    """A layer as it was when the view was opened, whatever is written meanwhile."""

    def __init__(self, connection: sqlcipher.Connection) -> None:
        self._connection = connection

    @property
    def head(self) -> LayerHead:
        """What the layer pins."""
        return HEAD.decode(get_meta(self._connection, "head") or "")

    @property
    def closed(self) -> bool:
        """Whether the recall was brought to its end."""
        return is_closed(self._connection)

    def content(self) -> LayerContent:
        """The whole layer as a screen takes it."""
        connection = self._connection
        return LayerContent(
            head=self.head,
            marks=self.marks(),
            stops=tuple(self.values("stop")),
            coverage=tuple(self.values("coverage")),
            draft=read_draft(connection),
            ops=tuple(read_ops(connection, last=HISTORY)),
            closed=self.closed,
            values=self.put_values(),
            traces=tuple(self.values("trace")),
            locked=self.locked,
        )

    @property
    def locked(self) -> bool:
        """Whether a coding is locked."""
        return is_locked(self._connection)

    def ops(self) -> list[Op]:
        """Every operation that was ever made, in order; one whose body was redacted is left out."""
        return list(read_ops(self._connection))

    def put_values(self) -> dict[str, LayerValue]:
        """What a coder or the researcher set, by entity, in the order in which each was first set."""
        decode = UNPACK["value"].decode
        return {ident: decode(packed) for ident, packed in self._connection.execute("SELECT id, value FROM value")}

    def marks(self) -> PackedMarks:
        """The marks, still packed; damage is found when the view ends, not when one of them is unpacked."""
        ids, starts, lasts, lengths, values = self._connection.execute(_MARK_COLUMNS).fetchone()
        return PackedMarks(
            _IDS.decode(ids),
            _NUMBERS.decode(starts),
            _LASTS.decode(lasts),
            values,
            _NUMBERS.decode(lengths),
            UNPACK["mark"].decode,
        )

    def values(self, table: str) -> list[Any]:
        """All marks, stops or stretches of coverage, in the order in which they were first made."""
        decode = UNPACK[table].decode
        packed = self._connection.execute(f"SELECT value FROM {table} ORDER BY rowid")
        with _no_collecting():
            return [decode(value) for (value,) in packed]

    def rows(self, table: str) -> tuple[list[str], Iterator[Row]]:
        """A table's column names and its rows, made as they are asked for (see `layer_rows`)."""
        if table in _OPS:
            names = _OPS[table]
            return names, iter(self._connection.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY lamport"))
        source, names, rows_of = _ROWS[table]
        decode = UNPACK[source].decode
        packed = self._connection.execute(f"SELECT value FROM {source} ORDER BY rowid")
        return names, (row for (value,) in packed for row in rows_of(decode(value)))


@contextlib.contextmanager
def view_layer(path: Path, key: bytes) -> Iterator[LayerView]:
    """Open a layer for reading, in one transaction, also while another process writes it; StoreError where it fails."""
    connection = open_object(path, key, LAYER, read_only=True)
    try:
        with reading(connection, path):
            yield LayerView(connection)
    except msgspec.MsgspecError as error:
        raise StoreError(
            f"{path.name} holds a value that this iprtool cannot read: update iprtool, or verify the study."
        ) from error
    finally:
        connection.close()


def read_layer(path: Path, key: bytes) -> LayerContent:
    """The layer as it stands."""
    with view_layer(path, key) as view:
        return view.content()


def layer_rows(path: Path, key: bytes, table: str) -> tuple[list[str], Iterator[Row]]:
    """A table's column names and its rows as plain tuples, made as they are asked for, in the order of making.

    Tables: mark (with its rupture fields, without codes and peaks), mark_code, mark_peak, stop, coverage, op, op_body.
    Times in milliseconds, absent values None. For several tables that must agree, use `view_layer`.
    """

    def rows() -> Iterator[Row]:
        with view_layer(path, key) as view:
            yield from view.rows(table)[1]

    return list(_OPS[table] if table in _OPS else _ROWS[table][1]), rows()


@contextlib.contextmanager
def _no_collecting() -> Iterator[None]:
    # 100,000 marks are made at once and none is garbage: the collector would walk them again and again.
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
