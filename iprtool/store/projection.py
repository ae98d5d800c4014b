"""What a layer's operations add up to: its marks, stops and coverage, kept in step with the log or worked out anew.

What an operation does to a mark or a stop is said once, in `iprtool.model.layer`, and carried out once, in `project`.
"""

from typing import Any, Protocol

import msgspec
import sqlcipher3.dbapi2 as sqlcipher

from iprtool.model.errors import StoreError
from iprtool.model.layer import (
    Coverage,
    Covered,
    Deleted,
    Edited,
    LayerValue,
    Marked,
    OpBody,
    Put,
    Stop,
    StopChanged,
    Stopped,
    Trace,
    Traced,
    WentOn,
    after_op,
    after_stop_op,
)
from iprtool.model.mark import Mark


class _SparseMark(Mark, frozen=True, omit_defaults=True):
    """A mark as it is packed: what was not set is not written, which halves what a load has to decrypt."""


_PACK = msgspec.json.Encoder()
_PUT_MARK = """INSERT INTO mark VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE
    SET start_ms = excluded.start_ms, last_ms = excluded.last_ms, value = excluded.value"""
UNPACK: dict[str, "msgspec.json.Decoder[Any]"] = {
    "mark": msgspec.json.Decoder(Mark),
    "stop": msgspec.json.Decoder(Stop),
    "coverage": msgspec.json.Decoder(Coverage),
    "value": msgspec.json.Decoder(LayerValue),
    "trace": msgspec.json.Decoder(Trace),
}
"""The tables of the projection, each of ids and packed values, those of marks with their places, and what unpacks them.

They are JSON since its last byte is never zero: SQLCipher may give the end of a long value that is damaged as zeros.
"""


class Values(Protocol):
    """Where the projection is kept: by table and id."""

    def get(self, table: str, ident: str) -> Any:
        """The value, or None."""
        ...

    def put(self, table: str, ident: str, value: Any) -> None:
        """Keep a value, or forget it where it is None."""
        ...


def project(values: Values, entity: str, body: OpBody) -> None:
    """Carry out one operation; StoreError where it edits a mark that is not there, or makes it none."""
    match body:
        case Marked() | Edited() | Deleted():
            values.put("mark", entity, _mark_after(values, entity, body))
        case Stopped() | StopChanged() | WentOn():
            values.put("stop", entity, after_stop_op(values.get("stop", entity), entity, body))
        case Covered():
            values.put("coverage", entity, Coverage(entity, body.kind, body.start_ms, body.end_ms, body.rate))
        case Put(value=value):
            values.put("value", entity, value)
        case Traced():
            values.put("trace", entity, Trace(entity, body.samples, body.rate))
        case _:
            pass


def _mark_after(values: Values, entity: str, body: OpBody) -> Mark | None:
    before = values.get("mark", entity) if isinstance(body, Edited) else None
    try:
        return after_op(before, body)
    except ValueError as error:
        raise StoreError(
            "A change was not saved, since the mark that it changes is gone or does not allow it: undo the change."
        ) from error


class TableValues:
    """The projection in a layer's own tables, in the transaction that is open."""

    def __init__(self, connection: sqlcipher.Connection) -> None:
        self._connection = connection

    def get(self, table: str, ident: str) -> Any:
        """The value, or None."""
        row = self._connection.execute(f"SELECT value FROM {table} WHERE id = ?", (ident,)).fetchone()
        try:
            return None if row is None else UNPACK[table].decode(row[0])
        except msgspec.MsgspecError as error:
            raise StoreError(
                f"A change was not saved, since the {table} that it changes is damaged: verify the study."
            ) from error

    def put(self, table: str, ident: str, value: Any) -> None:
        """Keep a value, or forget it where it is None."""
        if value is None:
            self._connection.execute(f"DELETE FROM {table} WHERE id = ?", (ident,))
            return
        if isinstance(value, Mark):
            self._connection.execute(_PUT_MARK, (ident, *place_of(value), _packed(value)))
            return
        self._connection.execute(
            f"INSERT INTO {table} VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value",
            (ident, _packed(value)),
        )


def place_of(mark: Mark) -> tuple[int, int | None]:
    """What a mark's row says beside its value: its start, and its last millisecond, None while it is open."""
    return mark.start_ms, None if mark.kind == "open_interval" else mark.last_ms


def _packed(value: Mark | Stop | Coverage | Trace | LayerValue) -> bytes:
    return _PACK.encode(_SparseMark(*msgspec.structs.astuple(value)) if isinstance(value, Mark) else value)


class DictValues:
    """The projection in memory."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Any]] = {table: {} for table in UNPACK}

    def get(self, table: str, ident: str) -> Any:
        """The value, or None."""
        return self.tables[table].get(ident)

    def put(self, table: str, ident: str, value: Any) -> None:
        """Keep a value, or forget it where it is None."""
        if value is None:
            self.tables[table].pop(ident, None)
        else:
            self.tables[table][ident] = value
