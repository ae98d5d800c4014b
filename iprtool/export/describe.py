"""What lies beside the tables: README, Frictionless and schema.org descriptions, made from the declarations."""

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from string import Template
from typing import Any

from iprtool.export.arrow import type_name
from iprtool.export.build import Asked, Built
from iprtool.export.files import csv_path
from iprtool.export.schema import Column, Table
from iprtool.export.tables import BY_NAME
from iprtool.model.leaving import Leaving

_FRICTIONLESS = {
    "id": "string",
    "text": "string",
    "category": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
}
_LEFT_OUT = (
    (
        "text",
        "Free text: notes, closing answers, places, names of themes and episodes, the study's own labels of people.",
    ),
    ("dates", "Dates, even as offsets: when a session or a recall was held or an operation done."),
)
_NEVER = "Notes of annotations whose `quotable` is `no`: they leave in no export."
READERS = ("read.py", "read.R")


def text_of(name: str) -> str:
    """A file that goes into the export as it is, or the README's template."""
    return (files("iprtool.export") / "texts" / name).read_text(encoding="utf-8")


def as_json(value: object) -> str:
    """JSON as these files are written."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def datapackage(tables: Iterable[Table], about: Mapping[str, str]) -> dict[str, Any]:
    """The CSV files as a Frictionless tabular data package (specs.frictionlessdata.io)."""
    return {
        "profile": "tabular-data-package",
        "name": f"iprtool-export-{about['iprtool.study_id']}",
        "title": _title(about),
        "version": about["iprtool.schema_version"],
        "resources": [_resource(table) for table in tables],
    }


def _title(about: Mapping[str, str]) -> str:
    return f"Interpersonal Process Recall: data of study {about['iprtool.study_id']}"


def _resource(table: Table) -> dict[str, Any]:
    foreign = [_foreign_key(table, column) for column in table.columns if column.refers]
    schema = {
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
        "primaryKey": list(table.key),
        **({"foreignKeys": foreign} if foreign else {}),
    }
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": csv_path(table.name).as_posix(),
        "description": table.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def _foreign_key(table: Table, column: Column) -> dict[str, Any]:
    other = BY_NAME[column.refers or ""]
    # A table that refers to itself is the empty string (Table Schema 1.0).
    resource = "" if other.name == table.name else other.name
    return {"fields": column.name, "reference": {"resource": resource, "fields": other.key[0]}}


def _field(column: Column) -> dict[str, Any]:
    constraints = {"required": not column.nullable, "enum": list(column.levels)}
    kept = {name: value for name, value in constraints.items() if value}
    return {
        "name": column.name,
        "type": _FRICTIONLESS[column.kind],
        "description": column.description,
        **({"unit": column.unit} if column.unit else {}),
        **({"constraints": kept} if kept else {}),
    }


def dataset_description(tables: Iterable[Table], about: Mapping[str, str]) -> dict[str, Any]:
    """The data set in schema.org's terms, with every variable described, as Psych-DS has it (psych-ds.github.io)."""
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": _title(about),
        "description": "Annotations of recorded sessions by the people who were in them, and what they hang on: "
        "dyads, sessions, recordings, recalls, observers' codings, codes, scores. Times are milliseconds from a "
        "recording's start.",
        "identifier": about["iprtool.study_id"],
        "version": f"iprtool {about['iprtool.version']}, export schema {about['iprtool.schema_version']}",
        "variableMeasured": _variables(tables),
    }


def _variables(tables: Iterable[Table]) -> list[dict[str, Any]]:
    """Every column name once; what it means in several tables is said for each."""
    said: dict[str, dict[str, Any]] = {}
    for table in tables:
        for column in table.columns:
            meaning = f"{table.name}: {column.description}"
            if column.name in said:
                said[column.name]["description"] += f" {meaning}"
                continue
            said[column.name] = {
                "@type": "PropertyValue",
                "name": column.name,
                "description": meaning,
                **({"unitText": column.unit} if column.unit else {}),
            }
    return list(said.values())


def readme(built: Built, asked: Asked, leaving: Leaving) -> str:
    """The README of an export: what the data are, how to read them, what is left out, every table and column."""
    about = built.about
    granted = {"text": asked.text, "dates": asked.dates}
    left_out = [sentence for name, sentence in _LEFT_OUT if not granted[name]]
    of_tables = [f"From `{one.name}`: {one.left_out}." for one in leaving.tables if one.left_out]
    return Template(text_of("README.md")).substitute(
        study_id=about["iprtool.study_id"],
        version=about["iprtool.version"],
        schema_version=about["iprtool.schema_version"],
        left_out="\n".join(f"- {sentence}" for sentence in (*left_out, _NEVER, *of_tables)),
        overview="\n".join(_overview(built)),
        tables="\n".join(line for table, _ in built.tables for line in _section(table)),
    )


def _overview(built: Built) -> Iterator[str]:
    yield from ("| table | rows | what a row is |", "| --- | ---: | --- |")
    for table, rows in built.tables:
        yield f"| [{table.name}](#{table.name}) | {rows.num_rows} | {table.description} |"


def _section(table: Table) -> Iterator[str]:
    yield from (f"### {table.name}", "", f"{table.description} Key: {', '.join(table.key)}.", "")
    yield from ("| column | type | unit | null | meaning |", "| --- | --- | --- | --- | --- |")
    for column in table.columns:
        meaning = column.description + (f" Levels: {', '.join(column.levels)}." if column.levels else "")
        meaning += f" → {column.refers}" if column.refers else ""
        null = "yes" if column.nullable else ""
        yield f"| {column.name} | {type_name(column)} | {column.unit or ''} | {null} | {meaning} |"
    yield ""
