"""Which row of the timeline shows what: the ruler on top, the lanes as far as they are scrolled, the whole below."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from iprtool.timeline.lanes.lane import Lane

_LEAST_FOR_RULER, _LEAST_FOR_WHOLE = 2, 3
"""Heights from which the ruler, and the row of the whole session, are shown: a lane comes first."""


class Slot(msgspec.Struct, frozen=True):
    """What one row shows: the ruler, a row of a lane, the whole session, or nothing."""

    kind: Literal["ruler", "lane", "whole", "empty"]
    lane: int = 0
    row: int = 0


def natural_height(lanes: Sequence[Lane]) -> int:
    """The rows that ruler, lanes and whole take when nothing has to be scrolled."""
    return sum(lane.height for lane in lanes) + 2


def last_scroll(lanes: Sequence[Lane], height: int) -> int:
    """By how many rows the lanes can be scrolled at a height."""
    return max(0, sum(lane.height for lane in lanes) - _lane_rows(height))


def lay_out(lanes: Sequence[Lane], height: int, scroll: int) -> tuple[Slot, ...]:
    """One slot for each of `height` rows, the lanes' first `scroll` rows left out."""
    rows = [Slot("lane", number, row) for number, lane in enumerate(lanes) for row in range(lane.height)]
    seen = rows[scroll : scroll + _lane_rows(height)]
    if height >= _LEAST_FOR_RULER:
        seen.insert(0, Slot("ruler"))
    if height >= _LEAST_FOR_WHOLE:
        seen.append(Slot("whole"))
    return (*seen, *[Slot("empty")] * (height - len(seen)))


def _lane_rows(height: int) -> int:
    return max(0, height - (height >= _LEAST_FOR_RULER) - (height >= _LEAST_FOR_WHOLE))
