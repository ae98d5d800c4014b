"""An export read back by those who will: pandas, pyarrow, DuckDB, and any reader of CSV."""

import csv
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from iprtool.export.arrow import arrow_type
from iprtool.export.tables import BY_NAME, TABLES
from iprtool.model.terms import MarkKind, Role, levels
from tests.export_samples import a_study, exported
from tests.export_whole import a_whole_study


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(a_whole_study(), tmp_path_factory.mktemp("to"), text=True, dates=True)


@pytest.fixture(scope="module")
def frames(folder: Path) -> dict[str, pd.DataFrame]:
    spec = importlib.util.spec_from_file_location("export_reader", folder / "read.py")
    assert spec is not None
    assert spec.loader is not None
    reader = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reader)
    read: dict[str, pd.DataFrame] = reader.read()
    return read


def arrow_file(folder: Path, table: str) -> Any:
    (path,) = folder.glob(f"parquet/{table}/study_id=*/part-0.parquet")
    return pq.ParquetFile(path, page_checksum_verification=True)


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_every_field_of_the_files_says_what_the_declaration_says(folder: Path, table: str) -> None:
    """Types, nullability, description, unit and levels come back as declared, categories with all their levels."""
    schema = arrow_file(folder, table).schema_arrow
    declared = BY_NAME[table].columns
    assert schema.names == [column.name for column in declared]
    for field, column in zip(schema, declared, strict=True):
        said = {key.decode(): text.decode() for key, text in field.metadata.items()}
        assert (field.type, field.nullable) == (arrow_type(column), column.nullable)
        assert said["description"] == column.description
        assert said.get("unit") == column.unit
        assert tuple(json.loads(said.get("levels", "[]"))) == column.levels


def test_the_metadata_of_a_file_names_schema_codebooks_and_recordings(folder: Path) -> None:
    """Schema version, study, codebooks with their versions and the recordings' checksums are in every file."""
    metadata = {key.decode(): text.decode() for key, text in arrow_file(folder, "peaks").schema_arrow.metadata.items()}
    (recording,) = arrow_file(folder, "recordings").read()["recording_id"].to_pylist()
    assert metadata["iprtool.schema_version"] == "2"
    assert json.loads(metadata["iprtool.codebooks"]) == [
        {"codebook": "3rs", "version": "2015"},
        {"codebook": "own", "version": "2"},
        {"codebook": "plain", "version": "1.0"},
    ]
    assert json.loads(metadata["iprtool.media_sha256"]) == {recording: "ab" * 32}


def test_pandas_keeps_whole_numbers_whole_and_categories_with_their_levels(frames: dict[str, pd.DataFrame]) -> None:
    """Where values are absent a time is still Int64 and a term still has every level; units are at hand."""
    annotations = frames["annotations"].sort_values("start_ms").iloc[:2]
    assert annotations["end_ms"].dtype == pd.Int64Dtype()
    assert annotations["end_ms"].isna().tolist() == [False, True]
    assert annotations["helpful"].dtype == pd.Float64Dtype()
    assert annotations["partner_recognisable"].dtype == pd.BooleanDtype()
    assert tuple(annotations["kind"].cat.categories) == levels(MarkKind)
    assert tuple(annotations["about"].cat.categories) == levels(Role)
    assert annotations["about"].isna().tolist() == [False, True]
    assert frames["annotations"].attrs["units"]["start_ms"] == "ms"
    assert frames["recalls"]["missing_reason"].value_counts()["declined"] == 1


