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

        Lines come first, then glyphs, then labels, each whole or not at all, where no other mark is.
        """
        chosen = self.index.rank_of(selected) if selected is not None and selected in self.index else None
        owners: _Owners = [[None] * scale.width for _ in rows]
        placed = pack(self.index, scale, self.height)
        for one in sorted(placed, key=lambda one: not one.bar):
            _draw_body(rows[one.row], one, _tone(one, chosen))
            _claim(owners[one.row], one, one.first, one.stop)
        for one in placed:
            if one.bar or one.first < 0 or one.end > scale.width:
                continue
            if not any(owners[one.row][one.stop : one.end]):
                rows[one.row].write(one.stop, one.glyphs[one.stop - one.first :], _tone(one, chosen))
                _claim(owners[one.row], one, one.stop, one.end)
        return owners

    def item_at(self, scale: Scale, row: int, cell: int, selected: str | None = None) -> str | None:
        """The id of the mark drawn at a cell, None where none is; a count gives its marks one after the other."""
        owner = self.draw_over([Cells(scale.width) for _ in range(self.height)], scale, selected)[row][cell]
        return None if owner is None else self._next_of(owner, selected)

    def _next_of(self, placed: Placed, selected: str | None) -> str:
        if selected is not None and selected in self.index:
            offset = self.index.rank_of(selected) - placed.rank
            if 0 <= offset < placed.count:
                return self.index.at(placed.rank + (offset + 1) % placed.count).id
        return placed.item.id


def _tone(placed: Placed, chosen: int | None) -> str:
    if chosen is not None and placed.rank <= chosen < placed.rank + placed.count:
        return "selected"
    return "count" if placed.count > 1 else placed.item.style


def _claim(owners: list[Placed | None], placed: Placed, first: int, stop: int) -> None:
    for cell in range(max(first, 0), min(stop, len(owners))):
        owners[cell] = placed


def _draw_body(row: Cells, placed: Placed, tone: str) -> None:
    if placed.bar:
        _draw_bar(row, placed, tone)
    else:
        row.write(placed.first, placed.glyphs[: placed.stop - placed.first], tone)


def _draw_bar(row: Cells, placed: Placed, tone: str) -> None:
    row.fill(placed.first, placed.stop, "─", tone)
    row.write(placed.first, "├", tone)
    row.write(placed.stop - 1, "┤", tone)
    first, stop = max(placed.first + 1, 0), min(placed.stop - 1, len(row.glyphs))
    slack = stop - first - len(placed.glyphs)
    if slack >= 0:
        row.write(first + slack // 2, placed.glyphs, tone)
