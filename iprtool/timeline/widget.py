"""The timeline as a widget: the canvas with the mouse on it."""

from typing import NamedTuple

from textual import events
from textual.message import Message

from iprtool.timeline.canvas import TimelineCanvas
from iprtool.timeline.lanes.layout import Slot
from iprtool.timeline.scale import Scale

_WHEEL_CELLS, _WHEEL_ROWS = 8, 1


class _Drag(NamedTuple):
    """A drag under way: where it began, at what scale, and which cell it reached."""

    slot: Slot
    begun_cell: int
    begun_scale: Scale
    cell: int


class TimelineView(TimelineCanvas):
    """The timeline that can be pointed at; it leaves it to the screen to act, and binds no keys.

    A click or drag seeks, or chooses an item; the wheel zooms at the pointer, over the names or with ctrl it scrolls
    the lanes; shift and wheel, or a drag on the ruler, pan; a click or drag on the row of the whole session moves the
    view there.
    """

    class Seek(Message):
        """The person pointed at a time."""

        def __init__(self, ms: int) -> None:
            super().__init__()
            self.ms = ms

    class ItemChosen(Message):
        """The person clicked on an item: the lane's name and the item's id."""

        def __init__(self, lane: str, item_id: str) -> None:
            super().__init__()
            self.lane = lane
            self.item_id = item_id

    _drag: _Drag | None = None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A press on an item chooses it; elsewhere it begins a drag."""
        under = self._under(event)
        if event.button != 1 or under is None:
            return
        event.stop()
        slot, cell = under
        if slot.kind == "lane":
            lane = self.lanes[slot.lane]
            item_id = lane.item_at(self.scale, slot.row, cell, self.selected)
            if item_id is not None:
                self.post_message(self.ItemChosen(lane.name, item_id))
                return
        self._drag = _Drag(slot, cell, self.scale, cell)
        self.capture_mouse()
        self._dragged(self._drag)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """A drag seeks, pans, or moves the view over the whole session."""
        if self._drag is not None:
            event.stop()
            x = event.get_content_offset_capture(self).x
            cell = min(max(0, x - self.rows.gutter), self.scale.width - 1)
            if cell != self._drag.cell:
                self._drag = self._drag._replace(cell=cell)
                self._dragged(self._drag)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """A press on the ruler without a drag seeks."""
        drag, self._drag = self._drag, None
        if drag is not None:
            event.stop()
            self.release_mouse()
            if drag.slot.kind == "ruler" and drag.begun_scale == self.scale:
                self._seek(drag.cell)

    def _dragged(self, drag: _Drag) -> None:
        match drag.slot.kind:
            case "ruler":
                self.scale = drag.begun_scale.panned(drag.begun_cell - drag.cell)
            case "whole":
                self.scale = self.scale.centred(self.rows.whole.ms(drag.cell))
            case _:
                self._seek(drag.cell)

    def _seek(self, cell: int) -> None:
        self.post_message(self.Seek(min(self.scale.ms(cell), self.scale.duration_ms)))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Nearer, back with shift, or up over the names."""
        self._wheel(event, -1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Farther, on with shift, or down over the names."""
        self._wheel(event, 1)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        """Back."""
        event.stop()
        self.pan(-_WHEEL_CELLS)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        """On."""
        event.stop()
        self.pan(_WHEEL_CELLS)

    def _wheel(self, event: events.MouseEvent, direction: int) -> None:
        event.stop()
        under = self._under(event)
        if event.shift:
            self.pan(direction * _WHEEL_CELLS)
        elif event.ctrl or under is None:
            self.scroll_lanes(direction * _WHEEL_ROWS)
        else:
            slot, cell = under
            scale = self.rows.whole if slot.kind == "whole" else self.scale
            (self.zoom_out if direction > 0 else self.zoom_in)(scale.ms(cell) + scale.cell_ms // 2)

    def _under(self, event: events.MouseEvent) -> tuple[Slot, int] | None:
        """What the pointer is on, and the cell; None over the names and where nothing is."""
        offset = event.get_content_offset(self)
        slot = self.rows.slots[offset.y] if offset is not None and offset.y < len(self.rows.slots) else None
        if offset is None or slot is None or slot.kind == "empty" or offset.x < self.rows.gutter:
            return None
        return slot, offset.x - self.rows.gutter
