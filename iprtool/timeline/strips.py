"""Rows of cells as Textual strips: the gutter and the playhead are put in, and tones become the theme's styles."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from iprtool.timeline.lanes import Cells, Lane, PeaksLane, draw_outline, draw_ruler, draw_whole, glyphs_of
from iprtool.timeline.lanes.layout import Slot, last_scroll, lay_out
from iprtool.timeline.scale import Scale

_PLAYHEAD, _PLAYHEAD_ON_RULER = "│", "▼"
_WHOLE_NAME = "whole"

_SHORTEST_NAME, _LONGEST_NAME = 5, 12
_LEAST_TIMELINE = 2 / 3
"""The part of a narrow terminal that the gutter must leave to the timeline, or else it is dropped."""

_FILLS = " ▁▂▃▄▅▆▇█▏▎▍▌▋▊▉▒░─═╌"


def gutter_width(names: Iterable[str], width: int) -> int:
    """The cells that the names of the lanes take, with two blanks after them; 0 where the terminal is too narrow."""
    longest = max((len(glyphs_of(name)) for name in names), default=0)
    gutter = min(max(longest, _SHORTEST_NAME), _LONGEST_NAME) + 2
    return gutter if width - gutter >= _LEAST_TIMELINE * width else 0


def gutter_cells(name: str, width: int) -> Cells:
    """A name in a gutter of this width, cut with an ellipsis if it must be."""
    cells, glyphs = Cells(width), glyphs_of(name)
    cells.write(0, glyphs[: max(0, width - 2)], "muted")
    if len(glyphs) > width - 2 > 0:
        cells.write(width - 3, ["…"], "muted")
    return cells


def playhead_over(glyph: str) -> tuple[str, str]:
    """The glyph and the tone that show the playhead over a glyph: a line, but a letter or sign is kept, in reverse."""
    if glyph in _FILLS or "\u2800" <= glyph <= "\u28ff":
        return _PLAYHEAD, "playhead"
    return glyph, "under-playhead"


class DrawnRow:
    """A row as it was drawn, its gutter included, and the segments that show it in the theme's styles."""

    def __init__(self, cells: Cells, styles: Mapping[str, Style]) -> None:
        other = styles["mark"]
        runs = list(cells.runs())
        self.cells = cells
        self._first = [first for first, _, _ in runs]
        self._segments = [Segment(text, styles.get(tone, other)) for _, text, tone in runs]

    def strip(self) -> Strip:
        """The row without the playhead."""
        return Strip(self._segments, len(self.cells.glyphs))

    def with_playhead(self, x: int, styles: Mapping[str, Style], *, ruler: bool) -> Strip:
        """The row with the playhead over one of its cells: of all segments only the one under it is taken apart."""
        number = bisect_right(self._first, x) - 1
        before, rest = self._segments[number].split_cells(x - self._first[number])
        under, after = rest.split_cells(1)
        glyph, tone = (_PLAYHEAD_ON_RULER, "playhead") if ruler else playhead_over(under.text)
        split = [before, Segment(glyph, styles[tone]), after]
        segments = self._segments[:number] + [segment for segment in split if segment.text]
        return Strip(segments + self._segments[number + 1 :], len(self.cells.glyphs))


