"""The declared tables as Arrow: types, schemas with their metadata, and columns of plain values as arrays."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from iprtool.export.schema import Column, Table
from iprtool.export.tokens import Tokens
from iprtool.model.errors import ExportError

_OPEN = pa.dictionary(pa.int32(), pa.string())
_LEVELLED = pa.dictionary(pa.int8(), pa.string())
_TYPES = {
    "id": pa.string(),
    "text": pa.string(),
    "category": _OPEN,
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
}


def arrow_type(column: Column) -> pa.DataType:
    """The Arrow type of a column."""
    return _LEVELLED if column.levels else _TYPES[column.kind]


def type_name(column: Column) -> str:
    """The type as the dictionary names it."""
    return "category" if column.kind == "category" else str(arrow_type(column))


def arrow_schema(table: Table, metadata: Mapping[str, str]) -> pa.Schema:
    """The table's Arrow schema; every field carries its description, unit, levels and the table it refers to."""
    return pa.schema([_field(column) for column in table.columns], metadata=dict(metadata))


def _field(column: Column) -> pa.Field:
    said = {
        "description": column.description,
        "unit": column.unit,
        "levels": json.dumps(column.levels) if column.levels else None,
        "refers_to": column.refers,
    }
    metadata = {name: text for name, text in said.items() if text is not None}
    return pa.field(column.name, arrow_type(column), nullable=column.nullable, metadata=metadata)


def array_of(column: Column, values: Sequence[Any], tokens: Tokens) -> pa.Array:
    """Plain values as an array of the column's type, ids hashed; ExportError where one is of another type."""
    try:
        if column.kind == "id" and column.names is not None:
            return tokens.refs(pa.array(values, pa.string()), column.names)
        return pa.array(values, arrow_type(column))
    except UnicodeEncodeError:
        return pa.array([None if value is None else _whole(value) for value in values], arrow_type(column))
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise ExportError(
            f"The study holds a value for {column.name} that is no {column.kind}, so nothing was exported: "
            "run iprtool verify on the study."
        ) from error


def settled(column: Column, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as it leaves: a category by its declared levels, an empty text as none.

    Categories come with one dictionary for all chunks. Raises ExportError where a value is none of the levels, or
    where one is absent that must be there.
    """
    if column.kind == "category" and values.num_chunks:
        values = _levelled(column, values)
    elif column.kind == "text" and column.nullable:
        values = pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)
    if values.null_count and not column.nullable:
        raise ExportError(
            f"The study lacks a value for {column.name}, so nothing was exported: run iprtool verify on the study."
        )
    return values


def _levelled(column: Column, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """The category with its declared levels in their order, or without them with those found, the empty word none."""
    found = values.chunk(0).dictionary
    levels = pa.array(column.levels or [term for term in found.to_pylist() if term], pa.string())
    places = pc.index_in(found, value_set=levels).cast(arrow_type(column).index_type)
    unknown = next((term for term in found.filter(places.is_null()).to_pylist() if term or column.levels), None)
    if unknown is not None:
        raise ExportError(
            f"The study says {unknown!r} for {column.name}, which this iprtool does not know, so nothing was "
            "exported: update iprtool."
        )
    chunks = (pa.DictionaryArray.from_arrays(places.take(chunk.indices), levels) for chunk in values.chunks)
    return pa.chunked_array(chunks, type=arrow_type(column))


def _whole(text: str) -> str:
    """The text with U+FFFD for each lone surrogate, which no file in UTF-8 can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
