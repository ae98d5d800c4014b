"""A layer's rows as Arrow tables: ids hashed, rows in the order of the recording, children in their parents' order."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from iprtool.export.arrow import array_of
from iprtool.export.bodies import TELLING, Told, named_by, put_values, told
from iprtool.export.links import Links, Standing, stricter
from iprtool.export.rows import LayerRows, Rows, RowsOf
from iprtool.export.schema import LETTERS, Column, Table
from iprtool.export.tokens import Tokens
from iprtool.model.errors import ExportError
from iprtool.model.layer import LayerValue
from iprtool.model.linking import MarkRef
from iprtool.model.terms import LayerPurpose

_BLOCK = 16_384
_TRANSPOSED = 256
_ORDER = {
    "annotations": "start_ms",
    "stops": "at_ms",
    "coverage": "start_ms",
    "traces": "position",
    "ops": "lamport",
}
_CHILDREN = ("annotation_codes", "peaks")
_READ: dict[LayerPurpose, tuple[str, ...]] = {
    "recall": (*_ORDER, *_CHILDREN),
    "coding": ("annotations", "ops", *_CHILDREN),
    "review": ("ops",),
}
"""The tables that a layer has rows of."""

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
    "trace": "batch",
}
"""What an operation of this kind names, where it does not name the layer itself."""

_OWNERS: dict[LayerPurpose, str] = {"recall": "recall", "coding": "coding", "review": "value"}
"""What the layer itself is known as outside."""


class LayerMade(msgspec.Struct, frozen=True):
    """What a layer gives: its parts of the tables, what its operations tell, its values, and where marks begin."""

    tables: dict[str, pa.Table]
    said: Told
    values: dict[str, LayerValue]
    standing: Standing


def layer_tables(
    layer: LayerRows, rows_of: RowsOf, tables: Mapping[str, Table], tokens: Tokens, links: Links, *, dates: bool
) -> LayerMade:
    """The layer's rows as those of the tables that are read from layers.

    Rows of one time stay in the order of their making. Raises ExportError where a row does not fit its table, and
    what reading the layer raises.
    """
    reader = _Reader(layer, rows_of, tokens, links)
    made = {name: reader.read(tables[name], rows_of(tables[name].rows or "")) for name in _READ[layer.purpose]}
    made |= {name: _under(made["annotations"], made[name]) for name in _CHILDREN if name in made}
    made |= {name: _in_order(made[name], by) for name, by in _ORDER.items() if name in made}
    if "annotations" in made:
        made["annotations"] = _without_unquotable(made["annotations"])
    made["ops"], said = told(rows_of, reader.without_gone(made["ops"]), reader.telling, dates=dates)
    columns = {name: [column.name for column in tables[name].columns] for name in made}
    parts = {
        name: part.select([one for one in columns[name] if one in part.column_names]) for name, part in made.items()
    }
    values: dict[str, LayerValue] = dict(rows_of("value")[1]) if layer.purpose == "coding" else {}
    return LayerMade(parts, said, values, reader.standing)


class _Reader:
    """Reads one layer's tables, and remembers the annotations' own ids for what hangs on them."""

    def __init__(self, layer: LayerRows, rows_of: RowsOf, tokens: Tokens, links: Links) -> None:
        self._layer, self._rows_of, self._tokens, self._links = layer, rows_of, tokens, links
        self._owner = pa.scalar(tokens.one(layer.owner, _OWNERS[layer.purpose]))
        self._wanted, self._flags = links.wanted(layer.layer), links.flags(layer.layer)
        self._annotations: list[str] = []
        self._next = 0
        self._repeated: dict[tuple[bool, int], pa.Array] = {}
        self.standing: Standing = {}
        self.telling: dict[int, str] = {}

    @cached_property
    def _put(self) -> dict[int, tuple[LayerValue, ...]]:
        return put_values(self._rows_of)

    def read(self, table: Table, rows: Rows) -> pa.Table:
        """The rows in the order in which they come; those of codes and peaks with their annotation's place."""
        self._next = 0
        wanted = {column.read_from for column in table.columns}
        blocks = [self._batch(table, columns) for columns in _blocks(rows, wanted)]
        return pa.Table.from_batches(blocks)

    def without_gone(self, ops: pa.Table) -> pa.Table:
        """The operations but those of the researcher's that are of a layer which does not leave."""
        if self._layer.purpose != "review" or not self._links.gone:
            return ops
        gone = [number for number, values in self._put.items() if self._links.is_of_gone(values)]
        return ops.filter(pc.invert(pc.is_in(ops["lamport"], value_set=pa.array(gone, pa.int64()))))

    def _batch(self, table: Table, columns: dict[str, list[Any]]) -> pa.RecordBatch:
        match table.name:
            case "annotations":
                self._annotations += columns["id"]
                self._note_standing(columns)
                self._flag(columns)
            case "ops":
                named = zip(columns["lamport"], columns["kind"], columns["entity"], strict=True)
                self.telling |= {lamport: entity for lamport, kind, entity in named if kind in TELLING}
        arrays = {column.name: self._column(table, column, columns) for column in table.columns}
        if table.name in _CHILDREN:
            arrays[_PLACE] = self._places_of(columns["mark"])
        return pa.record_batch({name: array for name, array in arrays.items() if array is not None})

    def _note_standing(self, columns: Mapping[str, list[Any]]) -> None:
        if self._wanted:
            begun = zip(columns["id"], columns["start_ms"], strict=True)
            layer, wanted = self._layer.layer, self._wanted
            self.standing |= {MarkRef(layer, mark): start_ms for mark, start_ms in begun if mark in wanted}

    def _flag(self, columns: dict[str, list[Any]]) -> None:
        """The stricter of what authors and researcher said of quoting, and the researcher's notes."""
        columns["quote_note"] = [None] * len(columns["id"])
        for at, mark in enumerate(columns["id"]) if self._flags else ():
            flag = self._flags.get(mark)
            if flag is not None:
                columns["quotable"][at] = stricter(columns["quotable"][at], flag.quotable)
                columns["partner_recognisable"][at] |= flag.partner_recognisable
                columns["quote_note"][at] = flag.note

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
        if column.name in ("recall_id", "coding_id"):
            return self._owners(column, len(next(iter(columns.values()))))
        values = columns.get(column.read_from)
        if values is None or column.refers == "annotations":
            return None
        if column.name == "entity_id":
            return self._entities(values, columns)
        if (column.name,) == table.key and column.names is not None:
            return self._tokens.keys(values, column.names)
        return array_of(column, values, self._tokens)

    def _owners(self, column: Column, count: int) -> pa.Array:
        mine = column.names == self._layer.purpose
        # Blocks are mostly of one length, and an array that is there can be had again for nothing.
        if (mine, count) not in self._repeated:
            self._repeated[mine, count] = pa.repeat(self._owner, count) if mine else pa.nulls(count, pa.string())
        return self._repeated[mine, count]

    def _entities(self, values: list[str], columns: Mapping[str, list[Any]]) -> pa.Array:
        """What each operation was done to; the layer itself is known outside as its recall or coding."""
        layer, owner = self._layer.layer, (self._layer.owner, _OWNERS[self._layer.purpose])
        kinds = [_ENTITIES.get(kind) for kind in columns["kind"]]
        for at, kind in enumerate(columns["kind"]):
            if kind == "put":
                kinds[at] = named_by(self._put.get(columns["lamport"][at], ()))
        named = [(raw, of) if of and raw != layer else owner for raw, of in zip(values, kinds, strict=True)]
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
    for name in {"note", "quote_note"} & set(annotations.column_names):
        notes = pc.if_else(allowed, annotations[name], pa.scalar(None, pa.string()))
        annotations = annotations.set_column(annotations.column_names.index(name), name, notes)
    return annotations
