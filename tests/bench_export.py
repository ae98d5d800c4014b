"""Seconds to bring marks from plain tuples into Parquet: by the export, by pyarrow alone, by way of pandas.

Each mark has a code, so two tables are written. pyarrow alone and pandas write the tuples as they are; the export
also hashes the ids, orders the rows, checks the levels and describes every column. All three take their columns from
the same tuples; pyarrow alone in small blocks too, which is its fastest way.
"""

import functools
import random
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from iprtool.export.build import Asked, build
from iprtool.export.files import csv_path, parquet_path, write_csv, write_parquet
from iprtool.export.rows import LayerRows, Rows, RowsOf, StudyRows
from iprtool.model.codebook import Codebook, CodeEntry
from iprtool.model.study import Dyad, Recall, Recording, Session

_CODES = ("felt_understood", "felt_safe", "felt_distance", "confused")
_BOOK = Codebook("recaller-plain", "1.0", "Plain", "", tuple(CodeEntry(code, code) for code in _CODES))

COLUMNS = {
    "mark": "id author kind start_ms raw_start_ms uncertainty_ms end_ms raw_end_ms rate note stop stopped_by timeframe "
    "perspective helpful lead guide_version about quotable partner_recognisable episode chosen rupture_type "
    "rupture_mover rupture_locus rupture_salience rupture_addressed rupture_resolved",
    "mark_code": "mark position codebook version code rating",
    "mark_peak": "mark position at_ms by_role uncertainty_ms",
    "stop": "id at_ms raw_ms uncertainty_ms stopped_by rate went_on_ms",
    "coverage": "id kind start_ms end_ms rate",
    "trace": "batch position at_ms value rate",
    "value": "id value",
    "op": "lamport id device actor entity kind grp undoes",
    "op_body": "lamport body reason at_utc",
}
NAMES = {table: names.split() for table, names in COLUMNS.items()}
"""The columns of a layer's tables, as the store gives them."""

_STRING, _TERM, _INTEGER, _NUMBER = pa.string(), pa.dictionary(pa.int32(), pa.string()), pa.int64(), pa.float64()
_STRINGS = {"id", "mark", "stop", "episode", "note"}
_NUMBERS = {"rate", "helpful", "rating"}
_INTEGERS = {"position", "rupture_salience", "rupture_resolved"}


def _type(name: str) -> Any:
    if name in _STRINGS:
        return _STRING
    if name in _NUMBERS:
        return _NUMBER
    if name in {"partner_recognisable", "chosen"}:
        return pa.bool_()
    return _INTEGER if name in _INTEGERS or name.endswith("_ms") else _TERM


@functools.lru_cache(maxsize=4)
def tuples(n: int) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of `mark` and `mark_code` of a layer with n marks, in the order of their making."""
    chance = random.Random(1)
    marks, codes, at_ms = [], [], 0
    for _ in range(n):
        at_ms += chance.randrange(10)
        end_ms = at_ms + 4000 if chance.random() < 0.3 else None
        ident = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        values = {
            "id": ident,
            "author": "recaller",
            "kind": "point" if end_ms is None else "interval",
            "start_ms": at_ms,
            "end_ms": end_ms,
            "raw_start_ms": at_ms,
            "raw_end_ms": end_ms,
            "uncertainty_ms": 40,
            "rate": 1.0,
            "stopped_by": "recaller",
            "timeframe": "then",
            "perspective": "own",
            "helpful": chance.choice((None, 5.0, 6.5, 8.0)),
            "quotable": "ask",
            "partner_recognisable": False,
            "chosen": False,
            "note": "",
        }
        marks.append(tuple(values.get(name) for name in NAMES["mark"]))
        codes.append((ident, 0, _BOOK.id, _BOOK.version, chance.choice(_CODES), None))
    return {"mark": marks, "mark_code": codes}


def study(n: int) -> StudyRows:
    """A study of one recall with n marks."""
    made = tuples(n)

    def rows(table: str) -> Rows:
        return NAMES[table], made.get(table, [])

    def opened() -> AbstractContextManager[RowsOf]:
        return nullcontext(rows)

    return StudyRows(
        study="study",
        key=bytes(32),
        dyads=(Dyad("dyad", "D01"),),
        sessions=(Session("session", "dyad", 1),),
        recordings=(Recording("recording", "session", "media", "0" * 64, 10 * n + 10_000),),
        recalls=(Recall("recall", "session", "client", "recording", "layer", status="ended"),),
        codebooks=(_BOOK,),
        layers=(LayerRows("layer", "recall", opened),),
    )


def export_parquet(n: int) -> float:
    """Seconds for all tables of the export as Parquet."""

    def write(folder: Path) -> None:
        built = build(study(n), Asked())
        for table, made in built.tables:
            write_parquet(table, made, folder / parquet_path(table.name, "y_0"))

    return _timed(write, n)


def export_csv(n: int) -> float:
    """Seconds for all tables of the export as CSV."""

    def write(folder: Path) -> None:
        built = build(study(n), Asked())
        for table, made in built.tables:
            write_csv(made, folder / csv_path(table.name))

    return _timed(write, n)


def pyarrow_alone(n: int) -> float:
    """Seconds for the same two tables, with pyarrow and nothing else."""

    def write(folder: Path) -> None:
        for name, rows in tuples(n).items():
            path = folder / f"{name}.parquet"
            pq.write_table(_plain_table(NAMES[name], rows), path, compression="zstd", write_page_checksum=True)

    return _timed(write, n)


def via_pandas(n: int) -> float:
    """Seconds for the same two tables by way of a pandas DataFrame."""
    import pandas as pd

    def write(folder: Path) -> None:
        for name, rows in tuples(n).items():
            frame = pd.DataFrame.from_records(rows, columns=list(NAMES[name]))
            frame.to_parquet(folder / f"{name}.parquet", compression="zstd")

    return _timed(write, n)


def _plain_table(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Any:
    source = iter(rows)
    chunks: list[list[Any]] = [[] for _ in names]
    while True:
        columns: list[list[Any]] = [[] for _ in names]
        while len(columns[0]) < 16_384 and (few := list(islice(source, 256))):
            for column, part in zip(columns, zip(*few, strict=True), strict=True):
                column.extend(part)
        if not columns[0]:
            break
        for chunk, name, column in zip(chunks, names, columns, strict=True):
            chunk.append(pa.array(column, _type(name)))
    return pa.table([pa.chunked_array(chunk) for chunk in chunks], names=list(names)).unify_dictionaries()


def _timed(write: Callable[[Path], None], n: int) -> float:
    tuples(n)
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        write(Path(folder))
        return time.perf_counter() - begun


def main(n: int = 1_000_000, pairs: int = 5) -> None:
    """Print the seconds of each, in turn, and the ratios of their medians."""
    ways = (export_parquet, pyarrow_alone, via_pandas)
    for way in ways:
        way(1_000)
    seconds = [[way(n) for way in ways] for _ in range(pairs)]
    ours, alone, pandas = (sorted(column)[pairs // 2] for column in zip(*seconds, strict=True))
    print(f"{n} marks: export {ours:.2f} s, pyarrow alone {alone:.2f} s, via pandas {pandas:.2f} s")
    print(f"export / pyarrow {ours / alone:.2f}, export / pandas {ours / pandas:.2f}")
    print(f"CSV: 10,000 marks {export_csv(10_000):.2f} s, 100,000 marks {export_csv(100_000):.2f} s")


if __name__ == "__main__":
    main()
