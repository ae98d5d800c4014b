"""Fields set by keys in a pane beside the timeline: nothing to open, nothing to close, each change kept at once."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from rich.cells import cell_len
from rich.segment import Segment
from textual.events import Click
from textual.strip import Strip
from textual.widget import Widget

LABEL_CELLS = 13

Levels = tuple[tuple[Any, str], ...]
"""What a field can be set to: the values, and their texts."""


class Field(msgspec.Struct, frozen=True):
    """One field: its name, label, levels as (value, text), and the value it has (None: not judged).

    A digit that sets one that `advances` goes on to the next field.
    """

    name: str
    label: str
    levels: Levels
    value: Any = None
    advances: bool = False

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


def level_on(levels: Levels, digit: str) -> tuple[Any, str] | None:
    """The level that a digit sets: the one that is called so, or where none is a number, the one at that place."""
    if any(text.isdigit() for _, text in levels):
        return next((one for one in levels if one[1] == digit), None)
    return levels[int(digit) - 1] if 1 <= int(digit) <= len(levels) else None


def stretch_that_fits(widths: Sequence[int], place: int, room: int) -> tuple[int, int]:
    """The stretch of levels, as first and after-last, that holds `place` and fits into `room` cells."""
    first, last, used = place, place + 1, widths[place] if widths else 0
    while True:
        if last < len(widths) and used + widths[last] <= room:
            used += widths[last]
            last += 1
        elif first > 0 and used + widths[first - 1] <= room:
            first -= 1
            used += widths[first]
        else:
            return first, last


class FieldsPane(Widget, can_focus=False):
    """A list of fields: ↑↓ chooses one, ←→ or a digit sets it, backspace empties it, Enter is done.

    `changed` is told each new value at once, `done` that the pane may go.
    """

    COMPONENT_CLASSES = {"fields--label", "fields--level", "fields--set", "fields--here", "fields--title"}
    DEFAULT_CSS = """
    FieldsPane { height: auto; padding: 0 1; }
    FieldsPane > .fields--title { text-style: bold; color: $accent; }
    FieldsPane > .fields--label { color: $text-muted; }
    FieldsPane > .fields--level { color: $text-muted; }
    FieldsPane > .fields--set { color: $text; text-style: bold reverse; }
    FieldsPane > .fields--here { color: $accent; text-style: bold; }
    """

    def __init__(
        self,
        title: str,
        fields: list[Field],
        changed: Callable[[str, Any], None],
        done: Callable[[], None],
        *,
        name: str,
    ) -> None:
        super().__init__(name=name)
        self._title = title
        self._fields = fields
        self._changed = changed
        self._done = done
        self._here = 0

    def get_content_height(self, container: Any, viewport: Any, width: int) -> int:  # noqa: ARG002
        """A title, and a line for each field."""
        return len(self._fields) + 1

    def press(self, key: str) -> bool:
        """Carry a key out at once, in the order in which they come; False where it is none of the pane's."""
        match key:
            case "up" | "down":
                here = self._here + (1 if key == "down" else -1)
                self._here = max(0, min(len(self._fields) - 1, here))
                self.refresh()
            case "left" | "right":
                self._set(self._fields[self._here].moved(1 if key == "right" else -1))
            case "delete" | "backspace":
                self._set(None)
            case "enter":
                self._done()
            case _ if key.isdigit():
                self._press_digit(key)
            case _:
                return False
        return True

    def _press_digit(self, key: str) -> None:
        field = self._fields[self._here]
        level = level_on(field.levels, key)
        if level is None:
            return
        self._set(level[0])
        if field.advances:
            self._here = min(self._here + 1, len(self._fields) - 1)
            self.refresh()

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
            segments = [Segment(self._title, style("fields--title"))]
            if cell_len(self._title + hint) <= self.size.width:
                segments.append(Segment(hint, style("fields--label")))
        elif y <= len(self._fields):
            segments = self._field_line(self._fields[y - 1], here=y - 1 == self._here)
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
        first, last = stretch_that_fits([len(text) + 2 for _, text in field.levels], field.place, room)
        before, after = "‹" if first else " ", " ›" if last < len(field.levels) else ""
        shown = [(value, f" {text} ") for value, text in field.levels[first:last]]
        return [(_LABEL, f" {field.label:<{LABEL_CELLS - 2}}{before}"), *shown, (_LABEL, after)]

    def _set(self, value: Any) -> None:
        field = self._fields[self._here]
        if value != field.value:
            self._fields[self._here] = msgspec.structs.replace(field, value=value)
            self._changed(field.name, value)
        self.refresh()


_LABEL = object()
