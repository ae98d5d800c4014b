"""Reads this export into pandas (pip install pandas pyarrow), with types, levels and units as the dictionary says.

python read.py                         prints every table's shape, types and units
from read import read; t = read()      a dict of DataFrames by table name; t["annotations"].attrs["units"]
"""

import json
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

NULLABLE = {pa.int64(): pd.Int64Dtype(), pa.float64(): pd.Float64Dtype(), pa.bool_(): pd.BooleanDtype()}


def read_table(name: str, folder: Path = Path(__file__).parent) -> pd.DataFrame:
    """One table: whole numbers stay whole where values are absent, categories have all their levels."""
    (path,) = folder.glob(f"parquet/{name}/study_id=*/part-0.parquet")
    table = pq.ParquetFile(path, page_checksum_verification=True).read()
    frame: pd.DataFrame = table.to_pandas(types_mapper=NULLABLE.get, ignore_metadata=True)
    units, descriptions = {}, {}
    for field in table.schema:
        said = {key.decode(): text.decode() for key, text in (field.metadata or {}).items()}
        units[field.name], descriptions[field.name] = said.get("unit"), said.get("description")
        if "levels" in said:
            frame[field.name] = frame[field.name].cat.set_categories(json.loads(said["levels"]))
    frame.insert(0, "study_id", path.parent.name.removeprefix("study_id="))
    frame.attrs = {"units": units, "descriptions": descriptions}
    return frame


def read(folder: Path = Path(__file__).parent) -> dict[str, pd.DataFrame]:
    """All tables by name."""
    return {path.name: read_table(path.name, folder) for path in sorted(folder.glob("parquet/*")) if path.is_dir()}


def described(name: str, frame: pd.DataFrame) -> str:
    """A table's shape, and each column's type and unit, in lines."""
    units = frame.attrs["units"]
    columns = (f"    {column}: {kind} {units.get(column) or ''}".rstrip() for column, kind in frame.dtypes.items())
    return "\n".join([f"{name}: {frame.shape[0]} rows, {frame.shape[1]} columns", *columns, ""])


if __name__ == "__main__":
    for table_name, table_frame in read().items():
        sys.stdout.write(described(table_name, table_frame))