def test_the_reader_runs_beside_the_folder(folder: Path, tmp_path: Path) -> None:
    """`python read.py` needs nothing but pandas and pyarrow and prints every table with types and units."""
    run = subprocess.run(
        [sys.executable, "-I", folder / "read.py"], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert "annotations: 5 rows, 31 columns" in run.stdout
    assert "    start_ms: Int64 ms\n" in run.stdout
    assert all(f"{table.name}: " in run.stdout for table in TABLES)


def test_duckdb_reads_the_folder_with_its_study_and_every_column_by_its_bare_name(folder: Path) -> None:
    """No column needs quoting in SQL, the partition gives the study, nulls are nulls and times are BIGINT."""
    for table in TABLES:
        columns = ", ".join(column.name for column in table.columns)
        source = f"read_parquet('{folder}/parquet/{table.name}/*/*.parquet', hive_partitioning = true)"
        found = duckdb.connect().sql(f"SELECT study_id, {columns} FROM {source}")
        assert found.columns == ["study_id", *(column.name for column in table.columns)]
    marks = duckdb.connect().sql(
        f"SELECT start_ms, end_ms FROM '{folder}/parquet/annotations/*/*.parquet' ORDER BY start_ms"
    )
    expected = [(2_000, 9_000), (61_000, None), (62_000, None), (90_000, None), (300_000, None)]
    assert marks.fetchall() == expected
    assert [str(kind) for kind in marks.types] == ["BIGINT", "BIGINT"]


def test_a_partitioned_data_set_of_arrow_has_no_column_twice(folder: Path) -> None:
    """The partition column is none of the file's columns, so no reader has to choose between two."""
    for table in TABLES:
        names = ds.dataset(folder / "parquet" / table.name, partitioning="hive").schema.names
        assert len(names) == len(set(names))
        assert "study_id" not in [column.name for column in table.columns]


def test_the_csv_files_hold_the_same_rows(folder: Path, frames: dict[str, pd.DataFrame]) -> None:
    """Read with the declared types, each CSV is its Parquet table; texts may bear an apostrophe and bear none here."""
    for table in TABLES:
        words = {column.name: str for column in table.columns if column.kind in {"id", "category", "text"}}
        read = pd.read_csv(folder / "csv" / f"{table.name}.csv", dtype=words, keep_default_na=False, na_values=[""])
        expected = frames[table.name].drop(columns="study_id")
        assert list(read.columns) == list(expected.columns)
        for name in expected.columns:
            left = [None if pd.isna(value) else value for value in read[name]]
            right = [None if pd.isna(value) else value for value in expected[name]]
            assert left == right, (table.name, name)


def test_no_cell_of_a_csv_can_be_run_by_a_spreadsheet(tmp_path: Path) -> None:
    """Texts that begin like a formula get an apostrophe, in every table; numbers stay numbers."""
    from iprtool.model.mark import Mark
    from iprtool.model.study import Dyad
    from tests.export_samples import layer

    evil = ["=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(A1)", "\tx", "\r=1", "\n=1", "＝1", 'fine, "quoted"\nnote']
    marks = [Mark(f"m{at}", "recaller", "point", at, at, 40, note=note) for at, note in enumerate(evil)]
    rows = a_study(
        layers=(layer("layer-client", "recall-client", marks=marks),),
        dyads=(Dyad("dyad-1", "=1", "-a"), Dyad("dyad-2", "b")),
    )
    folder = exported(rows, tmp_path, text=True)
    for path in folder.glob("**/*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for cell in (cell for row in csv.reader(file) for cell in row):
                assert not cell.startswith(("=", "+", "@", "\t", "\r", "\n", "＝"))
                assert not cell.startswith("-") or cell.lstrip("-").replace(".", "").isdigit()
    with (folder / "csv" / "annotations.csv").open(encoding="utf-8", newline="") as file:
        notes = [row["note"] for row in csv.DictReader(file)]
    assert [note.removeprefix("'") for note in notes] == evil
    assert arrow_file(folder, "annotations").read()["note"].to_pylist() == evil


def test_the_descriptions_agree_with_the_csv_files(folder: Path) -> None:
    """datapackage.json names every CSV with its columns, keys that exist and levels; Psych-DS every column once."""
    package = json.loads((folder / "datapackage.json").read_text())
    described = {
        variable["name"]
        for variable in json.loads((folder / "dataset_description.json").read_text())["variableMeasured"]
    }
    schemas = {resource["name"]: resource["schema"] for resource in package["resources"]}
    for resource in package["resources"]:
        with (folder / resource["path"]).open(encoding="utf-8") as file:
            header = next(csv.reader(file))
        schema = resource["schema"]
        assert [field["name"] for field in schema["fields"]] == header
        assert set(schema["primaryKey"]) <= set(header) <= described
        for key in schema.get("foreignKeys", []):
            other = schemas[key["reference"]["resource"] or resource["name"]]
            assert key["reference"]["fields"] in [field["name"] for field in other["fields"]]


def test_the_readme_and_the_dictionary_speak_of_every_column(folder: Path, frames: dict[str, pd.DataFrame]) -> None:
    """Whoever gets the folder finds each table and column explained, in words and as data."""
    readme = (folder / "README.md").read_text()
    dictionary = frames["dictionary"].set_index(["table_name", "column_name"])
    for table in TABLES:
        assert f"### {table.name}\n" in readme
        for column in table.columns:
            assert column.description in readme
            assert dictionary.loc[(table.name, column.name), "description"] == column.description
    assert dictionary.loc[("annotations", "kind"), "levels"] == "point|interval|open_interval"
    assert "$" not in readme.replace("t$annotations", "")
    assert (folder / "codebook.csv").read_bytes() == (folder / "csv" / "codebook.csv").read_bytes()
