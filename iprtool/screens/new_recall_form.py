"""A form of choices and texts, a line each: set by keys, in the order in which they come."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from rich.cells import cell_len
from rich.segment import Segment
from textual.events import Click, Key, Paste
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from iprtool.recall.beginning import Row
from iprtool.screens.fields import level_on, stretch_that_fits

LABEL_CELLS = 17
_LONGEST = 200


class FormPane(Widget, can_focus=True):
    """Lines to be set: ↑↓ or tab chooses one; ←→ or a digit sets a choice, any key writes into a text."""

    COMPONENT_CLASSES = {"form--label", "form--level", "form--set", "form--here", "form--hint"}
    DEFAULT_CSS = """
    FormPane { height: 1fr; padding: 0 1; }
    FormPane > .form--label { color: $text-muted; }
    FormPane > .form--level { color: $text-muted; }
    FormPane > .form--set { color: $text; text-style: bold; }
    FormPane > .form--here { color: $accent; text-style: bold; }
    FormPane > .form--hint { color: $text-muted; text-style: italic; }
    """
    ALLOW_SELECT = False

    class Changed(Message):
        """A line has another value."""

        def __init__(self, name: str, value: Any) -> None:
            super().__init__()
            self.name = name
            self.value = value

    def __init__(self, rows: Sequence[Row], changed: Callable[[str, Any], None], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._rows = list(rows)
        self._changed = changed
        self._here = 0
        self._caret = len(self.row.value or "") if self.is_text else 0
        self._top = 0

    @property
    def row(self) -> Row:
        """The line that is chosen."""
        return self._rows[self._here]

    @property
    def is_text(self) -> bool:
        """Whether the line that is chosen is a text."""
        return not self.row.levels

    def show(self, rows: Sequence[Row]) -> None:
        """Other lines; the one that was chosen stays so where it is still there."""
        name = self.row.name
        self._rows = list(rows)
        places = [place for place, row in enumerate(self._rows) if row.name == name]
        self._here = places[0] if places else min(self._here, len(self._rows) - 1)
        self._caret = min(self._caret, len(self.row.value or "")) if self.is_text else 0
        self.refresh()

    def choose(self, name: str) -> None:
        """Go to a line."""
        self._go(next((place for place, row in enumerate(self._rows) if row.name == name), self._here))

    # Keys

    def on_key(self, event: Key) -> None:
        """Carry a key out at once; what is none of the form's goes on to the screen."""
        if self._press(event.key, event.character if event.is_printable else None):
            event.stop()
            event.prevent_default()

    def on_paste(self, event: Paste) -> None:
        """A text that was pasted goes into a text."""
        if self.is_text:
            self._write("".join(one for one in event.text if one.isprintable()))
            event.stop()

    def _press(self, key: str, character: str | None) -> bool:
        match key:
            case "up" | "shift+tab":
                self._go(self._here - 1)
            case "down" | "tab":
                self._go(self._here + 1)
            case _ if self.is_text:
                return self._press_in_text(key, character)
            case "left" | "right" | "space":
                self._move(-1 if key == "left" else 1)
            case _ if key.isdigit():
                level = level_on(self.row.levels, key)
                if level is not None:
                    self._set(level[0])
            case _:
                return False
        return True

    def _press_in_text(self, key: str, character: str | None) -> bool:
        text, at = self.row.value or "", self._caret
        match key:
            case "left" | "right":
                self._caret = max(0, min(len(text), at + (1 if key == "right" else -1)))
            case "home" | "end":
                self._caret = len(text) if key == "end" else 0
            case "backspace" if at > 0:
                self._caret = at - 1
                self._set(text[: at - 1] + text[at:])
            case "delete":
                self._set(text[:at] + text[at + 1 :])
            case "ctrl+u":
                self._caret = 0
                self._set(text[at:])
            case "backspace":
                pass
            case _ if character is not None:
                self._write(character)
            case _:
                return False
        self.refresh()
        return True

    def _write(self, written: str) -> None:
        text = self.row.value or ""
        written = written[: max(0, _LONGEST - len(text))]
        before, after = text[: self._caret], text[self._caret :]
        self._caret += len(written)
        self._set(before + written + after)

    def _go(self, place: int) -> None:
        self._here = max(0, min(len(self._rows) - 1, place))
        self._caret = len(self.row.value or "") if self.is_text else 0
        self.refresh()

    def _move(self, by: int) -> None:
        values = [value for value, _ in self.row.levels]
        at = values.index(self.row.value) if self.row.value in values else -1
        self._set(values[(at + by) % len(values)])

    def _set(self, value: Any) -> None:
        if value != self.row.value:
            self._rows[self._here] = msgspec.structs.replace(self.row, value=value)
            self._changed(self.row.name, value)
        self.refresh()

    def on_click(self, event: Click) -> None:
        """A click chooses a line; on a level, it sets it."""
        place = self._top + event.y
        if not 0 <= place < len(self._rows):
            return
        self._go(place)
        at = 1 + LABEL_CELLS
        for value, text in self._levels_shown(self.row):
            if at <= event.x < at + cell_len(text) and value is not _MORE:
                self._set(value)
                return
            at += cell_len(text)

    # Showing

    def render_line(self, y: int) -> Strip:
        """A line of the form; those above are scrolled away where there is not room for all."""
        room = max(1, self.size.height)
        self._top = max(0, min(self._top, len(self._rows) - room))
        if not self._top <= self._here < self._top + room:
            self._top = max(0, self._here - room + 1)
        place = self._top + y
        segments = self._line(self._rows[place], here=place == self._here) if place < len(self._rows) else []
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def _line(self, row: Row, *, here: bool) -> list[Segment]:
        style = self.get_component_rich_style
        mark = "▸" if here else " "
        label = Segment(f"{mark}{row.label:<{LABEL_CELLS - 1}}", style("form--here" if here else "form--label"))
        return [label, *(self._choice(row) if row.levels else self._text(row, here=here))]

    def _choice(self, row: Row) -> list[Segment]:
        style = self.get_component_rich_style
        return [
            Segment(text, style("form--set" if value == row.value and value is not _MORE else "form--level"))
            for value, text in self._levels_shown(row)
        ]

    def _text(self, row: Row, *, here: bool) -> list[Segment]:
        style, text = self.get_component_rich_style, row.value or ""
        if not here:
            return [Segment(f" {text}", style("form--set")) if text else Segment(f" {row.hint}", style("form--hint"))]
        room = max(8, self.size.width - LABEL_CELLS - 3)
        start = max(0, self._caret - room)
        shown = f" {text[start : self._caret]}▏{text[self._caret : start + room]}"
        hint = [] if text else [Segment(row.hint, style("form--hint"))]
        return [Segment(shown, style("form--set")), *hint]

    def _levels_shown(self, row: Row) -> list[tuple[Any, str]]:
        """As many levels around the one that is set as there is room for; that one stands in brackets."""
        texts = [f"[{text}]" if value == row.value else f" {text} " for value, text in row.levels]
        room = max(8, self.size.width - LABEL_CELLS - 4)
        here = next((place for place, (value, _) in enumerate(row.levels) if value == row.value), 0)
        first, last = stretch_that_fits([cell_len(text) for text in texts], here, room)
        shown = [(row.levels[place][0], texts[place]) for place in range(first, last)]
        return [(_MORE, "‹" if first else " "), *shown, (_MORE, "›" if last < len(texts) else "")]


_MORE = object()
