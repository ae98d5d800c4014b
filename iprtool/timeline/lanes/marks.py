"""Lanes of marks: points ◆8 ● ○, intervals ├──3──┤, intervals still open ├─…, several in one cell ③."""

from iprtool.timeline.lanes.cells import Cells
from iprtool.timeline.lanes.lane import ItemLane
from iprtool.timeline.lanes.packing import Placed, pack
from iprtool.timeline.scale import Scale

_Owners = list[list[Placed | None]]


class MarksLane(ItemLane):
    """Marks in as many rows as the lane is high; overlapping ones go to the next row."""

    def draw(self, scale: Scale, selected: str | None = None) -> list[Cells]:
        """Its rows, from the top."""
        rows = [Cells(scale.width) for _ in range(self.height)]
        self.draw_over(rows, scale, selected)
        return rows

    def draw_over(self, rows: list[Cells], scale: Scale, selected: str | None) -> _Owners:
        """Draw the marks over rows that may show something already, and say whose each cell is now.

        Lines come first, then signs, then what gives way, each whole or not at all, where no other mark is.
        """
        chosen = self.index.rank_of(selected) if selected is not None and selected in self.index else None
        owners: _Owners = [[None] * scale.width for _ in rows]
        placed = [one for one in pack(self.index, scale, self.height) if one.stop > 0]
        signs = [one for one in placed if not one.bar and one.first >= 0]
        for one in placed:
            if one.bar:
                _draw_bar(rows[one.row], one, _tone(one, chosen))
                first, stop = max(one.first, 0), min(one.stop, scale.width)
                owners[one.row][first:stop] = [one] * (stop - first)
        for one in signs:
            rows[one.row].put(one.first, one.glyphs[0], one.style if chosen is None else _tone(one, chosen))
            owners[one.row][one.first] = one
        for one in signs:
            if one.stop < one.end <= scale.width and not any(owners[one.row][one.stop : one.end]):
                rows[one.row].write(one.stop, one.glyphs[1:], _tone(one, chosen))
                owners[one.row][one.stop : one.end] = [one] * (one.end - one.stop)
        return owners

    def item_at(self, scale: Scale, row: int, cell: int, selected: str | None = None) -> str | None:
        """The id of the mark drawn at a cell, None where none is; a count gives its marks one after the other."""
        owner = self.draw_over([Cells(scale.width) for _ in range(self.height)], scale, selected)[row][cell]
        if owner is None:
            return None
        offset = self.index.rank_of(selected) - owner.rank if selected is not None and selected in self.index else -1
        after = (offset + 1) % owner.count if 0 <= offset < owner.count else 0
        return self.index.at(owner.rank + after).id


def _tone(placed: Placed, chosen: int | None) -> str:
    if chosen is not None and placed.rank <= chosen < placed.rank + placed.count:
        return "selected"
    return placed.style


def _draw_bar(row: Cells, placed: Placed, tone: str) -> None:
    row.fill(placed.first, placed.stop, "─", tone)
    row.write(placed.first, "├", tone)
    row.write(placed.stop - 1, "┤", tone)
    first, stop = max(placed.first + 1, 0), min(placed.stop - 1, len(row.glyphs))
    slack = stop - first - len(placed.glyphs)
    if slack >= 0:
        row.write(first + slack // 2, placed.glyphs, tone)
