"""An export: a folder of tables with what explains them, there whole or not at all, and noted in the study's ledger."""

import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec

from iprtool.export.build import Asked, Built, build
from iprtool.export.describe import READERS, as_json, datapackage, dataset_description, readme, text_of
from iprtool.export.files import (
    csv_path,
    move_into_place,
    parquet_path,
    partial_folder,
    write_csv,
    write_manifest,
    write_parquet,
)
from iprtool.export.gather import study_rows
from iprtool.export.leaving import leaving_of
from iprtool.export.rows import StudyRows
from iprtool.export.tables import TABLES
from iprtool.model.leaving import Leaving
from iprtool.store.entries import ExportEntry
from iprtool.store.study import Study

Progress = Callable[[int, int], None]
"""Gets the steps done and their number; an exception from it ends the export and leaves nothing."""


class ExportResult(msgspec.Struct, frozen=True):
    """An export that was written: its folder's path, the rows of each table, its manifest's SHA-256, what left."""

    folder: str
    rows: dict[str, int]
    manifest_sha256: str
    leaving: Leaving


def export_study(
    study: Study,
    to: Path,
    *,
    with_text: bool = False,
    with_dates: bool = False,
    fresh_ids: bool = False,
    recipient: str = "",
    progress: Progress | None = None,
    today: date,
) -> ExportResult:
    """Write `export-<study>-<today>/` into the folder `to`, or `…-2` and so on where that name is taken.

    Free text and dates (as offsets) leave only when asked for; `recipient` goes into the study's ledger. Raises
    ExportError or StoreError, and leaves nothing then; nor does a `progress` that raises.
    """
    asked = Asked(with_text, with_dates)

    def note(result: ExportResult) -> None:
        of_tables = (f"{one.name}: {one.left_out}" for one in result.leaving.tables if one.left_out)
        left = (*of_tables, *result.leaving.reasons)
        formats = ("parquet", "csv")
        study.log_export(
            ExportEntry(
                recipient, tuple(result.rows), formats, with_text, result.manifest_sha256, with_dates, fresh_ids, left
            )
        )

    rows = study_rows(study, today=today, fresh_ids=fresh_ids)
    return write_export(rows, to, folder_name(study.path, today), asked, progress=progress, note=note)


def folder_name(study: Path, today: date) -> str:
    """The name of an export of the study in this folder, of letters, digits, points and hyphens."""
    stem = re.sub(r"[^\w.]+", "-", study.name.removesuffix(".ipr")).strip("-.")
    return f"export-{stem or 'study'}-{today.isoformat()}"


def write_export(
    rows: StudyRows,
    to: Path,
    name: str,
    asked: Asked,
    *,
    progress: Progress | None = None,
    note: Callable[[ExportResult], None] | None = None,
) -> ExportResult:
    """Write the export of these rows; `note` is called when all of it is written, before it has its final name."""
    steps = len(rows.layers) + len(TABLES) + 1
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, steps)

    with partial_folder(to, name) as partial:
        built = build(rows, asked, step)
        for table, made in built.tables:
            write_parquet(table, made, partial / parquet_path(table.name, built.about["iprtool.study_id"]))
            write_csv(made, partial / csv_path(table.name))
            step()
        leaving = leaving_of(rows, built)
        _write_descriptions(partial, built, asked, leaving)
        manifest = write_manifest(partial)
        result = ExportResult(name, {one.name: one.rows for one in leaving.tables}, manifest, leaving)
        step()
        # First the ledger: an export that is noted and was not finished does no harm; one that nobody noted does.
        if note is not None:
            note(result)
        return msgspec.structs.replace(result, folder=str(move_into_place(partial, to, name)))


def _write_descriptions(folder: Path, built: Built, asked: Asked, leaving: Leaving) -> None:
    tables = [table for table, _ in built.tables]
    texts = {
        "README.md": readme(built, asked, leaving),
        "dataset_description.json": as_json(dataset_description(tables, built.about)),
        "datapackage.json": as_json(datapackage(tables, built.about)),
        **{name: text_of(name) for name in READERS},
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    shutil.copyfile(folder / csv_path("codebook"), folder / "codebook.csv")
