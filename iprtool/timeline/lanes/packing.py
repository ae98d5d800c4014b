"""Which row of a lane each mark is drawn in, and which marks share a cell: a cost of cells in view, not of marks."""

from collections.abc import Callable
from functools import lru_cache

import msgspec

from iprtool.timeline.index import MarkIndex
from iprtool.timeline.lanes.cells import glyphs_of
from iprtool.timeline.lanes.lane import LaneItem
from iprtool.timeline.scale import Scale

_PAGE_CELLS = 32
"""Packing starts at least this far left of the view, at a cell that does not move with it: panning moves hardly any
mark from row to row."""

_COUNTS = " ○②③④⑤⑥⑦⑧⑨"
_MANY = "⊕"
_NO_SIGN = ("○",)


class Placed(msgspec.Struct, frozen=True, gc=False):
    """A mark in its place, or several that share a cell: the row, the cells [first, stop), and the glyphs it shows.

    `rank` is that of the first of the `count` marks. A `bar` shows its glyphs inside; else those from `stop` on give
    way to the next mark. `end` is the cell after its glyphs.
    """

    row: int
    first: int
    stop: int
    end: int
    rank: int
    style: str
    glyphs: tuple[str, ...]
    count: int = 1
    bar: bool = False


Place = Callable[[Scale, int, int, LaneItem, int], Placed]
"""Where a mark is drawn, from the scale, its row, its first cell, the mark and its rank."""


@lru_cache(maxsize=1024)
def count_glyphs(count: int) -> tuple[str, ...]:
    """The glyphs for several marks in a cell: ② to ⑨; from ten on ⊕, the number, and a blank after it."""
    return (_COUNTS[count],) if count < len(_COUNTS) else (_MANY, *str(count), " ")


class _Rows:
    """How far each row is taken: up to which cell by what stays, and by what gives way to the next mark."""

    def __init__(self, rows: int, first: int) -> None:
        self.solid = [first] * rows
        self.soft = [first] * rows

    def free(self, cell: int) -> int:
        """How many rows have room at a cell."""
        return sum([stop <= cell for stop in self.solid])

    def row_for(self, cell: int) -> int:
        """The first row with room at a cell, if possible one where nothing gives way; the last row if none."""
        if self.soft[0] <= cell:
            return 0
        for stops in (self.soft, self.solid):
            for row, stop in enumerate(stops):
                if stop <= cell:
                    return row
        return len(self.solid) - 1

    def take(self, placed: Placed) -> Placed:
        self.solid[placed.row] = max(self.solid[placed.row], placed.stop)
        self.soft[placed.row] = max(placed.stop, placed.end)
        return placed


def pack(index: MarkIndex[LaneItem], scale: Scale, rows: int, place: Place | None = None) -> list[Placed]:
    """Every mark that shows at a scale, in its row, from left to right, each in what room `place` says that it takes.

    Overlapping marks take the next free row. Where more start in one cell than rows are free they become one count,
    or a sign on the line of the mark that takes the last row.
    """
    place = place or _place
    first = max(-scale.first_cell, -(scale.first_cell % _PAGE_CELLS) - _PAGE_CELLS)
    taken = _Rows(rows, first)
    placed = [
        taken.take(place(scale, row, scale.cell(item.start_ms), item, rank))
        for row, (rank, item) in enumerate(index.covering_ranked(scale.ms(first), limit=rows))
    ]
    for step, rank, stop in index.steps(scale.ms(first), scale.cell_ms, scale.width - first):
        cell, count = first + step, stop - rank
        if count <= rows and count <= taken.free(cell):
            for one in range(rank, stop):
                placed.append(taken.take(place(scale, taken.row_for(cell), cell, index.at(one), one)))  # noqa: PERF401
        elif cell >= 0:
            placed.append(_place_together(index, taken, cell, rank, count))
    return placed


def _place_together(index: MarkIndex[LaneItem], taken: _Rows, cell: int, rank: int, count: int) -> Placed:
    row = taken.row_for(cell)
    if count == 1:
        item = index.at(rank)
        return Placed(row, cell, cell + 1, cell + 1, rank, item.style, sign_of(item.glyph)[:1])
    if taken.solid[row] <= cell:
        taken.solid[row] = taken.soft[row] = cell + 1
    glyphs = count_glyphs(count)
    return Placed(row, cell, cell + 1, cell + len(glyphs), rank, "count", glyphs, count)


def _place(scale: Scale, row: int, first: int, item: LaneItem, rank: int) -> Placed:
    sign = sign_of(item.glyph)
    if item.open:
        glyphs = ("├", "─", *sign[1:], "…")
    elif item.end_ms is None:
        glyphs = sign
    elif (last := scale.cell(item.end_ms)) > first:
        inside = _inside(item.label, sign, min(last, scale.width) - max(first, -1) - 3)
        return Placed(row, first, last + 1, last + 1, rank, item.style, inside, bar=True)
    else:
        glyphs = ("┼", *sign[1:])
    return Placed(row, first, first + 1, first + len(glyphs), rank, item.style, glyphs)


def _inside(label: str, sign: tuple[str, ...], room: int) -> tuple[str, ...]:
    """What a bar says: its words where they leave a line on both sides, else its sign without the shape."""
    words = glyphs_of(f" {label} ") if label and room > 2 else ()
    return words if words and len(words) <= room else sign[1:]


@lru_cache(maxsize=1024)
def sign_of(glyph: str) -> tuple[str, ...]:
    """The glyphs of a sign; ○ for none, or where a wide character would take two cells for one mark."""
    glyphs = glyphs_of(glyph)
    return glyphs if glyphs and "" not in glyphs else _NO_SIGN
