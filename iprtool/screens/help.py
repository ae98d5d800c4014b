"""Help: every key, from the command table."""

from collections.abc import Iterable
from itertools import groupby

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from iprtool.commands import Command

TITLES = {
    "go": "Opening",
    "people": "Adding and correcting",
    "play": "Playing",
    "mark": "Marking",
    "see": "Finding the way",
}


class HelpScreen(ModalScreen[None]):
    """The keys in their groups; any of ?, Enter, Space or q closes it."""

    CSS = """
    HelpScreen { align: center middle; }
    HelpScreen VerticalScroll {
        width: 90; max-width: 96%; height: 90%; border: round $primary; background: $surface; padding: 0 1;
    }
    HelpScreen .help-note { text-style: italic; }
    HelpScreen .help-title { text-style: bold; color: $accent; margin-top: 1; }
    """
    ALLOW_SELECT = False
    BINDINGS = [Binding("question_mark,enter,space,q,ctrl+q,escape,tab", "dismiss", show=False)]

    def __init__(self, table: tuple[Command, ...]) -> None:
        super().__init__()
        self._table = table

    def compose(self) -> ComposeResult:
        """The groups, one below the other, scrolled by arrows."""
        rows = [one for one in self._table if not one.id.startswith("word_") or one.id == "word_1"]
        rows.sort(key=lambda one: list(TITLES).index(one.group))
        with VerticalScroll(can_focus=True):
            if any(one.id == "note" for one in self._table):
                yield Static("any other letter stops and begins a note", classes="help-note")
            for group, commands in groupby(rows, lambda one: one.group):
                yield Static(TITLES[group], classes="help-title")
                yield Static(_keys_of(commands))


def _keys_of(commands: Iterable[Command]) -> Table:
    """Keys on the right of their column, what they do beside them."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", min_width=9, no_wrap=True)
    table.add_column(ratio=1)
    for one in commands:
        keys, label = ("1–9", "a word") if one.id == "word_1" else (one.shown, one.label)
        table.add_row(Text(keys, "bold"), Text(f"{label}: {one.help}"))
    return table
