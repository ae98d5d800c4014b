"""The figures as one table for a terminal."""

import os
from collections.abc import Sequence
from typing import Self

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.bench.row import Row

CORES = os.cpu_count() or 1
BUSY_PER_CORE = 0.5
OWN_LOAD = 2.0
"""A measurement is two processes at work at most."""


class Load(msgspec.Struct, frozen=True):
    """The system's load average of a minute: before the first measurement, at its highest, and at the last look."""

    before: float
    highest: float
    last: float

    @classmethod
    def now(cls) -> Self:
        """The load at this moment."""
        load = _load()
        return cls(load, load, load)

    def and_now(self) -> Self:
        """The same, with this moment's."""
        load = _load()
        return msgspec.structs.replace(self, highest=max(self.highest, load), last=load)

    def noted(self, row: Row) -> Row:
        """A row with the load in its note, where that is more than the measurement itself can have made."""
        if self.last <= OWN_LOAD + BUSY_PER_CORE * CORES:
            return row
        return msgspec.structs.replace(row, note=f"{row.note}; load {self.last:.1f}".removeprefix("; "))

    @property
    def words(self) -> str:
        """The load, and whether others were at work."""
        text = f"{CORES} cores; load average {self.before:.1f} before, {self.highest:.1f} at most during it"
        if self.before <= BUSY_PER_CORE * CORES:
            return f"{text}."
        return f"{text}: the machine was busy with other work, so these figures are noisy."


def _load() -> float:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def show(console: Console, rows: Sequence[Row], load: Load, *, quick: bool) -> None:
    """Print the rows, each with its budget and whether that is kept."""
    footer = f"Ratios are medians of pairs measured in turn. {load.words}"
    table = Table(caption=f"Quick, with less of everything: no figure to go by. {footer}" if quick else footer)
    for column in ("figure", "value", "reference", "ratio", "budget"):
        table.add_column(column, justify="left" if column == "figure" else "right", no_wrap=True)
    table.add_column("kept")
    table.add_column("against what, and how", overflow="fold")
    for row in rows:
        kept = {True: "[green]yes[/]", False: "[bold red]NO[/]", None: ""}[row.met]
        reference = figure(row.reference, row.unit)
        table.add_row(
            row.name, figure(row.value, row.unit), reference, figure(row.ratio), budget(row), kept, escape(row.note)
        )
    console.print(table)


def figure(value: float | None, unit: str = "") -> str:
    """A figure as it is read: three digits that count, and its unit."""
    if value is None:
        return "–"
    digits = 0 if abs(value) >= 100 or value == int(value) else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:,.{digits}f} {unit}".strip()


def budget(row: Row) -> str:
    """The budget, with what it is on."""
    if row.budget is None:
        return ""
    sign = "≤" if row.sense == "max" else "≥"
    return f"{sign} {row.budget:g}{' ×' if row.on == 'ratio' else ''}"