class DrawnRows:
    """The rows of a timeline, each drawn when first asked for and kept until what it shows changes.

    `styles` holds one style for every tone; `selected` is the id of the item that stands out; `slots` says what each
    row shows.
    """

    def __init__(self, lanes: Sequence[Lane], scale: Scale) -> None:
        self.lanes = tuple(lanes)
        self.scale = scale
        self.styles: Mapping[str, Style] = {}
        self.selected: str | None = None
        self.slots: tuple[Slot, ...] = ()
        self.gutter = 0
        self._scroll = 0
        self._lane_cells: dict[int, list[Cells]] = {}
        self._outline: Cells | None = None
        self._rows: dict[int, DrawnRow] = {}

    @property
    def whole(self) -> Scale:
        """The scale of the row of the whole session."""
        return Scale.whole(self.scale.duration_ms, self.scale.width)

    @property
    def blocks(self) -> list[tuple[int, int]]:
        """The rows [top, stop) that share a scale: ruler and lanes, and the row of the whole session."""
        above = sum(slot.kind in ("ruler", "lane") for slot in self.slots)
        whole = [(y, y + 1) for y, slot in enumerate(self.slots) if slot.kind == "whole"]
        return ([(0, above)] if above else []) + whole

    def fit(self, width: int, height: int) -> int:
        """Lay the rows out for a size; the cells that are left beside the gutter."""
        self.gutter = gutter_width([lane.name for lane in self.lanes], width)
        self._outline = None
        self.scroll(0, height)
        return max(1, width - self.gutter)

    def scroll(self, rows: int, height: int) -> None:
        """Move the lanes so many rows up (negative: down), as far as they go."""
        self._scroll = min(max(0, self._scroll + rows), last_scroll(self.lanes, height))
        self.slots = lay_out(self.lanes, height, self._scroll)
        self._rows.clear()

    def forget(self) -> None:
        """Draw everything anew when it is next asked for: the scale or the lanes are others."""
        self._lane_cells.clear()
        self._rows.clear()

    def replace(self, number: int, lane: Lane, height: int) -> None:
        """Show another lane in place of one; the others stay as they are drawn."""
        taller = lane.height != self.lanes[number].height
        self.lanes = (*self.lanes[:number], lane, *self.lanes[number + 1 :])
        if taller:
            self._lane_cells.pop(number, None)
            self.scroll(0, height)

    def restyle(self, styles: Mapping[str, Style]) -> None:
        """Take another style for every tone, or none, until they are known."""
        self.styles = styles
        self._rows.clear()

    def strip(self, y: int, at_ms: int) -> Strip:
        """A row, with the playhead of a time over it if that is in view."""
        row, cell = self._row(y), self.playhead_cell(y, at_ms)
        if cell is None:
            return row.strip()
        return row.with_playhead(self.gutter + cell, self.styles, ruler=self.slots[y].kind == "ruler")

    def playhead_cell(self, y: int, at_ms: int) -> int | None:
        """The cell of a row, beside the gutter, that a time is in, or None."""
        kind = self.slots[y].kind
        if kind == "empty":
            return None
        cell = (self.whole if kind == "whole" else self.scale).cell(at_ms)
        return cell if 0 <= cell < self.scale.width else None

    def redrawn(self, lanes: Iterable[int], *, sound: bool) -> Iterator[tuple[int, int, int]]:
        """Draw lanes anew by number, and the outline if the `sound` changed: (y, first, stop) of what differs."""
        numbers = set(lanes)
        concerned = [
            y
            for y, slot in enumerate(self.slots)
            if (slot.lane in numbers if slot.kind == "lane" else sound and slot.kind == "whole")
        ]
        for number in numbers:
            self._lane_cells.pop(number, None)
        if sound:
            self._outline = None
        for y in concerned:
            row = self._rows.pop(y, None)
            # Of a row that is not drawn (its styles have changed) nobody knows what the screen shows.
            differing = self._row(y).cells.difference(row.cells) if row else (0, self.gutter + self.scale.width)
            if differing is not None:
                yield y, *differing

    def _row(self, y: int) -> DrawnRow:
        row = self._rows.get(y)
        if row is None:
            slot = self.slots[y]
            gutter = gutter_cells(self._name(slot), self.gutter)
            row = self._rows[y] = DrawnRow(gutter.joined(self._cells(slot)), self.styles)
        return row

    def _cells(self, slot: Slot) -> Cells:
        match slot.kind:
            case "ruler":
                return draw_ruler(self.scale)
            case "lane":
                if slot.lane not in self._lane_cells:
                    self._lane_cells[slot.lane] = self.lanes[slot.lane].draw(self.scale, self.selected)
                return self._lane_cells[slot.lane][slot.row]
            case "whole":
                return draw_whole(self._whole_outline(), self.scale)
            case "empty":
                return Cells(self.scale.width)

    def _whole_outline(self) -> Cells:
        if self._outline is None:
            peaks = next((lane.pyramid for lane in self.lanes if isinstance(lane, PeaksLane)), None)
            self._outline = draw_outline(self.scale.duration_ms, self.scale.width, peaks)
        return self._outline

    def _name(self, slot: Slot) -> str:
        match slot.kind:
            case "ruler":
                above, below = self._scroll > 0, last_scroll(self.lanes, len(self.slots)) > self._scroll
                return "▴▾" if above and below else "▴" if above else "▾ more" if below else ""
            case "lane":
                return self.lanes[slot.lane].name if slot.row == 0 else ""
            case "whole":
                return _WHOLE_NAME
            case "empty":
                return ""
