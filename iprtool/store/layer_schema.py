"""A layer's tables, and the rows that a mark, a stop or a stretch of coverage becomes in them."""

from typing import Any

import msgspec

from iprtool.model.layer import Coverage, Stop
from iprtool.model.mark import Mark
from iprtool.store.schema import Schema

_MARK_COLUMNS = {
    "id": "TEXT PRIMARY KEY",
    "author": "TEXT NOT NULL",
    "kind": "TEXT NOT NULL",
    "start_ms": "INTEGER NOT NULL",
    "end_ms": "INTEGER",
    "raw_start_ms": "INTEGER NOT NULL",
    "raw_end_ms": "INTEGER",
    "uncertainty_ms": "INTEGER NOT NULL",
    "rate": "REAL NOT NULL",
    "stop": "TEXT",
    "stopped_by": "TEXT",
    "timeframe": "TEXT NOT NULL",
    "perspective": "TEXT NOT NULL",
    "helpful": "REAL",
    "lead": "TEXT",
    "guide_version": "TEXT",
    "about": "TEXT",
    "quotable": "TEXT NOT NULL",
    "partner_recognisable": "INTEGER NOT NULL",
    "rupture_type": "TEXT",
    "rupture_mover": "TEXT",
    "rupture_locus": "TEXT",
    "rupture_salience": "INTEGER",
    "rupture_addressed": "TEXT",
    "rupture_resolved": "INTEGER",
    "episode": "TEXT",
    "note": "TEXT NOT NULL",
    "value": "BLOB NOT NULL",
}

_OPS = (
    """CREATE TABLE op (lamport INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, device TEXT NOT NULL,
        actor TEXT NOT NULL, entity TEXT NOT NULL, kind TEXT NOT NULL, grp TEXT, undoes TEXT)""",
    "CREATE INDEX op_close ON op (lamport) WHERE kind = 'close'",
    "CREATE TRIGGER op_kept BEFORE DELETE ON op BEGIN SELECT RAISE(ABORT, 'operations are kept'); END",
    "CREATE TRIGGER op_as_made BEFORE UPDATE ON op BEGIN SELECT RAISE(ABORT, 'operations stay as made'); END",
    # A table of its own, by Lamport number: a redaction deletes a body and leaves the operation.
    """CREATE TABLE op_body (lamport INTEGER PRIMARY KEY REFERENCES op, body TEXT NOT NULL, reason TEXT,
        at_utc TEXT NOT NULL)""",
    "CREATE TRIGGER body_as_made BEFORE UPDATE ON op_body BEGIN SELECT RAISE(ABORT, 'operations stay as made'); END",
)

_PROJECTION = (
    f"CREATE TABLE mark ({', '.join(f'{name} {kind}' for name, kind in _MARK_COLUMNS.items())})",
    """CREATE TABLE mark_code (mark TEXT NOT NULL, position INTEGER NOT NULL, codebook TEXT NOT NULL,
        version TEXT NOT NULL, code TEXT NOT NULL, rating REAL, PRIMARY KEY (mark, position)) WITHOUT ROWID""",
    """CREATE TABLE mark_peak (mark TEXT NOT NULL, position INTEGER NOT NULL, at_ms INTEGER NOT NULL,
        by_role TEXT NOT NULL, uncertainty_ms INTEGER NOT NULL, PRIMARY KEY (mark, position)) WITHOUT ROWID""",
    """CREATE TABLE stop (id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, raw_ms INTEGER NOT NULL,
        uncertainty_ms INTEGER NOT NULL, rate REAL NOT NULL, stopped_by TEXT NOT NULL, went_on_ms INTEGER)""",
    """CREATE TABLE coverage (id TEXT PRIMARY KEY, kind TEXT NOT NULL, start_ms INTEGER NOT NULL,
        end_ms INTEGER NOT NULL, rate REAL NOT NULL)""",
    "CREATE TABLE draft (slot INTEGER PRIMARY KEY CHECK (slot = 1), value TEXT NOT NULL)",
)

LAYER = Schema("layer", ((*_OPS, *_PROJECTION),))

COLUMNS: dict[str, tuple[str, ...]] = {
    "op": ("lamport", "id", "device", "actor", "entity", "kind", "grp", "undoes"),
    "op_body": ("lamport", "body", "reason", "at_utc"),
    "mark": tuple(_MARK_COLUMNS)[:-1],
    "mark_code": ("mark", "position", "codebook", "version", "code", "rating"),
    "mark_peak": ("mark", "position", "at_ms", "by_role", "uncertainty_ms"),
    "stop": ("id", "at_ms", "raw_ms", "uncertainty_ms", "rate", "stopped_by", "went_on_ms"),
    "coverage": ("id", "kind", "start_ms", "end_ms", "rate"),
}
"""The columns of each table that may be read whole; a mark's packed `value` is not among them."""

_PACK = msgspec.msgpack.Encoder()
_RUPTURE = len(("type", "mover", "locus", "salience", "addressed", "resolved"))


def mark_row(mark: Mark) -> tuple[Any, ...]:
    """A mark's row in `mark`: its columns, then the whole mark packed, which is what a screen reads."""
    return (
        mark.id,
        mark.author,
        mark.kind,
        mark.start_ms,
        mark.end_ms,
        mark.raw_start_ms,
        mark.raw_end_ms,
        mark.uncertainty_ms,
        mark.rate,
        mark.stop,
        mark.stopped_by,
        mark.timeframe,
        mark.perspective,
        mark.helpful,
        mark.lead,
        mark.guide_version,
        mark.about,
        mark.quotable,
        int(mark.partner_recognisable),
        *(msgspec.structs.astuple(mark.rupture) if mark.rupture else (None,) * _RUPTURE),
        mark.episode,
        mark.note,
        _PACK.encode(mark),
    )


def code_rows(mark: Mark) -> list[tuple[Any, ...]]:
    """A mark's rows in `mark_code`, in the order of its codes."""
    return [(mark.id, at, code.codebook, code.version, code.code, code.rating) for at, code in enumerate(mark.codes)]


def peak_rows(mark: Mark) -> list[tuple[Any, ...]]:
    """A mark's rows in `mark_peak`, in the order of its peaks."""
    return [(mark.id, at, peak.at_ms, peak.by_role, peak.uncertainty_ms) for at, peak in enumerate(mark.peaks)]


def stop_row(stop: Stop) -> tuple[Any, ...]:
    """A stop's row in `stop`."""
    return (stop.id, stop.at_ms, stop.raw_ms, stop.uncertainty_ms, stop.rate, stop.stopped_by, stop.went_on_ms)


def coverage_row(coverage: Coverage) -> tuple[Any, ...]:
    """A stretch's row in `coverage`."""
    return (coverage.id, coverage.kind, coverage.start_ms, coverage.end_ms, coverage.rate)


def upsert(table: str, columns: tuple[str, ...]) -> str:
    """The statement that writes a row of `table` or brings the one with this `id` up to date."""
    marks = ", ".join("?" * len(columns))
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {changes}"


UPSERT_MARK = upsert("mark", tuple(_MARK_COLUMNS))
UPSERT_STOP = upsert("stop", COLUMNS["stop"])
UPSERT_COVERAGE = upsert("coverage", COLUMNS["coverage"])
