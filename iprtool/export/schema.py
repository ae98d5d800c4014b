"""What a table of the export is made of: columns with their kind, unit, levels and meaning, declared once.

The Arrow schema, the dictionary, datapackage.json, dataset_description.json and the README are made from these
declarations (`iprtool.export.tables`), and `verify_export` judges an export by them.
"""

from typing import Literal

import msgspec

SCHEMA_VERSION = 2
"""Raised when a column is added, removed or changes its meaning; an export names it in every file's metadata."""

ColumnKind = Literal["id", "category", "integer", "number", "boolean", "text"]
Asked = Literal["text", "dates"]
"""What a person has to ask for by name before it leaves: free text, or dates (as offsets)."""

LETTERS = {
    "study": "y",
    "dyad": "d",
    "session": "s",
    "recording": "r",
    "recall": "c",
    "annotation": "a",
    "stop": "t",
    "coverage": "v",
    "batch": "b",
    "coding": "k",
    "segment": "n",
    "episode": "e",
    "match": "x",
    "theme": "h",
    "value": "u",
    "score": "z",
    "operation": "o",
    "gesture": "g",
    "person": "p",
    "actor": "w",
    "device": "m",
}
"""The letter that an id begins with, by what it names."""


class Column(msgspec.Struct, frozen=True):
    """One column: its name, kind and meaning; for an id what it names, and the table in which it is the key.

    `source` is the column of the study's own table that it is read from, where that has another name. Levels are the
    closed vocabulary of a category; a category without levels takes the study's own words.
    """

    name: str
    kind: ColumnKind
    description: str
    unit: str | None = None
    levels: tuple[str, ...] = ()
    nullable: bool = True
    names: str | None = None
    refers: str | None = None
    source: str | None = None
    asked: Asked | None = None

    @property
    def read_from(self) -> str:
        """The column of the study's own table that this one is read from."""
        return self.source or self.name


class Table(msgspec.Struct, frozen=True):
    """One table: its columns in order, the columns that identify a row, and the layer's table that its rows are of."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: str | None = None

    def asked(self, *, with_text: bool, with_dates: bool) -> "Table":
        """The table as it leaves: without the columns that were not asked for."""
        granted = {None, *(("text",) if with_text else ()), *(("dates",) if with_dates else ())}
        return msgspec.structs.replace(self, columns=tuple(one for one in self.columns if one.asked in granted))
