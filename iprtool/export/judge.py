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
}
_CODE = ("codebook", "codebook_version", "code")

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
        yield from _said(table.name, [("end_ms is there without an interval, or an interval without it", unlike)])


def faults_between(tables: Mapping[str, pa.Table]) -> Iterator[tuple[str, str]]:
    """What is wrong between the tables that could be read: the table's name, and one sentence."""
    for name, rows in tables.items():
        for column in BY_NAME[name].columns:
            if column.refers is not None and column.refers in tables:
                known = tables[column.refers][BY_NAME[column.refers].key[0]]
                lost = _not_in(rows[column.name], known)
                yield from _named(name, [(f"{column.name} is not in {column.refers}", lost)])
    if {"annotation_codes", "codebook"} <= tables.keys():
        yield from _named("annotation_codes", _code_faults(tables["annotation_codes"], tables["codebook"]))
    if {"recalls", "recordings", "annotations"} <= tables.keys():
        limits = _limits(tables)
        for name, times in _WITHIN_RECORDING.items():
            if name in tables:
                yield from _named(name, _time_faults(tables[name], times, limits))


def _column_faults(column: Column, values: pa.ChunkedArray) -> Iterator[_Fault]:
    if not column.nullable:
        yield f"{column.name} is absent", values.is_null()
    if column.levels:
        yield f"{column.name} is none of its levels", _not_in(values.cast(pa.string()), pa.array(column.levels))


def _code_faults(codes: pa.Table, codebook: pa.Table) -> Iterator[_Fault]:
    """Codes that their codebook does not have; a codebook that is not in the export says nothing of its codes."""
    in_book = pc.invert(_not_in(_joined(codes, _CODE[:2]), _joined(codebook, _CODE[:2])))
    yield "code is not in its codebook", pc.and_(in_book, _not_in(_joined(codes, _CODE), _joined(codebook, _CODE)))


def _joined(rows: pa.Table, names: tuple[str, ...]) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(*(rows[name].cast(pa.string()) for name in names), "\x1f")


def _limits(tables: Mapping[str, pa.Table]) -> Mapping[str, pa.Table]:
    """For recalls and annotations, the length of the recording that was played."""
    recalls, annotations = tables["recalls"], tables["annotations"]
    lengths = _looked_up(recalls["recording_id"], tables["recordings"], "recording_id", "duration_ms")
    recalls = recalls.append_column("limit_ms", lengths)
    of_annotations = _looked_up(annotations["recall_id"], recalls, "recall_id", "limit_ms")
    return {"recall_id": recalls, "annotation_id": annotations.append_column("limit_ms", of_annotations)}


def _time_faults(rows: pa.Table, times: tuple[str, ...], limits: Mapping[str, pa.Table]) -> Iterator[_Fault]:
    by = "recall_id" if "recall_id" in rows.column_names else "annotation_id"
    limit = _looked_up(rows[by], limits[by], by, "limit_ms")
    for time in times:
        outside = pc.or_kleene(pc.less(rows[time], 0), pc.greater(rows[time], limit))
        yield f"{time} is outside the recording", outside


def _looked_up(keys: pa.ChunkedArray, table: pa.Table, key: str, value: str) -> pa.ChunkedArray:
    return table[value].take(pc.index_in(keys, value_set=table[key].combine_chunks()))


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
