"""Studies made up for the tests of the export: rows as the store gives them, without a store."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import msgspec

from iprtool.export.build import Asked
from iprtool.export.rows import LayerRows, Rows, RowsOf, StudyRows
from iprtool.export.write import write_export
from iprtool.model.codebook import Codebook, CodeEntry, RatingScale
from iprtool.model.layer import (
    Closed,
    Coverage,
    CoverUsed,
    Deleted,
    LayerValue,
    Marked,
    Op,
    OpBody,
    Stop,
    Stopped,
    Trace,
)
from iprtool.model.mark import Code, Mark, Peak, Rupture
from iprtool.model.protocol import RecallProtocol
from iprtool.model.study import Dyad, Recall, Recording, Session
from iprtool.model.terms import LayerPurpose

NAME = "export-x-2025-03-04"
DURATION_MS = 600_000
BOOK = Codebook(
    "plain",
    "1.0",
    "Plain",
    "ours",
    (CodeEntry("felt_safe", "felt safe"), CodeEntry("felt_distance", "felt distance", "further away")),
    rating=RatingScale(1, 5),
)
POINT = Mark("m-point", "recaller", "point", 61_000, 61_020, 40, note="it was warm", quotable="yes", stop="t-1")
INTERVAL = Mark(
    "m-interval",
    "inquirer",
    "interval",
    2_000,
    2_100,
    35,
    end_ms=9_000,
    raw_end_ms=9_050,
    rate=1.5,
    codes=(Code("plain", "1.0", "felt_distance", 3.0), Code("plain", "1.0", "felt_safe")),
    peaks=(Peak(3_000, "client", 30), Peak(4_000, "therapist")),
    note="not to be quoted",
    stop="t-1",
    stopped_by="inquirer",
    timeframe="unsure",
    perspective="guess_of_partner",
    helpful=6.5,
    lead="affect",
    guide_version="2",
    about="therapist",
    quotable="no",
    partner_recognisable=True,
    rupture=Rupture("withdrawal", "client", "bond", 3, "unsure", 5),
    episode="e-1",
)
GONE = Mark("m-gone", "recaller", "point", 70_000, 70_000, 40)
_NAMES = {
    "mark_code": ["mark", "position", "codebook", "version", "code", "rating"],
    "mark_peak": ["mark", "position", "at_ms", "by_role", "uncertainty_ms"],
    "trace": ["batch", "position", "at_ms", "value", "rate"],
    "value": ["id", "value"],
    "op": ["lamport", "id", "device", "actor", "entity", "kind", "grp", "undoes"],
    "op_body": ["lamport", "body", "reason", "at_utc"],
}


def op(body: OpBody, entity: str, at_utc: str = "2025-03-01T10:00:00.000Z", **more: Any) -> Op:
    return Op(more.pop("id", f"op-{entity}-{at_utc}"), entity, body, "laptop", "anna", at_utc, **more)


OPS = (
    op(Stopped(61_000, 61_020, 40, "recaller"), "t-1"),
    op(Marked(POINT), "m-point", id="op-2"),
    op(Marked(GONE), "m-gone", "2025-03-01T10:00:01.500Z", group="g-1", id="op-3"),
    op(Deleted(GONE), "m-gone", "2025-03-01T10:00:02.000Z", undoes="op-3"),
    op(CoverUsed(True, 100), "layer-client", "2025-03-01T10:00:03.000Z"),
    op(Closed("it was strange", 7.5), "layer-client", "2025-03-03T09:00:00.000Z"),
)


def layer_rows(
    marks: Iterable[Mark] = (),
    stops: Iterable[Stop] = (),
    coverage: Iterable[Coverage] = (),
    ops: Iterable[Op] = (),
    traces: Iterable[Trace] = (),
    values: Mapping[str, LayerValue] | None = None,
) -> RowsOf:
    """A layer's tables from its values, as the store would give them."""
    marks, numbered = tuple(marks), list(enumerate(ops, start=1))
    tables: dict[str, Sequence[tuple[Any, ...]]] = {
        "mark_code": [
            (mark.id, at, *msgspec.structs.astuple(code)) for mark in marks for at, code in enumerate(mark.codes)
        ],
        "mark_peak": [
            (mark.id, at, *msgspec.structs.astuple(peak)) for mark in marks for at, peak in enumerate(mark.peaks)
        ],
        "trace": [
            (one.id, position, at_ms, value, one.rate)
            for position, (one, at_ms, value) in enumerate((one, *sample) for one in traces for sample in one.samples)
        ],
        "value": list((values or {}).items()),
        "op": [(n, one.id, one.device, one.actor, one.entity, one.kind, one.group, one.undoes) for n, one in numbered],
        "op_body": [(n, msgspec.json.encode(one.body).decode(), one.reason, one.at_utc) for n, one in numbered],
    }

    def rows(table: str) -> Rows:
        match table:
            case "mark":
                flat = [_flat(mark) for mark in marks]
                return list(_flat(POINT)), [tuple(one.values()) for one in flat]
            case "stop":
                return list(Stop.__struct_fields__), [msgspec.structs.astuple(one) for one in stops]
            case "coverage":
                return list(Coverage.__struct_fields__), [msgspec.structs.astuple(one) for one in coverage]
            case _:
                return _NAMES[table], tables[table]

    return rows


