"""Whether the rows of an export's tables are what their declarations say, and fit each other."""

from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from iprtool.export.schema import Column, Table
from iprtool.export.tables import BY_NAME

_WITHIN_RECORDING = {
    "annotations": ("start_ms", "end_ms"),
    "stops": ("at_ms", "went_on_ms"),
    "coverage": ("start_ms", "end_ms"),
    "peaks": ("at_ms",),
    "leads": ("at_ms",),
    "traces": ("at_ms",),
    "segments": ("start_ms", "end_ms"),
    "episodes": ("start_ms", "end_ms"),
    "episode_members": ("at_ms",),
}
_LIMITED_BY = {"recall_id": "recalls", "coding_id": "codings", "annotation_id": "annotations", "episode_id": "episodes"}
"""The tables that say of what recording the rows of another one are, by the column that refers to them."""

_CODES = {
    "annotation_codes": ("code", "code"),
    "segment_codes": ("code", "code"),
    "session_ratings": ("scale", "session_rating"),
    "episode_members": ("code", "code"),
}
"""Where codes stand: in which column, and which kind of row of the codebook they are."""

_Fault = tuple[str, pa.ChunkedArray]
"""What is wrong, and in which rows (true; a null is no fault)."""


def faults_within(table: Table, rows: pa.Table) -> Iterator[str]:
    """What is wrong in one table by itself, each in one sentence: absent values, levels, keys, order of intervals."""
    for column in table.columns:
        if column.name in rows.column_names:
            yield from _said(table.name, _column_faults(column, rows[column.name]))
    doubles = rows.num_rows - rows.select(table.key).group_by(list(table.key)).aggregate([]).num_rows
    if doubles:
        yield _sentence(table.name, f"{' and '.join(table.key)} is another row's too", doubles)
    if "end_ms" in rows.column_names:
        yield from _said(table.name, [("end_ms is before start_ms", pc.less(rows["end_ms"], rows["start_ms"]))])
    if table.name == "annotations":
        unlike = pc.xor(pc.equal(rows["kind"].cast(pa.string()), "interval"), rows["end_ms"].is_valid())
        neither = pc.equal(rows["recall_id"].is_valid(), rows["coding_id"].is_valid())
        faults = [("end_ms is there without an interval, or an interval without it", unlike)]
        yield from _said(table.name, [*faults, ("a row is of no recall or coding, or of both", neither)])
    if table.name == "scores":
        outside = pc.or_kleene(pc.less(rows["value"], rows["minimum"]), pc.greater(rows["value"], rows["maximum"]))
        yield from _said(table.name, [("value is outside its range", outside)])


def faults_between(tables: Mapping[str, pa.Table]) -> Iterator[tuple[str, str]]:
    """What is wrong between the tables that could be read: the table's name, and one sentence."""
    for name, rows in tables.items():
        for column in BY_NAME[name].columns:
            if column.refers is not None and column.refers in tables:
                known = tables[column.refers][BY_NAME[column.refers].key[0]]
                lost = _not_in(rows[column.name], known)
                yield from _named(name, [(f"{column.name} is not in {column.refers}", lost)])
    for name in _CODES.keys() & tables.keys() if "codebook" in tables else ():
        yield from _named(name, _code_faults(name, tables[name], tables["codebook"]))
    if "recordings" in tables:
        limits: dict[str, pa.ChunkedArray] = {}
        for name, times in _WITHIN_RECORDING.items():
            if name in tables:
                yield from _named(name, _time_faults(tables[name], times, _limits(name, tables, limits)))


def _column_faults(column: Column, values: pa.ChunkedArray) -> Iterator[_Fault]:
    if not column.nullable:
        yield f"{column.name} is absent", values.is_null()
    if column.levels:
        yield f"{column.name} is none of its levels", _not_in(values.cast(pa.string()), pa.array(column.levels))


def _code_faults(name: str, rows: pa.Table, codebook: pa.Table) -> Iterator[_Fault]:
    """Codes that their codebook does not have; a codebook that is not in the export says nothing of its codes."""
    column, kind = _CODES[name]
    codes = codebook.filter(pc.equal(codebook["kind"].cast(pa.string()), kind))
    book = ("codebook", "codebook_version")
    in_book = pc.invert(_not_in(_joined(rows, book), _joined(codes, book)))
    unknown = _not_in(_joined(rows, (*book, column)), _joined(codes, (*book, "code")))
    yield f"{column} is not in its codebook", pc.and_(pc.and_(in_book, unknown), rows[column].is_valid())


def _joined(rows: pa.Table, names: tuple[str, ...]) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(*(rows[name].cast(pa.string()) for name in names), "\x1f")


def _limits(name: str, tables: Mapping[str, pa.Table], known: dict[str, pa.ChunkedArray]) -> pa.ChunkedArray:
    """For each row of a table the length of its recording, null where none is known; `known` are those worked out."""
    if name in known:
        return known[name]
    rows = tables[name]
    found = [pa.chunked_array([pa.nulls(rows.num_rows, pa.int64())])]
    if "recording_id" in rows.column_names:
        found.append(
            _looked_up(rows["recording_id"], tables["recordings"]["recording_id"], tables["recordings"]["duration_ms"])
        )
    for column, other in _LIMITED_BY.items():
        if column in rows.column_names and other in tables and name != other:
            found.append(_looked_up(rows[column], tables[other][column], _limits(other, tables, known)))
    known[name] = pc.coalesce(*found)
    return known[name]


def _time_faults(rows: pa.Table, times: tuple[str, ...], limits: pa.ChunkedArray) -> Iterator[_Fault]:
    for time in times:
        outside = pc.or_kleene(pc.less(rows[time], 0), pc.greater(rows[time], limits))
        yield f"{time} is outside the recording", outside


def _looked_up(keys: pa.ChunkedArray, known: pa.ChunkedArray, values: pa.ChunkedArray) -> pa.ChunkedArray:
    return values.take(pc.index_in(keys, value_set=known.combine_chunks()))


def _not_in(values: pa.ChunkedArray, known: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    whole = known.combine_chunks() if isinstance(known, pa.ChunkedArray) else known
    return pc.and_(pc.invert(pc.is_in(values, value_set=whole)), values.is_valid())


def _said(table: str, faults: Iterator[_Fault] | list[_Fault]) -> Iterator[str]:
    for what, where in faults:
        number = pc.sum(where).as_py()
        if number:
            yield _sentence(table, what, number)


def _named(table: str, faults: Iterator[_Fault] | list[_Fault]) -> Iterator[tuple[str, str]]:
    return ((table, sentence) for sentence in _said(table, faults))


def _sentence(table: str, what: str, number: int) -> str:
    return f"In {table}, {what} (rows: {number}): run iprtool verify on the study and export again."
