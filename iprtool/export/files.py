"""The files of an export: Parquet, CSV, the manifest, and a folder that is there whole or not at all."""

import contextlib
import hashlib
import itertools
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from iprtool.export.schema import Column, Table
from iprtool.model.errors import ExportError, StoreError
from iprtool.store.locks import FileLock

MANIFEST = "manifest.sha256"
PARTIAL = ".partial"
ROW_GROUP = 131_072
# What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection), its full-width forms included.
_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"


def parquet_path(table: str, study_id: str) -> Path:
    """Where a table's Parquet file is within the export."""
    return Path("parquet", table, f"study_id={study_id}", "part-0.parquet")


def csv_path(table: str) -> Path:
    """Where a table's CSV file is within the export."""
    return Path("csv", f"{table}.csv")


def write_parquet(table: Table, built: pa.Table, path: Path) -> None:
    """Write one table: zstd, row groups of a fixed size, a checksum on every page (they are off by default)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    times = {column.name for column in table.columns if column.unit == "ms"}
    unlike = {column.name for column in table.columns if column.kind == "text" or _names_much(column)}
    pq.write_table(
        built,
        path,
        compression="zstd",
        write_page_checksum=True,
        row_group_size=ROW_GROUP,
        write_batch_size=ROW_GROUP,
        use_dictionary=[column.name for column in table.columns if column.name not in times | unlike],
        column_encoding=dict.fromkeys(times, "DELTA_BINARY_PACKED") or None,
    )


def _names_much(column: Column) -> bool:
    """Whether nearly every row has another id, so that a dictionary of them would only cost."""
    return column.kind == "id" and column.names in {None, "annotation", "operation"}


def write_csv(built: pa.Table, path: Path) -> None:
    """Write one table as CSV in UTF-8: texts quoted, absent values empty, no cell that a spreadsheet would run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = [_safe(column) for column in built.columns]
    pyarrow.csv.write_csv(pa.table(columns, names=built.column_names), path)


def _safe(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(pa.string())
    if not pa.types.is_string(column.type):
        return column
    runs = pc.match_substring_regex(column, _FORMULA)
    return pc.if_else(runs, pc.binary_join_element_wise("'", column, ""), column) if pc.any(runs).as_py() else column


def sha256_of(path: Path) -> str:
    """A file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(folder: Path) -> str:
    """Write what `sha256sum -c` reads, over every file of the folder; returns the manifest's own SHA-256."""
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = [f"{sha256_of(folder / name)}  {name}\n" for name in files]
    (folder / MANIFEST).write_text("".join(lines), encoding="utf-8", newline="\n")
    return sha256_of(folder / MANIFEST)


@contextlib.contextmanager
def partial_folder(to: Path, name: str) -> Iterator[Path]:
    """A folder beside the final one, for its making; gone when the block ends, unless it was moved into place.

    While it is being made its lock file is held: by that the folders that a killed export left are known, and removed.
    """
    partial = to / f"{name}.{secrets.token_hex(4)}{PARTIAL}"
    try:
        to.mkdir(parents=True, exist_ok=True)
        _clear_left_over(to)
        lock = FileLock(_lock_of(partial), "Another export is being made here: try again.")
    except (OSError, StoreError) as error:
        cause = error if isinstance(error, OSError) else error.__cause__
        why = _why(cause) if isinstance(cause, OSError) else "a file in it is locked"
        raise ExportError(f"Nothing can be written into {to} ({why}): choose another folder.") from error
    try:
        partial.mkdir(mode=0o700)
        yield partial
    except OSError as error:
        raise ExportError(
            f"The export could not be written ({_why(error)}), and nothing of it was left: make room, or "
            "choose another folder."
        ) from error
    finally:
        _clear(partial, lock)


def _clear_left_over(to: Path) -> None:
    """Remove the unfinished folders of exports that were killed."""
    for lock_file in to.glob(f"export-*{PARTIAL}.lock"):
        # One that is held is another export, still at work.
        with contextlib.suppress(StoreError):
            _clear(lock_file.with_suffix(""), FileLock(lock_file, "held"))


def _clear(partial: Path, lock: FileLock) -> None:
    shutil.rmtree(partial, ignore_errors=True)
    # Windows removes no file that is open.
    lock.release()
    with contextlib.suppress(OSError):
        _lock_of(partial).unlink(missing_ok=True)


def _lock_of(partial: Path) -> Path:
    return partial.with_name(partial.name + ".lock")


def _why(error: OSError) -> str:
    # Arrow's errors bear the number and a text of their own with every path and detail.
    return os.strerror(error.errno) if error.errno else str(error)


def move_into_place(partial: Path, to: Path, name: str) -> Path:
    """Make the folder durable and give it its final name, or the first free one of `name-2`, `name-3` and so on."""
    for folder, _, files in os.walk(partial, topdown=False):
        for file in files:
            _fsync(Path(folder, file))
        _fsync_folder(Path(folder))
    free = (to / (name if number == 1 else f"{name}-{number}") for number in itertools.count(1))
    final = next(path for path in free if not os.path.lexists(path))
    partial.rename(final)
    _fsync_folder(to)
    return final


def _fsync(path: Path) -> None:
    # Windows flushes only what is open for writing.
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fsync_folder(path: Path) -> None:
    # Windows has no such thing, and some file systems of sticks and servers refuse it.
    if os.name != "nt":
        with contextlib.suppress(OSError):
            _fsync(path)
