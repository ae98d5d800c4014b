"""How long the interview has taken already, where a recall is gone on with after a failure or a short break."""

from collections.abc import Sequence
from datetime import datetime

from iprtool.model.layer import Op

BREAK_S = 1800
"""After so long without anything done, going on is another sitting."""


def sitting_ms(ops: Sequence[Op], now_utc: str) -> int:
    """From the first operation of the sitting that goes on now, to now, in ms; 0 where a new one begins.

    `ops` are in order and at most the newest of a layer; times are ISO 8601. A clock that was set back ends a sitting.
    """
    now = later = datetime.fromisoformat(now_utc)
    for op in reversed(ops):
        at = datetime.fromisoformat(op.at_utc)
        if not 0 <= (later - at).total_seconds() <= BREAK_S:
            break
        later = at
    return round((now - later).total_seconds() * 1000)
