"""What the bodies of a layer's operations tell: when each was done, what was asked and answered; nothing else."""

from collections.abc import Iterator, Mapping

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from iprtool.export.rows import RowsOf
from iprtool.export.wallclock import utc_ms
from iprtool.model.layer import Closed, ConsentSeen, LayerValue, LeadUsed, LessonsLearned, OpBody, Put
from iprtool.model.linking import Episode, Match, Theme
from iprtool.model.terms import ConsentScope

_BODY: "msgspec.json.Decoder[OpBody]" = msgspec.json.Decoder(OpBody)
TELLING = frozenset({"close", "lead", "lessons", "consent"})
"""The kinds of operation whose bodies tell something that is in the tables."""


class Told(msgspec.Struct, frozen=True):
    """When the layer's first operation was done, in UTC milliseconds (None unless dates leave), and what it tells.

    `ended` says whether it was closed at all; the closing's body may have been redacted. `leads` are with the entities
    at which they were used. `unblinded` is whether a coder was let see the others.
    """

    first_ms: int | None = None
    ended: bool = False
    unblinded: bool = False
    closed: Closed | None = None
    lessons: str | None = None
    scope: ConsentScope | None = None
    leads: tuple[tuple[str, LeadUsed], ...] = ()


def told(rows_of: RowsOf, ops: pa.Table, entities: Mapping[int, str], *, dates: bool) -> tuple[pa.Table, Told]:
    """The layer's operations, with `at_offset_ms` as UTC milliseconds where dates leave, and what their bodies tell.

    `entities` are what the operations that tell something were done to, by their numbers. A body that was redacted
    tells nothing.
    """
    kinds = ops["kind"].cast(pa.string())
    bodies: dict[int, OpBody] = {}
    done_ms: dict[int, int | None] = {}
    for lamport, body, at_utc in _bodies(rows_of) if dates or entities else ():
        if lamport in entities:
            bodies[lamport] = _BODY.decode(body)
        if dates:
            done_ms[lamport] = utc_ms(at_utc)
    said = _said([(entities[lamport], bodies[lamport]) for lamport in sorted(bodies)])
    said = msgspec.structs.replace(said, ended=_has(kinds, "close"), unblinded=_has(kinds, "unblind"))
    if not dates:
        return ops, said
    times = pa.array(map(done_ms.get, ops["lamport"].to_pylist()), pa.int64())
    return ops.append_column("at_offset_ms", times), msgspec.structs.replace(said, first_ms=pc.min(times).as_py())


def _has(kinds: pa.ChunkedArray, kind: str) -> bool:
    return bool(pc.any(pc.equal(kinds, kind)).as_py())


def _said(bodies: list[tuple[str, OpBody]]) -> Told:
    closed, lessons, scope, leads = None, None, None, []
    for entity, body in bodies:
        match body:
            case Closed():
                closed = body
            case LessonsLearned(text=text):
                lessons = text
            case ConsentSeen(scope=seen):
                scope = seen
            case LeadUsed():
                leads.append((entity, body))
            case _:
                pass
    return Told(closed=closed, lessons=lessons, scope=scope, leads=tuple(leads))


def put_values(rows_of: RowsOf) -> dict[int, tuple[LayerValue, ...]]:
    """By the operations' numbers, what was set and what was there before; nothing of a body that was redacted."""
    names, rows = rows_of("op_body")
    lamport, body = names.index("lamport"), names.index("body")
    found = ((row[lamport], _BODY.decode(row[body])) for row in rows)
    return {
        number: tuple(value for value in (said.value, said.was) if value is not None)
        for number, said in found
        if isinstance(said, Put)
    }


def named_by(values: tuple[LayerValue, ...]) -> str:
    """What an operation that set a value names."""
    match values:
        case (Episode(), *_):
            return "episode"
        case (Match(), *_):
            return "match"
        case (Theme(), *_):
            return "theme"
        case _:
            return "value"


def _bodies(rows_of: RowsOf) -> Iterator[tuple[int, str, str]]:
    names, rows = rows_of("op_body")
    lamport, body, at_utc = (names.index(name) for name in ("lamport", "body", "at_utc"))
    return ((row[lamport], row[body], row[at_utc]) for row in rows)
