"""A table as spreadsheets leave it: CSV with commas, semicolons or tabs, lines above the columns' names allowed."""

import csv
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from iprtool.codebooks.faults import FaultyFileError, Problem

SEPARATORS = (",", ";", "\t")
MAX_LINES = 100_000

_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(?:[.,][0-9]{1,15})?")


class Record(NamedTuple):
    """A line that is not blank: its number, counted from 1, and its cells without the space around them."""

    line: int
    cells: list[str]


class Row(NamedTuple):
    """A line below the columns' names: its number and its cells by column; a cell that is not there is empty."""

    line: int
    cells: dict[str, str]


class Table(NamedTuple):
    """What stands above the columns' names, the line that they are on, the rows below it, and those that are none."""

    above: list[Record]
    line: int
    rows: list[Row]
    faults: list[Problem]


def table(text: str, columns: tuple[str, ...], needed: tuple[str, ...]) -> Table:
    """The table in a text; its columns are named on the first line that names the first of those `needed`.

    Names are taken in any case, with spaces, hyphens or underscores. Raises FaultyFileError where no line names the
    columns, one is missing, unknown or there twice, or quotation marks stay open; a row that has more cells than
    columns is one of the table's faults, which stand beside what else is wrong.
    """
    records, at = _split(text, columns, needed)
    header = records[at]
    names = [column_name(cell) for cell in header.cells]
    _refuse([Problem(header.line, reason) for reason in _header_faults(header.cells, names, columns, needed)])
    rows = [row for row in records[at + 1 :] if not any(row.cells[len(names) :])]
    faults = [_too_long(row, len(names)) for row in records[at + 1 :] if any(row.cells[len(names) :])]
    return Table(records[:at], header.line, [Row(row.line, _by_column(row.cells, names)) for row in rows], faults)


def column_name(cell: str) -> str:
    """A column's name as it is known: lower case, with underscores."""
    return re.sub(r"[\s_-]+", "_", cell.casefold()).strip("_")


def number(cell: str) -> float | None:
    """The number in a cell, with a point or a comma before its decimals, or None where there is none."""
    return float(cell.replace(",", ".")) if _NUMBER.fullmatch(cell) else None


def whole_number(cell: str) -> int | None:
    """The whole number in a cell, which a spreadsheet may have given decimals (3.0), or None where there is none."""
    value = number(cell)
    return int(value) if value is not None and value.is_integer() else None


def _split(text: str, columns: tuple[str, ...], needed: tuple[str, ...]) -> tuple[list[Record], int]:
    """The lines, parted by the separator that gives the columns' names, and which of them has these."""
    best: tuple[int, list[Record], int, Problem | None] | None = None
    faults: list[Problem] = []
    for separator in SEPARATORS:
        records, fault = _records(text, separator)
        faults += [fault] if fault else []
        for at, record in enumerate(records):
            names = [column_name(cell) for cell in record.cells]
            if needed[0] in names:
                known = sum(name in columns for name in names)
                if best is None or known > best[0]:
                    best = known, records, at, fault
                break
    if best is None:
        _refuse(faults[:1])
        named = ", ".join(needed)
        raise FaultyFileError(Problem(1, f"no line names the columns; write one above the rows, with at least {named}"))
    _known, records, at, fault = best
    _refuse([fault] if fault else [])
    return records, at


def _records(text: str, separator: str) -> tuple[list[Record], Problem | None]:
    """The lines that are not blank, up to a fault in the quotation marks, if there is one."""
    found = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped) and not (line == 1 and stripped[0].casefold().startswith("sep=")):
                found.append(Record(line, stripped))
            line = reader.line_num + 1
            if len(found) > MAX_LINES:
                return found, Problem(line, f"there are more than {MAX_LINES:,} lines; split the file")
    except csv.Error as error:
        return found, Problem(line, f"this line can't be parted into cells ({error}); mend its quotation marks")
    return found, None


def _header_faults(
    cells: list[str], names: list[str], columns: tuple[str, ...], needed: tuple[str, ...]
) -> Iterator[str]:
    for cell, name in zip(cells, names, strict=True):
        if name and name not in columns:
            yield f"there is no column {cell[:80]!r} here; the columns are {', '.join(columns)}"
    for name in columns:
        if names.count(name) > 1:
            yield f"the column {name!r} is there twice; leave one out"
        if name in needed and name not in names:
            yield f"the column {name!r} is missing; add it"


def _too_long(row: Record, width: int) -> Problem:
    return Problem(
        row.line,
        f"this line has more cells than there are columns ({width}); put a text with the separator in it into "
        "quotation marks",
    )


def _by_column(cells: list[str], names: list[str]) -> dict[str, str]:
    padded = cells + [""] * (len(names) - len(cells))
    return {name: cell for name, cell in zip(names, padded, strict=False) if name}


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise FaultyFileError(*problems)
