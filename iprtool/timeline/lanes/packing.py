"""Which row of a lane each mark is drawn in, and which marks share a cell: a cost of cells in view, not of marks."""

import msgspec

from iprtool.timeline.index import MarkIndex
from iprtool.timeline.lanes.cells import glyphs_of
from iprtool.timeline.lanes.lane import LaneItem
from iprtool.timeline.scale import Scale

_PAGE_CELLS = 64
"""Packing starts at least this far left of the view, at a cell that does not move with it: panning moves no mark
from row to row."""

_COUNTS = " ○②③④⑤⑥⑦⑧⑨"
_MANY = "⊕"


class Placed(msgspec.Struct, frozen=True, gc=False):
    """A mark in its place, or several that share a cell: the row, the cells [first, stop), and the glyphs it shows.

    `rank` is that of the first of the `count` marks, `item` that mark. A `bar` shows its glyphs inside; else those
    from `stop` on give way to the next mark.
    """

    row: int
    first: int
    stop: int
    item: LaneItem
    rank: int
    count: int = 1
    glyphs: tuple[str, ...] = ()
    bar: bool = False

    @property
    def end(self) -> int:
        """The cell after its glyphs; a count's number wants a blank after it, or two would read as one."""
        return self.first + len(self.glyphs)


def count_glyph(count: int) -> str:
    """The one-cell glyph for several marks in a cell: ② to ⑨, ⊕ from ten on."""
    return _COUNTS[count] if count < len(_COUNTS) else _MANY


class _Rows:
    """How far each row is taken: up to which cell by what stays, and by what gives way to the next mark."""

    def __init__(self, rows: int, first: int) -> None:
        self.solid = [first] * rows
        self.soft = [first] * rows

    def free(self, cell: int) -> int:
        return sum(stop <= cell for stop in self.solid)

    def row_for(self, cell: int) -> int | None:
        """The first row with room at a cell, one where nothing has to give way if there is one."""
        for stops in (self.soft, self.solid):
            for row, stop in enumerate(stops):
                if stop <= cell and self.solid[row] <= cell:
                    return row
        return None

    def take(self, placed: Placed) -> Placed:
        self.solid[placed.row] = max(self.solid[placed.row], placed.stop)
        self.soft[placed.row] = placed.stop if placed.count > 1 else max(placed.stop, placed.end)
        return placed


def pack(index: MarkIndex[LaneItem], scale: Scale, rows: int) -> list[Placed]:
    """Every mark that shows at a scale, in its row, from left to right.

    Overlapping marks take the next free row; where more start in one cell than rows are free they become one count.
    """
    first = max(-scale.first_cell, -(scale.first_cell % _PAGE_CELLS) - _PAGE_CELLS)
    taken = _Rows(rows, first)
    placed = [
        taken.take(_place(scale, row, item, index.rank_of(item.id)))
        for row, item in enumerate(index.covering(scale.ms(first), limit=rows))
    ]
    rank = index.rank(scale.ms(first))
    while rank < len(index):
        cell = scale.cell(index.start_ms(rank))
        if cell >= scale.width:
            break
        stop = index.rank(scale.ms(cell + 1))
        placed += _place_in_cell(index, scale, taken, cell, range(rank, stop))
        rank = stop
    return placed


def _place_in_cell(index: MarkIndex[LaneItem], scale: Scale, taken: _Rows, cell: int, ranks: range) -> list[Placed]:
    if len(ranks) <= taken.free(cell):
        return [
            taken.take(_place(scale, row, index.at(rank), rank))
            for rank in ranks
            if (row := taken.row_for(cell)) is not None
        ]
    row, item = taken.row_for(cell), index.at(ranks.start)
    where = len(taken.solid) - 1 if row is None else row
    if len(ranks) == 1:
        return [Placed(where, cell, cell + 1, item, ranks.start, glyphs=_sign(item)[:1])]
    label = f"{len(ranks)} " if len(ranks) >= len(_COUNTS) else ""
    glyphs = (count_glyph(len(ranks)), *label)
    return [taken.take(Placed(where, cell, cell + 1, item, ranks.start, len(ranks), glyphs))]


def _place(scale: Scale, row: int, item: LaneItem, rank: int) -> Placed:
    first, sign = scale.cell(item.start_ms), _sign(item)
    if item.open:
        return Placed(row, first, first + 1, item, rank, glyphs=("├", "─", *sign[1:], "…"))
    last = scale.cell(item.last_ms)
    if item.end_ms is None or last == first:
        return Placed(row, first, first + 1, item, rank, glyphs=sign if item.end_ms is None else ("┼", *sign[1:]))
    words = tuple(glyphs_of(f" {item.label} "))
    fits = len(words) <= min(last, scale.width) - max(first, -1) - 3
    return Placed(row, first, last + 1, item, rank, glyphs=words if fits and item.label else sign[1:], bar=True)


def _sign(item: LaneItem) -> tuple[str, ...]:
    """The item's glyphs; the field's own ○ for none, or where a wide character would take two cells for one mark."""
    glyphs = tuple(glyphs_of(item.glyph))
    return glyphs if glyphs and "" not in glyphs else ("○",)
