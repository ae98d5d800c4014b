"""The scale of a timeline: milliseconds to cells and back, natural steps of zoom, ticks, and what moves the view."""

import msgspec

from iprtool.model.times import clock

ZOOM_STEPS_MS = (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000)
"""Milliseconds per cell that the zoom stops at; the outermost stop, the whole recording in view, is not one of them."""

_MINUTE_MS, _HOUR_MS = 60_000, 3_600_000
_TICK_STEPS_MS = (
    *(100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000),
    *(minutes * _MINUTE_MS for minutes in (1, 2, 5, 10, 20, 30)),
    *(hours * _HOUR_MS for hours in (1, 2, 4, 6, 12, 24)),
)
_TICK_GAP = 4
"""Cells left blank between two labels, at least: fewer read as one number."""

_PAGE_MARGIN = 8
"""After a page is turned the playhead stands an eighth of the width from the left, so that what led there is seen."""

_JUMP_MS = 1_500
"""A playhead that moves farther at once was sent there: ten ticks a second at twice the speed move it by 200 ms."""


class Tick(msgspec.Struct, frozen=True):
    """A tick of the ruler: its cell, and its label, empty where the view's right edge would cut it."""

    cell: int
    label: str


def whole_cell_ms(duration_ms: int, width: int) -> int:
    """Milliseconds per cell at which a recording just fits into `width` cells, its last millisecond too."""
    return max(duration_ms // max(width, 1) + 1, ZOOM_STEPS_MS[0])


class Scale(msgspec.Struct, frozen=True):
    """What part of a recording is in view, and how large.

    `width` is in cells. `start_ms` is the time of the first cell's left edge, always a multiple of `cell_ms`, so that
    panning moves drawings and never changes them.
    """

    duration_ms: int
    width: int
    cell_ms: int
    start_ms: int = 0

    @classmethod
    def whole(cls, duration_ms: int, width: int) -> "Scale":
        """The scale that has the whole recording in view."""
        return cls(duration_ms, width, whole_cell_ms(duration_ms, width))

    @property
    def end_ms(self) -> int:
        """The time of the right edge of the last cell (beyond the recording's end where that is in view)."""
        return self.start_ms + self.width * self.cell_ms

    @property
    def first_cell(self) -> int:
        """The number of cells, at this zoom, between the recording's start and the view."""
        return self.start_ms // self.cell_ms

    @property
    def is_whole(self) -> bool:
        """Whether the view is zoomed out as far as it goes."""
        return self.cell_ms >= whole_cell_ms(self.duration_ms, self.width)

    def cell(self, ms: int) -> int:
        """The cell that a time lies in, counted from the view's left; negative or ≥ width out of view."""
        return (ms - self.start_ms) // self.cell_ms

    def ms(self, cell: int) -> int:
        """The time of a cell's left edge."""
        return self.start_ms + cell * self.cell_ms

    def shows(self, ms: int) -> bool:
        """Whether a time is in view."""
        return self.start_ms <= ms < self.end_ms

    def at(self, start_ms: int) -> "Scale":
        """The view from the cell of `start_ms` on, kept within the recording."""
        last_cell = max(0, self.duration_ms // self.cell_ms + 1 - self.width)
        cell = min(max(0, start_ms // self.cell_ms), last_cell)
        return msgspec.structs.replace(self, start_ms=cell * self.cell_ms)

    def panned(self, cells: int) -> "Scale":
        """The view `cells` further on, or back where negative."""
        return self.at(self.start_ms + cells * self.cell_ms)

    def centred(self, ms: int) -> "Scale":
        """The view with a time in its middle, as far as the recording's edges allow."""
        return self.at((ms // self.cell_ms - self.width // 2) * self.cell_ms)

    def zoomed(self, steps: int, at_ms: int) -> "Scale":
        """The view `steps` nearer (negative: farther); `at_ms` keeps its cell, or, out of view, comes to the middle."""
        stops = self._stops()
        here = sum(stop < self.cell_ms for stop in stops)
        cell_ms = stops[min(max(0, here - steps), len(stops) - 1)]
        return self._with_cell_ms(cell_ms, at_ms)

    def resized(self, width: int, at_ms: int) -> "Scale":
        """The view at another width: a view of the whole stays whole, another keeps its zoom around `at_ms`."""
        width = max(1, width)
        if self.is_whole or self.cell_ms >= whole_cell_ms(self.duration_ms, width):
            return Scale.whole(self.duration_ms, width)
        cell = self.cell(at_ms) if self.shows(at_ms) else self.width // 2
        resized = msgspec.structs.replace(self, width=width)
        return resized.at(at_ms - min(cell, width - 1) * self.cell_ms)

    def followed(self, was_ms: int, now_ms: int, *, centre: bool = False) -> "Scale":
        """The view after the playhead moved: it turns the page, or centres, only as the playhead leaves it.

        A view that the person has panned away stays where it is while it plays; a jump brings the playhead back.
        """
        jumped = abs(now_ms - was_ms) > _JUMP_MS
        if self.shows(now_ms) or not (jumped or self.shows(was_ms)):
            return self
        if centre or jumped or now_ms < self.start_ms:
            return self.centred(now_ms)
        return self.at((now_ms // self.cell_ms - self.width // _PAGE_MARGIN) * self.cell_ms)

    def ticks(self) -> list[Tick]:
        """The ruler's ticks in view, at round times; labels are all as long and never touch."""
        step_ms = self._tick_step_ms()
        first_ms = -(-self.start_ms // step_ms) * step_ms
        last_ms = min(self.duration_ms, self.end_ms - 1)
        return [self._tick(ms, step_ms) for ms in range(first_ms, last_ms + 1, step_ms)]

    def _tick_step_ms(self) -> int:
        for step_ms in _TICK_STEPS_MS:
            if step_ms >= self._tick_room_ms(step_ms):
                return step_ms
        day_ms = _TICK_STEPS_MS[-1]
        return -(-self._tick_room_ms(day_ms) // day_ms) * day_ms

    def _tick_room_ms(self, step_ms: int) -> int:
        return (1 + len(self._label(self.duration_ms, step_ms)) + _TICK_GAP) * self.cell_ms

    def _tick(self, ms: int, step_ms: int) -> Tick:
        cell, label = self.cell(ms), self._label(ms, step_ms)
        return Tick(cell, label if cell + 1 + len(label) <= self.width else "")

    def _label(self, ms: int, step_ms: int) -> str:
        text = clock(ms, hours=self.duration_ms >= _HOUR_MS)
        return text if step_ms >= 1_000 else f"{text}.{ms % 1_000 // 100}"

    def _stops(self) -> list[int]:
        whole = whole_cell_ms(self.duration_ms, self.width)
        return [stop for stop in ZOOM_STEPS_MS if stop < whole] + [whole]

    def _with_cell_ms(self, cell_ms: int, at_ms: int) -> "Scale":
        at_ms = min(max(0, at_ms), self.duration_ms)
        zoomed = msgspec.structs.replace(self, cell_ms=cell_ms)
        if not self.shows(at_ms):
            return zoomed.centred(at_ms)
        return zoomed.at((at_ms // cell_ms - self.cell(at_ms)) * cell_ms)
