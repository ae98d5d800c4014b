"""The timeline as it is shown: lanes over one scale, the row of the whole session, the playhead."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import TypeVar

from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from iprtool.model.peaks import PeakChunk
from iprtool.timeline.lanes import TONES, ItemLane, Lane, LaneItem, PeaksLane, Sample, TraceLane
from iprtool.timeline.lanes.layout import natural_height
from iprtool.timeline.scale import Scale
from iprtool.timeline.strips import DrawnRows

L = TypeVar("L", bound=Lane)

_FIRST_CELL_MS = 2_000
_BINS_AT_ONCE = 20_000
"""Some 5 ms of work: more at once would hold up a key."""


class TimelineCanvas(Widget, can_focus=False):
    """Lanes of a recording over one scale: what is on them, what is in view, and the drawing of it."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {f"timeline--{tone}" for tone in TONES}
    DEFAULT_CSS = """
    TimelineCanvas {
        height: auto;
        color: $foreground;
        .timeline--muted { color: $text-muted; }
        .timeline--faint { color: $foreground 40%; }
        .timeline--sound { color: $primary; }
        .timeline--mark, .timeline--neutral { color: $foreground; }
        .timeline--positive { color: $text-success; }
        .timeline--negative { color: $text-warning; }
        .timeline--rupture { color: $text-error; text-style: bold; }
        .timeline--episode { color: $text-error; }
        .timeline--count { color: $foreground; text-style: bold; }
        .timeline--client { color: $text-primary; }
        .timeline--therapist { color: $text-accent; }
        .timeline--researcher, .timeline--coder { color: $text-secondary; }
        .timeline--played { color: $foreground 25%; }
        .timeline--skipped, .timeline--declined { color: $foreground 50%; }
        .timeline--matched { color: $text-success; }
        .timeline--candidate { color: $text-muted; }
        .timeline--selected { background: $primary-muted; color: $foreground; text-style: bold underline; }
        .timeline--viewport { color: $primary; text-style: bold; }
        .timeline--playhead { color: $accent; text-style: bold; }
        .timeline--under-playhead { color: $accent; text-style: bold reverse; }
    }
    """

    scale: reactive[Scale] = reactive(Scale(0, 80, _FIRST_CELL_MS), repaint=False, init=False)
    """What part of the recording is in view, and how large; its `cell_ms` is the zoom."""

    selected: reactive[str | None] = reactive(None, repaint=False, init=False)
    """The id of the item that stands out, on whichever lane it is."""

    class ZoomChanged(Message):
        """The zoom is another: milliseconds per cell."""

        def __init__(self, cell_ms: int) -> None:
            super().__init__()
            self.cell_ms = cell_ms

    def __init__(
        self,
        duration_ms: int,
        lanes: Sequence[Lane] = (),
        *,
        cell_ms: int = _FIRST_CELL_MS,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.set_reactive(TimelineCanvas.scale, Scale(duration_ms, 80, cell_ms))
        self.playhead_ms = 0
        self.following = True
        self._centre = False
        self.rows = DrawnRows(_named_apart(lanes), self.scale)
        self._stale: set[int] = set()
        self._sound_stale = False
        self._peaks_waiting: deque[PeakChunk] = deque()

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes, from the top."""
        return self.rows.lanes

    def set_lanes(self, lanes: Sequence[Lane]) -> None:
        """Show other lanes; their names must differ (ValueError)."""
        self.rows.lanes = _named_apart(lanes)
        self.rows.forget()
        if self.size:
            self._fit()
        self.refresh(layout=True)

    def set_lane(self, lane: Lane) -> None:
        """Show a lane in place of the one of its name, the others as they are; KeyError where none has it."""
        number, before = self._numbered(lane.name, Lane)
        self.rows.replace(number, lane, self.size.height)
        self._sound_stale |= isinstance(before, PeaksLane) or isinstance(lane, PeaksLane)
        if lane.height != before.height:
            self.refresh(layout=True)
        self._redraw_soon({number})

    def put(self, lane: str, item: LaneItem) -> None:
        """Put an item on the lane of this name, in place of the one with its id if there is one."""
        number, holder = self._numbered(lane, ItemLane)
        holder.put(item)
        self._redraw_soon({number})

    def drop(self, lane: str, item_id: str) -> None:
        """Take an item off the lane of this name; KeyError where it is not on it."""
        number, holder = self._numbered(lane, ItemLane)
        holder.remove(item_id)
        self._redraw_soon({number})

    def append(self, lane: str, samples: Iterable[Sample]) -> None:
        """Add samples to the trace of this name, as they are made."""
        number, trace = self._numbered(lane, TraceLane)
        trace.add(samples)
        self._redraw_soon({number})

    def lane_changed(self, lane: str) -> None:
        """What the lane of this name shows has changed, in itself or in an index that it shows: draw it anew."""
        self._redraw_soon({self._numbered(lane, Lane)[0]})

    def add_peaks(self, chunk: PeakChunk) -> None:
        """Take in some of the sound's outline, in any order; it shows in every lane of sound.

        A long chunk is taken in by parts, with the screen free in between.
        """
        size = 4 * _BINS_AT_ONCE if self.is_mounted else max(1, len(chunk.pairs))
        waiting = bool(self._peaks_waiting)
        for at in range(0, len(chunk.pairs), size):
            self._peaks_waiting.append(PeakChunk(chunk.first_bin + at // 4, chunk.pairs[at : at + size]))
        if not waiting:
            self._take_peaks_in()

    def _take_peaks_in(self) -> None:
        if not self._peaks_waiting:
            return
        part = self._peaks_waiting.popleft()
        lanes = {number: lane for number, lane in enumerate(self.lanes) if isinstance(lane, PeaksLane)}
        for lane in lanes.values():
            lane.add(part)
        self._sound_stale = True
        self._redraw_soon(set(lanes))
        if self._peaks_waiting:
            self.call_later(self._take_peaks_in)

    # The playhead

    def move_playhead(self, ms: int) -> None:
        """Move the playhead; only the cells that it leaves and enters are drawn, and only if it changes its cell."""
        was_ms, self.playhead_ms = self.playhead_ms, min(max(0, ms), self.scale.duration_ms)
        if self.following:
            followed = self.scale.followed(was_ms, self.playhead_ms, centre=self._centre)
            if followed is not self.scale:
                self.scale = followed
                return
        self._refresh_playhead(was_ms, self.playhead_ms)

    def follow(self, on: bool, *, centre: bool = False) -> None:
        """Whether the view follows the playhead as it leaves: by pages, or with the playhead in the middle."""
        self.following, self._centre = on, centre
        if on and not self.scale.shows(self.playhead_ms):
            self.scale = self.scale.centred(self.playhead_ms)

    def _refresh_playhead(self, was_ms: int, now_ms: int) -> None:
        """Refresh a column one cell wide where the playhead was and where it is, and the same in the whole's row."""
        rows = self.rows
        moved = [
            Region(rows.gutter + cell, top, 1, stop - top)
            for top, stop in rows.blocks
            if (was := rows.playhead_cell(top, was_ms)) != (now := rows.playhead_cell(top, now_ms))
            for cell in (was, now)
            if cell is not None
        ]
        if moved:
            self.refresh(*moved)

    # The view

    def zoom_in(self, at_ms: int | None = None) -> None:
        """One step nearer; the time given (else the playhead's) keeps its place, or comes to the middle."""
        self._zoom(1, at_ms)

    def zoom_out(self, at_ms: int | None = None) -> None:
        """One step farther; the time given (else the playhead's) keeps its place, or comes to the middle."""
        self._zoom(-1, at_ms)

    def pan(self, cells: int) -> None:
        """Move the view so many cells on, or back where negative."""
        self.scale = self.scale.panned(cells)

    def scroll_lanes(self, rows: int) -> None:
        """Where there are more lanes than rows, show those so many rows further down, or up where negative."""
        self.rows.scroll(rows, self.size.height)
        self.refresh()

    def _zoom(self, steps: int, at_ms: int | None) -> None:
        self.scale = self.scale.zoomed(steps, self.playhead_ms if at_ms is None else at_ms)

    def watch_scale(self, old: Scale, new: Scale) -> None:
        """Draw everything at the new scale."""
        self.rows.scale = new
        self.rows.forget()
        self.refresh()
        if old.cell_ms != new.cell_ms:
            self.post_message(self.ZoomChanged(new.cell_ms))

    def watch_selected(self, old: str | None, new: str | None) -> None:
        """Draw the lanes anew that hold the one or the other."""
        self.rows.selected = new
        ids = [item_id for item_id in (old, new) if item_id is not None]
        self._redraw_soon({n for n, lane in enumerate(self.lanes) if any(map(lane.holds, ids))})

    # Drawing

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """All lanes, the ruler and the row of the whole session."""
        return natural_height(self.lanes)

    def on_resize(self) -> None:
        """Keep the zoom, and the playhead or else the middle in its place."""
        self._fit()
        # It was drawn for this size before it was told of it.
        self.refresh()

    def notify_style_update(self) -> None:
        """The theme is another: so are the styles of all tones."""
        super().notify_style_update()
        self.rows.restyle({})

    def render_line(self, y: int) -> Strip:
        """One row, from the segments kept, with the playhead in it."""
        rows = self.rows
        if not rows.styles:
            rows.restyle({tone: self.get_component_rich_style(f"timeline--{tone}") for tone in TONES})
        return rows.strip(y, self.playhead_ms) if y < len(rows.slots) else Strip.blank(self.size.width, self.rich_style)

    def _fit(self) -> None:
        width = self.rows.fit(self.size.width, self.size.height)
        around_ms = self.playhead_ms if self.scale.shows(self.playhead_ms) else self.scale.ms(self.scale.width // 2)
        self.scale = self.scale.resized(width, around_ms)

    def _redraw_soon(self, lanes: set[int]) -> None:
        """Draw lanes anew once what is waiting has come in; only cells that differ are refreshed."""
        if self.is_mounted and lanes:
            if not self._stale:
                self.call_later(self._redraw)
            self._stale |= lanes

    def _redraw(self) -> None:
        stale, self._stale = self._stale, set()
        sound, self._sound_stale = self._sound_stale, False
        for y, first, stop in self.rows.redrawn(stale, sound=sound):
            self.refresh(Region(first, y, stop - first, 1))

    def _numbered(self, name: str, kind: type[L]) -> tuple[int, L]:
        """The lane of a name and its number; KeyError where there is none of the name and the kind."""
        for number, lane in enumerate(self.lanes):
            if lane.name == name and isinstance(lane, kind):
                return number, lane
        raise KeyError(name)


def _named_apart(lanes: Sequence[Lane]) -> tuple[Lane, ...]:
    if len({lane.name for lane in lanes}) < len(lanes):
        raise ValueError("two lanes have one name")
    return tuple(lanes)
