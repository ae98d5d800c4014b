"""The lane of a coder's segments, stretches of equal length: |  WD_P 3 |        | CF_P 2 |."""

from bisect import bisect_left, insort
from collections.abc import Mapping

from iprtool.timeline.lanes.cells import Cells, cut, glyphs_of
from iprtool.timeline.lanes.lane import Lane
from iprtool.timeline.scale import Scale

SEGMENT_MS = 300_000
"""Five minutes (3RS: Eubanks, Muran & Safran 2015)."""

_EDGE, _CHOSEN_FIRST, _CHOSEN_LAST = "|", "[", "]"
_UNREADABLE = "·"
_READABLE = 3
"""Cells below which a text that is cut is only a dot."""

_LEAST_CELLS = 2
"""A segment narrower than an edge and one cell beside it has no edges, only a dot where there is a text."""

_ID = "segment:"


def segment_id(number: int) -> str:
    """The id of a segment, counted from 0: the same on every lane, so that coders' lanes show it side by side."""
    return f"{_ID}{number}"


def segment_number(item_id: str) -> int | None:
    """The number of the segment that has an id, or None where it is no segment's."""
    number = item_id.removeprefix(_ID)
    return int(number) if number != item_id and number.isdecimal() else None


class SegmentsLane(Lane):
    """Segments of `size_ms` from the recording's start to its end, the last one as long as is left, and their texts.

    A text stands in the middle of what is in view of its segment. The segment selected stands out between brackets;
    where something else is selected, or nothing, it is the one that is `chosen` (by its number), if any.
    """

    def __init__(
        self,
        name: str,
        size_ms: int,
        duration_ms: int,
        texts: Mapping[int, str] | None = None,
        *,
        style: str = "coder",
    ) -> None:
        if size_ms < 1:
            raise ValueError("a segment lasts a millisecond or longer")
        super().__init__(name)
        self.size_ms = size_ms
        self.duration_ms = duration_ms
        self.count = max(1, -(-duration_ms // size_ms))
        self.chosen: int | None = None
        self._style = style
        self._texts: dict[int, str] = {}
        self._with_text: list[int] = []
        for number, text in (texts or {}).items():
            self.set_text(number, text)

    def set_text(self, number: int, text: str) -> None:
        """Give a segment another text, an empty one to clear it; IndexError where there is no such segment."""
        if not 0 <= number < self.count:
            raise IndexError(f"there is no segment {number}")
        if self._texts.pop(number, None) is not None:
            del self._with_text[bisect_left(self._with_text, number)]
        if text:
            self._texts[number] = text
            insort(self._with_text, number)

    def holds(self, item_id: str) -> bool:
        """Whether it has the segment of this id."""
        number = segment_number(item_id)
        return number is not None and number < self.count

    def draw(self, scale: Scale, selected: str | None = None) -> list[Cells]:
        """Its one row."""
        row = Cells(scale.width)
        chosen = segment_number(selected) if selected is not None and self.holds(selected) else self.chosen
        if self.size_ms < _LEAST_CELLS * scale.cell_ms:
            self._draw_dots(row, scale)
        else:
            self._draw_grid(row, scale)
        if chosen is not None:
            self._draw_chosen(row, scale, chosen)
        return [row]

    def item_at(self, scale: Scale, row: int, cell: int, selected: str | None = None) -> str | None:
        """The id of the segment at a cell, or None; of several, the one after the one selected."""
        if row or scale.ms(cell) >= self.duration_ms:
            return None
        last = min((scale.ms(cell + 1) - 1) // self.size_ms, self.count - 1)
        first = min(-(-scale.ms(cell) // self.size_ms), last)  # an edge is that of the segment that begins there
        number = segment_number(selected) if selected is not None else None
        return segment_id(number + 1 if number is not None and first <= number < last else first)

    def _draw_grid(self, row: Cells, scale: Scale) -> None:
        first = scale.start_ms // self.size_ms
        stop = min(-(-scale.end_ms // self.size_ms), self.count)
        for number in range(first, stop):
            begin, end = self._cells(scale, number)
            row.write(begin, _EDGE, "faint")
            row.write(end, _EDGE, "faint")
            self._write_text(row, number, max(begin + 1, 0), min(end, scale.width))

    def _write_text(self, row: Cells, number: int, first: int, stop: int) -> None:
        glyphs, room = glyphs_of(self._texts.get(number, "")), stop - first
        if glyphs and room > 0:
            if len(glyphs) > room:
                glyphs = cut(glyphs, room) if room >= _READABLE else (_UNREADABLE,)
            row.write(first + (room - len(glyphs)) // 2, glyphs, self._style)

    def _draw_dots(self, row: Cells, scale: Scale) -> None:
        """A dot in every cell that a segment with a text lies in."""
        for cell in range(min(scale.width, scale.cell(self.duration_ms - 1) + 1)):
            first, last = scale.ms(cell) // self.size_ms, (scale.ms(cell + 1) - 1) // self.size_ms
            at = bisect_left(self._with_text, first)
            if at < len(self._with_text) and self._with_text[at] <= last:
                row.put(cell, _UNREADABLE, self._style)

    def _draw_chosen(self, row: Cells, scale: Scale, number: int) -> None:
        begin, end = self._cells(scale, number)
        if end - begin >= _LEAST_CELLS:
            row.write(begin, _CHOSEN_FIRST, "selected")
            row.write(end, _CHOSEN_LAST, "selected")
        row.retone(begin, max(end, begin) + 1, "selected")

    def _cells(self, scale: Scale, number: int) -> tuple[int, int]:
        """The cells of a segment's edges, the second that of the next one or the recording's end."""
        end_ms = min((number + 1) * self.size_ms, self.duration_ms)
        return scale.cell(number * self.size_ms), scale.cell(end_ms)
