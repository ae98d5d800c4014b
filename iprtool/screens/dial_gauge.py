"""The dial, large: nine levels one over the other, filled from neutral to where it stands, each in words."""

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from iprtool.dial.scale import HIGHEST, LOWEST, NEUTRAL, label, within

_LEVELS = HIGHEST - LOWEST + 1
_WORDS = max(len(label(level)) for level in range(LOWEST, HIGHEST + 1))


class Gauge(Widget, can_focus=False):
    """Shows where the dial stands, by place, sign and words; clicked, dragged or with the wheel it is `Turned`."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {"gauge--level", "gauge--helpful", "gauge--hindering", "gauge--here"}
    DEFAULT_CSS = """
    Gauge { height: 1fr; width: 1fr; }
    Gauge > .gauge--level { color: $text-muted; }
    Gauge > .gauge--helpful { color: $text-success; }
    Gauge > .gauge--hindering { color: $text-warning; }
    Gauge > .gauge--here { color: $text; text-style: bold reverse; }
    """

    value: reactive[float] = reactive[float](NEUTRAL, repaint=False, init=False)
    """Where the dial stands, 1 to 9."""

    class Turned(Message):
        """The person set the dial here."""

        def __init__(self, value: float) -> None:
            super().__init__()
            self.value = value

    _held = False

    def watch_value(self, old: float, new: float) -> None:
        """Draw the levels anew from where the dial was to where it is; all where not all have room."""
        rows = self._rows_a_level
        if self.size.height < _LEVELS:
            self.refresh()
            return
        highest, lowest = max(round(old), round(new)), min(round(old), round(new))
        top = self._margin + (HIGHEST - highest) * rows
        self.refresh(Region(0, top, self.size.width, (highest - lowest + 1) * rows))

    def render_line(self, y: int) -> Strip:
        """One row: the level's number, the bar, its words; the level that the dial is at stands out."""
        level, is_middle = self._level_at(y)
        if not LOWEST <= level <= HIGHEST:
            return Strip.blank(self.size.width, self.rich_style)
        style = self.get_component_rich_style
        here = level == round(self.value)
        tone = "gauge--helpful" if level > NEUTRAL else "gauge--hindering" if level < NEUTRAL else "gauge--level"
        number = f"{'▶' if here else ' '} {level} " if is_middle else "    "
        words = f" {label(level)} ".ljust(_WORDS + 2) if is_middle else ""
        bar = self._sign(level, is_middle=is_middle) * self._bar_cells
        plain = style("gauge--here") if here and is_middle else style("gauge--level")
        segments = [Segment(number, plain), Segment(bar, style(tone)), Segment(words, plain)]
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def _sign(self, level: int, *, is_middle: bool) -> str:
        """█ what is filled towards helpful, ▒ towards hindering, ─ neutral, · what the dial is not at."""
        if level == NEUTRAL:
            return "─" if is_middle else " "
        if NEUTRAL < level <= round(self.value):
            return "█"
        if round(self.value) <= level < NEUTRAL:
            return "▒"
        return "·" if is_middle else " "

    @property
    def _bar_cells(self) -> int:
        return max(2, min(24, self.size.width - _WORDS - 8))

    @property
    def _rows_a_level(self) -> int:
        return max(1, self.size.height // _LEVELS)

    @property
    def _margin(self) -> int:
        """The empty rows above."""
        return (self.size.height - self._rows_a_level * _LEVELS) // 2

    def _level_at(self, y: int) -> tuple[int, bool]:
        """The level of a row, and whether the row is its middle one; where not all have room, those around here."""
        rows, height = self._rows_a_level, self.size.height
        if height >= _LEVELS:
            down, row = divmod(y - self._margin, rows)
            return HIGHEST - down, row == rows // 2
        highest = min(HIGHEST, max(LOWEST + height - 1, round(self.value) + height // 2))
        return highest - y, True

    # The mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A press sets the dial, and holds it."""
        if event.button == 1:
            event.stop()
            self._held = True
            self.capture_mouse()
            self._point(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """While it is held, the dial goes along."""
        if self._held:
            event.stop()
            self._point(event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """The dial is let go."""
        if self._held:
            event.stop()
            self._held = False
            self.release_mouse()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """A step towards helpful."""
        self._turn(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """A step towards hindering."""
        self._turn(event, -1)

    def _turn(self, event: events.MouseEvent, by: int) -> None:
        event.stop()
        self.post_message(self.Turned(within(self.value + by)))

    def _point(self, event: events.MouseEvent) -> None:
        level = within(self._level_at(event.get_content_offset_capture(self).y)[0])
        if level != self.value:
            self.post_message(self.Turned(level))
