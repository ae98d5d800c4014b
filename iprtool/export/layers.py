"""A layer's rows as Arrow tables: ids hashed, rows in the order of the recording, children in their parents' order."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from iprtool.export.arrow import array_of
from iprtool.export.rows import LayerRows, Rows, RowsOf
from iprtool.export.schema import LETTERS, Column, Table
from iprtool.export.tokens import Tokens
from iprtool.model.errors import ExportError

_BLOCK = 16_384
_TRANSPOSED = 256
_ORDER = {"annotations": "start_ms", "stops": "at_ms", "coverage": "start_ms", "ops": "lamport"}
_CHILDREN = ("annotation_codes", "peaks")
# A column that only the building needs, of a name that no table's column has.
_PLACE = " place"

_ENTITIES = {
    "stop": "stop",
    "stop_edit": "stop",
    "go_on": "stop",
    "lead": "stop",
    "mark": "annotation",
    "edit": "annotation",
    "delete": "annotation",
    "coverage": "coverage",
}
"""What an operation of this kind names, where it does not name the layer itself."""


def layer_tables(layer: LayerRows, rows_of: RowsOf, tables: Mapping[str, Table], tokens: Tokens) -> dict[str, pa.Table]:
    """The layer's rows as those of the tables that are read from layers, without the columns of their own making.

    Rows of one time stay in the order of their making. Raises ExportError where a row does not fit its table, and
    what reading the layer raises.
    """
    reader = _Reader(layer, tokens)
    made = {name: reader.read(tables[name], rows_of(tables[name].rows or "")) for name in (*_ORDER, *_CHILDREN)}
    made |= {name: _under(made["annotations"], made[name]) for name in _CHILDREN}
    made |= {name: _in_order(made[name], by) for name, by in _ORDER.items()}
    if "note" in made["annotations"].column_names:
        made["annotations"] = _without_unquotable(made["annotations"])
    return {
        name: table.select([column.name for column in tables[name].columns if column.name in table.column_names])
        for name, table in made.items()
    }


class _Reader:
    """Reads one layer's tables, and remembers the annotations' own ids for what hangs on them."""

    def __init__(self, layer: LayerRows, tokens: Tokens) -> None:
        self._layer, self._tokens = layer, tokens
        self._recall = pa.scalar(tokens.one(layer.recall, "recall"))
        self._annotations: list[str] = []
        self._next = 0

    def read(self, table: Table, rows: Rows) -> pa.Table:
        """The rows in the order in which they come; those of codes and peaks with their annotation's place."""
        self._next = 0
        wanted = {column.read_from for column in table.columns}
        blocks = [self._batch(table, columns) for columns in _blocks(rows, wanted)]
        return pa.Table.from_batches(blocks)

    def _batch(self, table: Table, columns: Mapping[str, list[Any]]) -> pa.RecordBatch:
        arrays = {column.name: self._column(table, column, columns) for column in table.columns}
        if table.name == "annotations":
            self._annotations += columns["id"]
        if table.name in _CHILDREN:
            arrays[_PLACE] = self._places_of(columns["mark"])
        return pa.record_batch({name: array for name, array in arrays.items() if array is not None})

    def _places_of(self, marks: list[str]) -> pa.Array:
        """At which row each annotation was read. Codes and peaks come in their order, so the search goes on."""
        places, annotations = [], self._annotations
        for mark in marks:
            while self._next < len(annotations) and annotations[self._next] != mark:
                self._next += 1
            if self._next == len(annotations):
                self._next = self._place_of(mark)
            places.append(self._next)
        return pa.array(places, pa.int64())

    def _place_of(self, mark: str) -> int:
        try:
            return self._annotations.index(mark)
        except ValueError as error:
            raise ExportError(
                "A recall has codes or peaks of a mark that is not there, so nothing was exported: run iprtool verify "
                "on the study."
            ) from error

    def _column(self, table: Table, column: Column, columns: Mapping[str, list[Any]]) -> pa.Array | None:
        """The column's array, or None where it is made later, from another table."""
        if column.name == "recall_id":
            return pa.repeat(self._recall, len(columns[table.columns[0].read_from]))
        values = columns.get(column.read_from)
        if values is None or column.refers == "annotations":
            return None
        if column.name == "entity_id":
            return self._entities(values, columns["kind"])
        if (column.name,) == table.key and column.names is not None:
            return self._tokens.keys(values, column.names)
        return array_of(column, values, self._tokens)

    def _entities(self, values: list[str], kinds: list[str]) -> pa.Array:
        """What each operation was done to; the layer itself is known outside as its recall."""
        recall = (self._layer.recall, "recall")
        named = [
            (value, _ENTITIES[kind]) if kind in _ENTITIES and value != self._layer.layer else recall
            for value, kind in zip(values, kinds, strict=True)
        ]
        hashed = self._tokens.refs(pa.array([raw for raw, _ in named], pa.string()), "recall")
        letters = pa.array([LETTERS[of] for _, of in named], pa.string())
        return pc.binary_join_element_wise(letters, pc.utf8_slice_codeunits(hashed, 1), "")


def _blocks(rows: Rows, wanted: set[str]) -> Iterator[dict[str, list[Any]]]:
    """The wanted columns of the rows, some thousand rows at a time; one empty block where there are no rows."""
    names, tuples = rows
    kept = [(place, name) for place, name in enumerate(names) if name in wanted]
    source = iter(tuples)
    full, first = True, True
    while full or first:
        columns: dict[str, list[Any]] = {name: [] for _, name in kept}
        # zip takes an iterator for every row: of many at once the garbage collector makes a second's work.
        for _ in range(_BLOCK // _TRANSPOSED):
            few = list(zip(*islice(source, _TRANSPOSED), strict=True))
            full = bool(few)
            if not full:
                break
            for place, name in kept:
                columns[name].extend(few[place])
        if first or columns[kept[0][1]]:
            yield columns
        first = False


def _in_order(table: pa.Table, by: str) -> pa.Table:
    """The table by one column, rows of the same value as they were (Arrow's sort is stable)."""
    keys = table[by].to_numpy()
    return table if (keys[:-1] <= keys[1:]).all() else table.unify_dictionaries().sort_by(by)


def _under(annotations: pa.Table, children: pa.Table) -> pa.Table:
    """Rows that belong to annotations, ordered as these will be, each with its annotation's id."""
    parents = annotations.select(["annotation_id", "start_ms"]).combine_chunks().take(children[_PLACE])
    for name in parents.column_names:
        children = children.append_column(name, parents[name])
    return _in_order(children, "start_ms")


def _without_unquotable(annotations: pa.Table) -> pa.Table:
    """No note of a mark that may not be quoted leaves, whatever was asked for."""
    allowed = pc.not_equal(annotations["quotable"].cast(pa.string()), "no")
    notes = pc.if_else(allowed, annotations["note"], pa.scalar(None, pa.string()))
    return annotations.set_column(annotations.column_names.index("note"), "note", notes)
