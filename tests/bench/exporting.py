"""What leaves: a million marks as Parquet, and some as CSV."""

import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

from tests.bench.row import Row, at_most, interleaved, measure, pairs_of

MILLION, QUICK = 1_000_000, 50_000
BORIS_CSV_S = {10_000: 2.75, 100_000: 276.0}
SHARE_OF_BORIS = {10_000: 0.05, 100_000: 0.005}


@measure("export_parquet_1m", "export_parquet_1m_pandas")
def parquet(quick: bool) -> list[Row]:
    """The export's tables from plain tuples, against pyarrow alone and by way of pandas."""
    from tests.bench_export import export_parquet, pyarrow_alone, via_pandas

    count, times = (QUICK, 2) if quick else (MILLION, 3)
    ways = [partial(way, count) for way in (export_parquet, pyarrow_alone, via_pandas)]
    ours, alone, pandas = interleaved(times, *ways, warm=quick)
    arrow, frames = pairs_of(ours, alone), pairs_of(ours, pandas)
    what = f"{count:,} marks; "
    return [
        Row(
            "export_parquet_1m",
            arrow.value,
            "s",
            arrow.reference,
            arrow.ratio,
            1.5,
            "ratio",
            "max",
            what + "pyarrow alone",
        ),
        Row(
            "export_parquet_1m_pandas",
            frames.value,
            "s",
            frames.reference,
            frames.ratio,
            0.55,
            "ratio",
            "max",
            what + "by way of pandas",
        ),
    ]


@measure("csv_10k", "csv_100k")
def csv(quick: bool) -> list[Row]:
    """The table of marks as CSV, from plain tuples, against the time that BORIS was measured to take."""
    from tests.bench_export import study

    rows = []
    for count, name in ((10_000, "csv_10k"), (100_000, "csv_100k")):
        study(count)
        value = statistics.median(interleaved(2 if quick else 5, partial(_csv_s, count))[0])
        budget = BORIS_CSV_S[count] * SHARE_OF_BORIS[count]
        rows.append(at_most(budget, name, value, "s", "all tables of the export, with their building"))
    return rows


def _csv_s(count: int) -> float:
    from iprtool.export.build import Asked, build
    from iprtool.export.files import csv_path, write_csv
    from tests.bench_export import study

    with tempfile.TemporaryDirectory() as folder:
        made = study(count)
        begun = time.perf_counter()
        for table, built in build(made, Asked()).tables:
            write_csv(built, Path(folder) / csv_path(table.name))
        return time.perf_counter() - begun
