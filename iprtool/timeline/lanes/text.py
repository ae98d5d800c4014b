"""Lanes of words: each text begins at its time and gives way to the next."""

from iprtool.timeline.lanes.cells import Cells, cut, glyphs_of
from iprtool.timeline.lanes.lane import ItemLane, LaneItem
from iprtool.timeline.scale import Scale

_UNREADABLE = "·"
_READABLE = 4
"""Cells below which a text that is cut is only a dot."""


class TextLane(ItemLane):
    """The transcript: an item's label is written from its start on, cut where the next begins."""

    def draw(self, scale: Scale, selected: str | None = None) -> list[Cells]:
        """Its one row, and blank ones below it if it is higher."""
        rows = [Cells(scale.width) for _ in range(self.height)]
        for first, stop, item in self._stretches(scale):
            glyphs, room = glyphs_of(item.label), stop - first
            if len(glyphs) > room:
                glyphs = cut(glyphs, room) if room >= _READABLE else (_UNREADABLE,)
            rows[0].write(first, glyphs, "selected" if item.id == selected else item.style)
        return rows

    def _stretches(self, scale: Scale) -> list[tuple[int, int, LaneItem]]:
        """The cells [first, stop) that each text in view may take; the first of those that start in one cell."""
        index = self.index
        rank = index.rank(scale.start_ms)
        if rank:
            rank = index.rank(scale.ms(scale.cell(index.start_ms(rank - 1))))
        found: list[tuple[int, int, LaneItem]] = []
        while rank < len(index) and (first := scale.cell(index.start_ms(rank))) < scale.width:
            following = index.rank(scale.ms(first + 1))
            stop = scale.cell(index.start_ms(following)) if following < len(index) else scale.width
            found.append((first, stop - 1 if following < len(index) else stop, index.at(rank)))
            rank = following
        return found
