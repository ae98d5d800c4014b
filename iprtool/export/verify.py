"""Whether an export is whole and unchanged, can be read with every page's checksum, and holds together."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from iprtool.export.arrow import arrow_type
from iprtool.export.files import MANIFEST, csv_path, sha256_of
from iprtool.export.judge import faults_between, faults_within
from iprtool.export.schema import SCHEMA_VERSION, Table
from iprtool.export.tables import TABLES
from iprtool.model.errors import ExportError

_LEFT_BY_SYSTEMS = frozenset({"__pycache__", ".DS_Store", "Thumbs.db", "desktop.ini"})


class Finding(msgspec.Struct, frozen=True):
    """Something that is wrong with an export: the file it is in (its path within the export), and one sentence."""

    file: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def verify_export(folder: Path) -> list[Finding]:
    """What is wrong with an export, empty where it is sound; ExportError where the folder is none.

    A file that is not the one in the manifest is named and not opened.
    """
    listed = _manifest(folder)
    findings = list(_file_findings(folder, listed))
    spoilt = {finding.file for finding in findings}
    tables: dict[str, pa.Table] = {}
    for table in TABLES:
        path = _parquet_file(table, listed)
        if path is None:
            findings.append(Finding(f"parquet/{table.name}", f"There is no table {table.name}: export again."))
            continue
        if csv_path(table.name).as_posix() not in listed:
            findings.append(
                Finding(csv_path(table.name).as_posix(), f"{table.name} is not there as CSV: export again.")
            )
        if path in spoilt:
            continue
        try:
            tables[table.name] = _read(folder / path, table)
        except ExportError as error:
            findings.append(Finding(path, str(error)))
            continue
        findings += [Finding(path, fault) for fault in faults_within(table, tables[table.name])]
    return findings + [Finding(f"parquet/{name}", fault) for name, fault in faults_between(tables)]


def _manifest(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file by its path, as the manifest says."""
    try:
        lines = (folder / MANIFEST).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ExportError(
            f"{folder.name} is no export, or is half copied: it has no {MANIFEST} that can be read."
        ) from error
    listed = {}
    for line in lines:
        digest, _, name = line.partition("  ")
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise ExportError(f"The {MANIFEST} of {folder.name} names a file elsewhere: it is not as it was exported.")
        listed[name] = digest
    return listed


def _file_findings(folder: Path, listed: dict[str, str]) -> Iterator[Finding]:
    paths = [path for path in folder.rglob("*") if path.is_symlink() or path.is_file()]
    there = {path.relative_to(folder).as_posix() for path in paths if _LEFT_BY_SYSTEMS.isdisjoint(path.parts)}
    for name, digest in listed.items():
        if name not in there:
            yield Finding(name, f"{name} is missing: copy the export again, whole.")
        elif _digest(folder / name) != digest:
            yield Finding(name, f"{name} is not as it was exported: copy the export again.")
    for name in sorted(there - set(listed) - {MANIFEST}):
        yield Finding(name, f"{name} is no part of the export: take it out.")


def _digest(path: Path) -> str | None:
    try:
        return None if path.is_symlink() else sha256_of(path)
    except OSError:
        return None


def _parquet_file(table: Table, listed: dict[str, str]) -> str | None:
    prefix = f"parquet/{table.name}/study_id="
    return next((name for name in listed if name.startswith(prefix) and name.endswith("/part-0.parquet")), None)


def _read(path: Path, table: Table) -> pa.Table:
    """The table, every page checked; ExportError where it cannot be read or is another than was declared."""
    try:
        made = pq.ParquetFile(path, page_checksum_verification=True).read()
        made.validate(full=True)
    except (OSError, pa.ArrowException) as error:
        raise ExportError(f"{table.name} is damaged, a page or its description: copy the export again.") from error
    version = (made.schema.metadata or {}).get(b"iprtool.schema_version", b"").decode("ascii", "replace")
    if version != str(SCHEMA_VERSION):
        raise ExportError(
            f"{table.name} has schema version {version or 'none'}, and this iprtool knows {SCHEMA_VERSION}: update "
            "iprtool, or export again."
        )
    expected = [column for column in table.columns if column.asked is None or column.name in made.column_names]
    if [(field.name, field.type) for field in made.schema] != [(one.name, arrow_type(one)) for one in expected]:
        raise ExportError(f"{table.name} has other columns or types than schema version {version} says: export again.")
    return made
