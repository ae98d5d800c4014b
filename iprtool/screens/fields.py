"""Fields set by keys in a pane beside the timeline: nothing to open, nothing to close, each change kept at once."""

from typing import Any

import msgspec
from rich.segment import Segment
from textual.binding import Binding
from textual.events import Click, Key
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

LABEL_CELLS = 13


class Field(msgspec.Struct, frozen=True):
    """One field: its name, label, levels as (value, text), and the value it has (None: not judged)."""

    name: str
    label: str
    levels: tuple[tuple[Any, str], ...]
    value: Any = None

    @property
    def place(self) -> int:
        """Where its value is among the levels; the first where it is not judged."""
        return next((index for index, (value, _) in enumerate(self.levels) if value == self.value), 0)

    def moved(self, by: int) -> Any:
        """The value so many levels on; from none, the first or the last; beyond an end comes the other."""
        values = [value for value, _ in self.levels]
        if self.value not in values:
            return values[0] if by > 0 else values[-1]
        return values[(values.index(self.value) + by) % len(values)]


def _window(widths: list[int], place: int, room: int) -> tuple[int, int]:
    """The stretch of levels, as first and after-last, that holds `place` and fits into `room` cells."""
    first, last, used = place, place + 1, widths[place]
    while True:
        if last < len(widths) and used + widths[last] <= room:
            used += widths[last]
            last += 1
        elif first > 0 and used + widths[first - 1] <= room:
            first -= 1
            used += widths[first]
        else:
            return first, last


class FieldsPane(Widget, can_focus=True):
    """A list of fields: ↑↓ chooses one, ←→ or a digit sets it, backspace empties it, Enter is done."""

    COMPONENT_CLASSES = {"fields--label", "fields--level", "fields--set", "fields--here", "fields--title"}
    DEFAULT_CSS = """
    FieldsPane { height: auto; padding: 0 1; }
    FieldsPane > .fields--title { text-style: bold; color: $accent; }
    FieldsPane > .fields--label { color: $text-muted; }
    FieldsPane > .fields--level { color: $text-muted; }
    FieldsPane > .fields--set { color: $text; text-style: bold reverse; }
    FieldsPane > .fields--here { color: $accent; text-style: bold; }
    """
    BINDINGS = [
        Binding("up", "go(-1)", show=False),
        Binding("down", "go(1)", show=False),
        Binding("left", "move(-1)", show=False),
        Binding("right", "move(1)", show=False),
        Binding("delete,backspace", "empty", show=False),
        Binding("enter", "done", show=False),
    ]

    class Changed(Message):
        """A field has another value."""

        def __init__(self, name: str, value: Any) -> None:
            super().__init__()
            self.name = name
            self.value = value

    class Done(Message):
        """Enter: the pane may go."""

    def __init__(self, title: str, fields: list[Field], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._title = title
        self._fields = fields
        self._here = 0

    def get_content_height(self, container: Any, viewport: Any, width: int) -> int:  # noqa: ARG002
        """A title, and a line for each field."""
        return len(self._fields) + 1

    def action_go(self, by: int) -> None:
        """Another field."""
        self._here = max(0, min(len(self._fields) - 1, self._here + by))
        self.refresh()

    def action_move(self, by: int) -> None:
        """Another level of this field."""
        self._set(self._fields[self._here].moved(by))

    def action_empty(self) -> None:
        """Not judged, after all."""
        self._set(None)

    def action_done(self) -> None:
        """The pane may go."""
        self.post_message(self.Done())

    def on_key(self, event: Key) -> None:
        """A digit sets the level of that number."""
        levels = self._fields[self._here].levels
        if event.key.isdigit():
            event.stop()
            event.prevent_default()
            numbered = [value for value, text in levels if text == event.key]
            if numbered:
                self._set(numbered[0])
            elif 1 <= int(event.key) <= len(levels) and not any(text.isdigit() for _, text in levels):
                self._set(levels[int(event.key) - 1][0])

    def on_click(self, event: Click) -> None:
        """A click on a line chooses its field; on a level, sets it."""
        index = event.y - 1
        if not 0 <= index < len(self._fields):
            return
        self._here = index
        at = 0
        for value, text in self._spans(self._fields[index]):
            if at <= event.x - 1 < at + len(text) and value is not _LABEL:
                self._set(value)
                return
            at += len(text)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The title, or a field with its levels."""
        style = self.get_component_rich_style
        if y == 0:
            hint = "   ↑↓ field · ←→ or digit · enter done"
            segments = [Segment(self._title, style("fields--title")), Segment(hint, style("fields--label"))]
        elif y <= len(self._fields):
            segments = self._field_line(self._fields[y - 1], here=y - 1 == self._here and self.has_focus)
        else:
            segments = []
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def _field_line(self, field: Field, *, here: bool) -> list[Segment]:
        style = self.get_component_rich_style
        segments: list[Segment] = []
        for value, text in self._spans(field):
            if value is _LABEL:
                name = "fields--here" if here else "fields--label"
                segments.append(Segment("▸" + text[1:] if here and not segments else text, style(name)))
            elif value == field.value and field.value is not None:
                segments.append(Segment(f"[{text.strip()}]", style("fields--set")))
            else:
                segments.append(Segment(text, style("fields--level")))
        return segments

    def _spans(self, field: Field) -> list[tuple[Any, str]]:
        """The pieces of a field's line: the label, then its levels, as many around its value as there is room for."""
        room = max(8, self.size.width - LABEL_CELLS - 2)
        first, last = _window([len(text) + 2 for _, text in field.levels], field.place, room)
        before, after = "‹" if first else " ", " ›" if last < len(field.levels) else ""
        shown = [(value, f" {text} ") for value, text in field.levels[first:last]]
        return [(_LABEL, f" {field.label:<{LABEL_CELLS - 2}}{before}"), *shown, (_LABEL, after)]

    def _set(self, value: Any) -> None:
        field = self._fields[self._here]
        if value != field.value:
            self._fields[self._here] = msgspec.structs.replace(field, value=value)
            self.post_message(self.Changed(field.name, value))
        self.refresh()


_LABEL = object()
