"""A form over the library: a line for each field, Enter keeps it all, what does not fit is said in the form."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import msgspec
from rich.segment import Segment
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.events import Click, Key
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static

from iprtool.model.errors import IprtoolError
from iprtool.screens.dialog import Dialog
from iprtool.screens.paths import PathInput


class FormField(msgspec.Struct, frozen=True):
    """One field: its name, label, value, and, for a choice, its levels as (value, text).

    A `path` is completed as it is typed. `after` names the field that must hold something before this one is shown.
    """

    name: str
    label: str
    value: str = ""
    kind: Literal["text", "path", "choice"] = "text"
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    after: str | None = None


class ChoiceLine(Widget, can_focus=True):
    """One of a few: ←→ or a first letter chooses."""

    COMPONENT_CLASSES = {"choice--set", "choice--other"}
    DEFAULT_CSS = """
    ChoiceLine { height: 1; width: 1fr; }
    ChoiceLine > .choice--set { text-style: bold reverse; }
    ChoiceLine > .choice--other { color: $text-muted; }
    ChoiceLine:focus { background: $boost; }
    """

    def __init__(self, choices: Sequence[tuple[str, str]], value: str, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._choices = list(choices)
        values = [one for one, _ in choices]
        self._at = values.index(value) if value in values else 0

    @property
    def value(self) -> str:
        """The one that is chosen."""
        return self._choices[self._at][0] if self._choices else ""

    def on_key(self, event: Key) -> None:
        """The next, the one before, or the next that begins with a letter."""
        if event.key in ("left", "right"):
            self._move(1 if event.key == "right" else -1)
        elif event.character is not None and event.character.isalnum():
            letter = event.character.casefold()
            order = [*range(self._at + 1, len(self._choices)), *range(self._at + 1)]
            found = (at for at in order if self._choices[at][1].casefold().startswith(letter))
            self._at = next(found, self._at)
            self.refresh()
        else:
            return
        event.stop()

    def on_click(self, event: Click) -> None:
        """The one under the pointer."""
        at, first = 1, self._first()
        for index in range(first, len(self._choices)):
            at += len(self._choices[index][1]) + 3
            if event.x < at:
                self._at = index
                break
        self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        """The one that is chosen in brackets, with the others as there is room for; ‹ and › where there are more."""
        style, first = self.get_component_rich_style, self._first()
        other, room = style("choice--other"), self.size.width - 2
        segments = [Segment("‹" if first else " ", other)]
        for index, (_, text) in enumerate(self._choices[first:], first):
            room -= len(text) + 3
            if room < 0:
                segments.append(Segment("›", other))
                break
            chosen = index == self._at
            name = "choice--set" if chosen else "choice--other"
            segments.append(Segment(f"[{text}]" if chosen else f" {text} ", style(name)))
            segments.append(Segment(" ", self.rich_style))
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def _first(self) -> int:
        """From which on they are shown, so that the chosen one is among them."""
        first, room = self._at, self.size.width - len(self._choices[self._at][1]) - 5 if self._choices else 0
        while first > 0 and room >= len(self._choices[first - 1][1]) + 3:
            first -= 1
            room -= len(self._choices[first][1]) + 3
        return first

    def _move(self, by: int) -> None:
        self._at = (self._at + by) % len(self._choices)
        self.refresh()


class FormScreen(Dialog[Any]):
    """The fields under a title; `take` is given their values by name, and raises IprtoolError where they don't fit.

    It is left with what `take` gives, or with None. Notices wait until then: they would lie over its fields.
    """

    CSS = """
    FormScreen { align: center middle; }
    FormScreen #form { width: 78; max-width: 98%; height: auto; max-height: 96%; }
    FormScreen #form { border: round $primary; background: $surface; padding: 0 1; }
    FormScreen .form-row { height: 1; width: 1fr; }
    FormScreen .form-label { width: 17; color: $text-muted; }
    FormScreen Input { width: 1fr; }
    FormScreen #form-title { text-style: bold; color: $accent; width: 1fr; }
    FormScreen #form-about, FormScreen #form-hint { color: $text-muted; width: 1fr; }
    FormScreen #form-error { color: $text-error; width: 1fr; }
    FormScreen Toast { display: none; }
    """
    BINDINGS = [
        # None with priority: it would overtake what was typed before it.
        Binding("enter", "keep", show=False),
        Binding("escape", "leave", show=False),
        Binding("ctrl+q", "leave", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("tab", "app.focus_next", show=False),
        Binding("shift+tab", "app.focus_previous", show=False),
        Binding("ctrl+o", "pick", show=False),
    ]

    def __init__(
        self, title: str, fields: Sequence[FormField], take: Callable[[dict[str, str]], object], *, about: str = ""
    ) -> None:
        super().__init__()
        self._title = title
        self._fields = list(fields)
        self._take = take
        self._about = about
        self._refused: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """Title, fields, what is wrong, and the keys."""
        with VerticalScroll(id="form", can_focus=False):
            yield Static(self._title, id="form-title", markup=False)
            if self._about:
                yield Static(self._about, id="form-about", markup=False)
            for field in self._fields:
                with Horizontal(classes="form-row", id=f"row-{field.name}"):
                    yield Static(field.label, classes="form-label", markup=False)
                    yield self._widget(field)
            yield Static("", id="form-error", markup=False)
            yield Static(self._keys(), id="form-hint", markup=False)

    def _widget(self, field: FormField) -> Widget:
        if field.kind == "choice":
            return ChoiceLine(field.choices, field.value, id=field.name)
        made = PathInput if field.kind == "path" else Input
        line = made(field.value, placeholder=field.hint, id=field.name, compact=True)
        # What is only begun (D05-) is written on, what is whole is written over.
        line.select_on_focus = not field.value.endswith("-")
        return line

    def _keys(self) -> str:
        keys = ["enter keeps", "tab next", "esc leaves it as it was"]
        if any(one.kind == "choice" for one in self._fields):
            keys.insert(2, "←→ choose")
        if any(one.kind == "path" for one in self._fields):
            keys.insert(2, "→ completes · ctrl+o files")
        return " · ".join(keys)

    def on_mount(self) -> None:
        """The first field is ready to be written in."""
        self._show_rows()
        self.query_one(f"#{self._fields[0].name}").focus()

    @on(Input.Changed)
    def _typed(self) -> None:
        if self.values != self._refused:
            self.query_one("#form-error", Static).update("")
        self._show_rows()

    def _show_rows(self) -> None:
        values = self.values
        for field in self._fields:
            shown = field.after is None or bool(values[field.after].strip() or values[field.name].strip())
            self.query_one(f"#row-{field.name}").display = shown

    @property
    def values(self) -> dict[str, str]:
        """What the fields hold."""
        return {one.name: self._value(one) for one in self._fields}

    def _value(self, field: FormField) -> str:
        widget = self.query_one(f"#{field.name}")
        return widget.value if isinstance(widget, Input | ChoiceLine) else ""

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_keep()

    def action_keep(self) -> None:
        """Enter: it is all kept, once, or it is said what does not fit."""
        if not self.is_current:
            return
        try:
            result = self._take(self.values)
        except IprtoolError as error:
            self._refused = self.values
            self.query_one("#form-error", Static).update(str(error))
            return
        self.dismiss(result)

    def action_leave(self) -> None:
        """Nothing is kept."""
        self.dismiss(None)

    def action_pick(self) -> None:
        """ctrl+o: choose files, for the path that is being written and those after it."""
        from iprtool.screens.file_picker import FilePicker

        here = self.focused
        if isinstance(here, PathInput):
            self.app.push_screen(FilePicker(here.value), self._picked)

    def _picked(self, paths: list[str] | None) -> None:
        inputs = list(self.query(PathInput))
        at = next((index for index, one in enumerate(inputs) if one is self.focused), 0)
        for one, path in zip(inputs[at:], paths or (), strict=False):
            one.value = path
            one.cursor_position = len(path)
