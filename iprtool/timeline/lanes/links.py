"""The lane of matches, moments of two layers that are one: ═══ where it is said that they are, ╌╌ where proposed."""

from iprtool.timeline.lanes.cells import Cells
from iprtool.timeline.lanes.lane import LaneItem
from iprtool.timeline.lanes.spans import FILLS, SpansLane
from iprtool.timeline.scale import Scale

Span = tuple[int, int]
"""From when to when a moment lasts, in ms; twice the same for a point."""


def link_item(link_id: str, one: Span, other: Span, *, confirmed: bool) -> LaneItem:
    """A match of two moments as an item of a lane: where they overlap, or else what lies between them."""
    first_ms, last_ms = sorted((max(one[0], other[0]), min(one[1], other[1])))
    # Spans end before their end, and marks show the cell that they end in.
    return LaneItem(link_id, first_ms, last_ms + 1, style="matched" if confirmed else "candidate")


class LinksLane(SpansLane):
    """Matches, each an item of `link_item`; what is known to be no match is not put on it.

    Of overlapping ones those that are confirmed are seen, and the one selected before all; clicks go through them.
    """

    def draw(self, scale: Scale, selected: str | None = None) -> list[Cells]:
        """Its one row, and blank ones below it if it is higher."""
        rows = super().draw(scale, selected)
        chosen = self.index.get(selected) if selected is not None else None
        if chosen is not None:
            stop = scale.cell(chosen.last_ms - 1) + 1
            rows[0].fill(scale.cell(chosen.start_ms), stop, FILLS[chosen.style], "selected")
        return rows

    def item_at(self, scale: Scale, row: int, cell: int, selected: str | None = None) -> str | None:
        """The id of the match at a cell, or None; of several, the one after the one selected."""
        if row:
            return None
        found = [
            item.id for item in self.index.touching(scale.ms(cell), scale.ms(cell + 1)) if _fills(item, scale, cell)
        ]
        if selected in found:
            return found[(found.index(selected) + 1) % len(found)]
        seen = (item.id for first, stop, item in self.stretches(scale) if first <= cell < stop)
        return next(seen, found[0] if found else None)


def _fills(item: LaneItem, scale: Scale, cell: int) -> bool:
    return scale.cell(item.start_ms) <= cell <= scale.cell(item.last_ms - 1)
