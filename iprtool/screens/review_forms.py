"""The forms of a review, which open beside what is looked at: fields with texts, and lists that typing narrows.

A form is given keys by its screen, each at once and in its order; what it does not take is a command as ever.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from rich.segment import Segment
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Click
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from iprtool.commands import Command
from iprtool.screens.fields import LABEL_CELLS, Field, FieldsPane

CARET = "▏"


class Text(NamedTuple):
    """A line of text in a form: its name, label, and what is written there."""

    name: str
    label: str
    text: str


class FieldsForm(FieldsPane):
    """Fields set by keys, with lines of text below them; each change is kept at once, a text when its line is left.

    Enter and Esc close it. `keys` are those of the key line.
    """

    def __init__(
        self,
        title: str,
        fields: list[Field],
        texts: list[Text],
        changed: Callable[[str, Any], None],
        done: Callable[[], None],
        *,
        name: str,
        keys: tuple[Command, ...],
    ) -> None:
        super().__init__(title, fields, changed, done, name=name)
        self.keys = keys
        self._texts = texts

    def renew(self, title: str, fields: list[Field], texts: list[Text]) -> None:
        """Show other values; a text that is being written stays."""
        kept = self._text
        self._title, self._fields = title, fields
        self._texts = [kept if kept and one.name == kept.name else one for one in texts]
        self.refresh()

    @property
    def _text(self) -> Text | None:
        """The line of text that is being written."""
        at = self._here - len(self._fields)
        return self._texts[at] if at >= 0 else None

    def get_content_height(self, container: Any, viewport: Any, width: int) -> int:
        """A title, and a line for each field and each text."""
        return super().get_content_height(container, viewport, width) + len(self._texts)

    def take(self, key: str, character: str | None) -> bool:
        """Carry a key out; False where it is none of the form's."""
        if key in ("up", "down"):
            self._go(self._here + (1 if key == "down" else -1))
        elif key in ("enter", "escape"):
            self._keep()
            self._done()
        elif (text := self._text) is None:
            return self.press(key)
        elif key == "backspace":
            self._write(text.text[:-1])
        elif character is not None and character.isprintable():
            self._write(text.text + character)
        else:
            return key in ("left", "right", "delete")
        return True

    def paste(self, text: str) -> None:
        """Put a text in where one is being written, as one line."""
        if (writing := self._text) is not None:
            self._write(writing.text + " ".join(text.split()))

    def on_click(self, event: Click) -> None:
        """A click on a text writes in it; on a field it is as ever."""
        at = event.y - 1 - len(self._fields)
        if 0 <= at < len(self._texts):
            self._go(event.y - 1)
        elif event.y <= len(self._fields):
            self._keep()
            super().on_click(event)

    def render_line(self, y: int) -> Strip:
        """The title, a field, or a text, of which the end is seen."""
        at = y - 1 - len(self._fields)
        if y == 0:
            title = [Segment(self._title, self.get_component_rich_style("fields--title"))]
            return Strip(title).adjust_cell_length(self.size.width, self.rich_style)
        if not 0 <= at < len(self._texts):
            return super().render_line(y)
        one, style = self._texts[at], self.get_component_rich_style
        writing = one is self._text
        label = f"{'▸' if writing else ' '}{one.label:<{LABEL_CELLS - 1}}"
        room = max(1, self.size.width - LABEL_CELLS - 3)
        shown = f"…{one.text[1 - room :]}" if len(one.text) > room else one.text
        segments = [
            Segment(label, style("fields--here" if writing else "fields--label")),
            Segment(shown, style("fields--text")),
            Segment(CARET if writing else "", style("fields--here")),
        ]
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    COMPONENT_CLASSES = {"fields--text"}
    DEFAULT_CSS = "FieldsForm > .fields--text { color: $text; }"

    def _go(self, row: int) -> None:
        self._keep()
        self._here = max(0, min(len(self._fields) + len(self._texts) - 1, row))
        if isinstance(self.parent, Widget):
            self.parent.scroll_to_region(Region(0, self._here + 1, 1, 1), animate=False)
        self.refresh()

    def _write(self, text: str) -> None:
        at = self._here - len(self._fields)
        self._texts[at] = self._texts[at]._replace(text=text)
        self.refresh()

    def _keep(self) -> None:
        if (text := self._text) is not None:
            self._changed(text.name, text.text.strip())


class Listed(NamedTuple):
    """What a list shows for what was typed: a title, the entries as (id, text), and the one that is lit first."""

    title: str
    entries: list[tuple[str, str]]
    lit: int = 0


class ListForm(Vertical):
    """A list to take an entry from: what is typed narrows it, arrows go through it, Enter takes, Esc leaves.

    `moved` is told which entry is lit once the arrows are used; `others` are keys that do something with the one lit.
    """

    DEFAULT_CSS = """
    ListForm { height: 1fr; padding: 0 1; }
    ListForm > #list-title { color: $accent; text-style: bold; }
    ListForm > #list-typed { background: $boost; color: $text; }
    ListForm > OptionList { border: none; height: 1fr; padding: 0; background: transparent; }
    """

    def __init__(
        self,
        listed: Callable[[str], Listed],
        taken: Callable[[str | None, str], None],
        *,
        name: str,
        keys: tuple[Command, ...],
        typed: str = "",
        moved: Callable[[str], None] = lambda _: None,
        others: dict[str, Callable[[str], None]] | None = None,
        hint: str = "type a part of it",
    ) -> None:
        super().__init__(name=name)
        self.keys = keys
        self.typed = typed
        self._listed = listed
        self._taken = taken
        self._moved = moved
        self._others = others or {}
        self._hint = hint

    def compose(self) -> ComposeResult:
        """A title, what is typed, and what there is for it."""
        yield Static("", id="list-title", markup=False)
        yield Static("", id="list-typed", markup=False)
        options = OptionList(compact=True, markup=False)
        options.can_focus = False
        yield options

    def on_mount(self) -> None:
        """What there is at the beginning."""
        self.show()

    def take(self, key: str, character: str | None) -> bool:
        """Carry a key out; False where it is none of the list's."""
        options = self.query_one(OptionList)
        match key:
            case "up" | "down":
                (options.action_cursor_up if key == "up" else options.action_cursor_down)()
                if (lit := self.lit) is not None:
                    self._moved(lit)
            case "enter":
                self._taken(self.lit, self.typed)
            case "escape":
                self._taken(None, "")
            case "backspace":
                self._type(self.typed[:-1])
            case _ if key in self._others and (lit := self.lit) is not None:
                self._others[key](lit)
            case _ if character is not None and character.isprintable():
                self._type(self.typed + character)
            case _:
                return False
        return True

    @property
    def lit(self) -> str | None:
        """The id of the entry that is lit."""
        options = self.query_one(OptionList)
        return None if options.highlighted is None else options.get_option_at_index(options.highlighted).id

    def paste(self, text: str) -> None:
        """Put a text after what is typed."""
        self._type(self.typed + " ".join(text.split()))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """An entry was clicked."""
        event.stop()
        self._taken(event.option.id, self.typed)

    def show(self) -> None:
        """What there is for what is typed."""
        listed = self._listed(self.typed)
        self.query_one("#list-title", Static).update(listed.title)
        self.query_one("#list-typed", Static).update(f"{self.typed}{CARET}" if self.typed else f"{CARET}{self._hint}")
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(text, ident) for ident, text in listed.entries)
        options.highlighted = min(listed.lit, len(listed.entries) - 1) if listed.entries else None

    def _type(self, text: str) -> None:
        self.typed = text
        self.show()


Form = FieldsForm | ListForm
