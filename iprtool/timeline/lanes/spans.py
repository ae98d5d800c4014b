"""Lanes of spans, stretches that are filled: played ████▌, skipped ░, declined ▒; matches ╌╌ ═══; speech T────."""

from collections.abc import Iterable, Iterator

from iprtool.timeline.lanes.cells import Cells, glyphs_of
from iprtool.timeline.lanes.lane import ItemLane, LaneItem
from iprtool.timeline.scale import Scale

FILLS = {"played": "█", "declined": "▒", "skipped": "░", "matched": "═", "candidate": "╌"}
"""What fills a span of each style, ─ for any other; of those that overlap, the first in this order is seen."""

_RANKS = {style: rank for rank, style in enumerate(FILLS)}
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LOOKED_AT = 8
"""Of more spans than this over one place, some are left out of account, so that the cost stays the width's."""


class SpansLane(ItemLane):
    """Spans that fill their cells by their style, each headed by its sign (the letter of who speaks), if it has one.

    Of overlapping spans of other styles the one that starts later is seen. A span shorter than a cell shows where
    nothing else covers that cell's beginning. Where spans are `choosable` a click chooses one, else it seeks.
    """

    def __init__(self, name: str, items: Iterable[LaneItem] = (), *, height: int = 1, choosable: bool = False) -> None:
        super().__init__(name, items, height=height)
        self.choosable = choosable

    def draw(self, scale: Scale, selected: str | None = None) -> list[Cells]:
        """Its one row, and blank ones below it if it is higher."""
        rows = [Cells(scale.width) for _ in range(self.height)]
        before: LaneItem | None = None
        for first, stop, item in self.stretches(scale):
            tone, fill = "selected" if item.id == selected else item.style, FILLS.get(item.style, "─")
            rows[0].fill(first, stop, fill, tone)
            if item is not before:
                rows[0].write(first, glyphs_of(item.glyph)[: stop - first], tone)
            if fill == _EIGHTHS[-1]:
                rows[0].write(stop - 1, [self._edge(scale, stop - 1, item)], tone)
            before = item
        return rows

    def item_at(self, scale: Scale, row: int, cell: int, selected: str | None = None) -> str | None:  # noqa: ARG002
        """The id of the span that fills a cell, or None, and always None where spans can't be chosen."""
        if row or not self.choosable:
            return None
        return next((item.id for first, stop, item in self.stretches(scale) if first <= cell < stop), None)

    def stretches(self, scale: Scale) -> Iterator[tuple[int, int, LaneItem]]:
        """The cells [first, stop) that each visible span fills, from left to right."""
        cell = 0
        while cell < scale.width:
            item = self._filling(scale, cell)
            next_start = self._next_start(scale, cell)
            if item is None:
                cell = next_start
                continue
            stop = min(max(scale.cell(item.last_ms - 1), cell) + 1, next_start, scale.width)
            yield cell, stop, item
            cell = stop

    def _filling(self, scale: Scale, cell: int) -> LaneItem | None:
        """The span that covers a cell's beginning, or else the longest that starts in the cell."""
        at_ms, next_ms = scale.ms(cell), scale.ms(cell + 1)
        covering = self.index.covering(at_ms + 1, limit=_LOOKED_AT)
        if covering:
            return max(covering, key=self._standing)
        starting = self.index.starting(at_ms, next_ms, limit=_LOOKED_AT)
        return max(starting, key=lambda item: item.last_ms - item.start_ms, default=None)

    def _standing(self, item: LaneItem) -> tuple[int, int]:
        rank = _RANKS.get(item.style)
        return (-len(_RANKS), item.start_ms) if rank is None else (-rank, item.last_ms)

    def _edge(self, scale: Scale, cell: int, item: LaneItem) -> str:
        """The last cell of a filled span: as many eighths as it fills, unless another span follows at once."""
        beyond_ms = scale.ms(cell + 1) - item.last_ms
        if beyond_ms <= 0 or self.index.covering(item.last_ms + 1, limit=1):
            return _EIGHTHS[-1]
        return _EIGHTHS[max(1, 8 * (scale.cell_ms - beyond_ms) // scale.cell_ms)]

    def _next_start(self, scale: Scale, cell: int) -> int:
        """The next cell, after this one, that a span starts in or at the edge of."""
        rank = self.index.rank(scale.ms(cell + 1))
        return min(scale.cell(self.index.start_ms(rank)), scale.width) if rank < len(self.index) else scale.width
