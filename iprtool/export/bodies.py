"""What the bodies of a layer's operations tell: when each was done, and how the recall was closed; nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from operator import itemgetter

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from iprtool.export.rows import RowsOf
from iprtool.model.layer import Closed

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CLOSED = msgspec.json.Decoder(Closed)


class Told(msgspec.Struct, frozen=True):
    """When the layer's first operation was done, in UTC milliseconds (None unless dates leave), and how it was closed.

    `ended` says whether it was closed at all; the closing's body may have been redacted.
    """

    first_ms: int | None = None
    ended: bool = False
    closed: Closed | None = None


def told(rows_of: RowsOf, ops: pa.Table, *, dates: bool) -> tuple[pa.Table, Told]:
    """The layer's operations, with `at_offset_ms` as UTC milliseconds where dates leave, and what their bodies tell.

    A body that was redacted tells nothing.
    """
    is_close = pc.equal(ops["kind"].cast(pa.string()), "close")
    closings = set(ops["lamport"].filter(is_close).to_pylist())
    closed: Closed | None = None
    done_ms: dict[int, int | None] = {}
    for lamport, body, at_utc in _bodies(rows_of) if dates or closings else ():
        if lamport in closings:
            closed = _CLOSED.decode(body)
        if dates:
            done_ms[lamport] = _utc_ms(at_utc)
    if not dates:
        return ops, Told(None, bool(closings), closed)
    times = pa.array(map(done_ms.get, ops["lamport"].to_pylist()), pa.int64())
    return ops.append_column("at_offset_ms", times), Told(pc.min(times).as_py(), bool(closings), closed)


def _bodies(rows_of: RowsOf) -> Iterator[tuple[int, str, str]]:
    names, rows = rows_of("op_body")
    lamport, body, at_utc = (names.index(name) for name in ("lamport", "body", "at_utc"))
    return ((row[lamport], row[body], row[at_utc]) for row in sorted(rows, key=itemgetter(lamport)))


def _utc_ms(text: str) -> int | None:
    """Milliseconds since 1970 of an ISO 8601 time, taken for UTC where it has no offset; None where it is none."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return ((time if time.tzinfo else time.replace(tzinfo=UTC)) - _EPOCH) // timedelta(milliseconds=1)