def _flat(mark: Mark) -> dict[str, Any]:
    plain = {
        name: value for name, value in msgspec.structs.asdict(mark).items() if name not in {"codes", "peaks", "rupture"}
    }
    rupture = msgspec.structs.asdict(mark.rupture) if mark.rupture else dict.fromkeys(Rupture.__struct_fields__)
    return plain | {f"rupture_{name}": value for name, value in rupture.items()}


def layer(ident: str, owner: str, purpose: LayerPurpose = "recall", **values: Any) -> LayerRows:
    """A layer of a recall or a coding, with these marks, stops, coverage, traces, values and operations."""
    rows = layer_rows(**values)

    def opened() -> AbstractContextManager[RowsOf]:
        return nullcontext(rows)

    return LayerRows(ident, owner, opened, purpose)


def a_study(**changes: Any) -> StudyRows:
    """Two dyads, one session each: a client's full recall, a therapist's that is empty, and a missing one."""
    protocol = RecallProtocol(planned_minutes=60)
    client = layer(
        "layer-client",
        "recall-client",
        marks=(POINT, INTERVAL),
        stops=(Stop("t-1", 61_000, 61_020, 40, "recaller", 1.0, 59_000),),
        coverage=(Coverage("v-2", "declined", 70_000, 80_000), Coverage("v-1", "played", 0, 70_000)),
        ops=OPS,
    )
    rows = StudyRows(
        study="study-1",
        key=b"k" * 32,
        dyads=(Dyad("dyad-1", "D05", "good"), Dyad("dyad-2", "D06")),
        sessions=(Session("session-1", "dyad-1", 3), Session("session-2", "dyad-2", 5)),
        recordings=(Recording("recording-1", "session-1", "media", "ab" * 32, DURATION_MS, "opus", None, 48_000, 2),),
        recalls=(
            Recall(
                "recall-client",
                "session-1",
                "client",
                "recording-1",
                "layer-client",
                "inq",
                "at home",
                protocol,
                "ended",
            ),
            Recall("recall-therapist", "session-1", "therapist", "recording-1", "layer-therapist", status="open"),
            Recall("recall-missing", "session-2", "client", status="missing", missing_reason="declined"),
        ),
        codebooks=(BOOK, BOOK),
        layers=(client, layer("layer-therapist", "recall-therapist")),
    )
    return msgspec.structs.replace(rows, **changes)


def exported(rows: StudyRows, to: Path, name: str = NAME, **asked: bool) -> Path:
    """The folder of an export of these rows."""
    return Path(write_export(rows, to, name, Asked(**asked)).folder)
