"""A few things to choose from, each by its letter."""

from collections.abc import Sequence

import msgspec
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from iprtool.screens.dialog import Dialog


class MenuItem(msgspec.Struct, frozen=True):
    """One thing: the letter that chooses it, its id, what it is called, and a word about it."""

    key: str
    id: str
    label: str
    about: str = ""


class MenuScreen(Dialog[str | None]):
    """A title and the things; a letter or Enter chooses one, Esc none."""

    CSS = """
    MenuScreen { align: center middle; }
    MenuScreen Vertical { width: 70; max-width: 98%; height: auto; border: round $primary; background: $surface; }
    MenuScreen Vertical { padding: 0 1; }
    MenuScreen OptionList { border: none; background: transparent; height: auto; }
    MenuScreen #menu-title { text-style: bold; color: $accent; }
    """
    BINDINGS = [Binding("escape,ctrl+q", "dismiss(None)", show=False)]

    def __init__(self, title: str, items: Sequence[MenuItem]) -> None:
        super().__init__()
        self._title = title
        self._items = list(items)

    def compose(self) -> ComposeResult:
        """The things."""
        with Vertical():
            yield Static(self._title, id="menu-title", markup=False)
            options = (Content.assemble((f"{one.key}  ", "bold"), one.label, self._about(one)) for one in self._items)
            yield OptionList(*(Option(text) for text in options), compact=True, markup=False)

    def _about(self, one: MenuItem) -> Content:
        return Content.styled(f"  {one.about}" if one.about else "", "$text-muted")

    def on_key(self, event: Key) -> None:
        """A letter chooses."""
        found = next((one for one in self._items if one.key == event.key), None)
        if found is not None:
            event.stop()
            self.dismiss(found.id)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._items[event.option_index].id)
