"""Help: every key, from the command table."""

from itertools import groupby

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
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
    """
    ALLOW_SELECT = False
    BINDINGS = [Binding("question_mark,enter,space,q,ctrl+q,escape,tab", "dismiss", show=False)]

    def __init__(self, table: tuple[Command, ...]) -> None:
        super().__init__()
        self._table = table

    def compose(self) -> ComposeResult:
        """One text, scrolled by arrows."""
        has_notes = any(one.id == "note" for one in self._table)
        lines = [Content.styled("any other letter stops and begins a note", "italic")] if has_notes else []
        rows = [one for one in self._table if not one.id.startswith("word_") or one.id == "word_1"]
        rows.sort(key=lambda one: list(TITLES).index(one.group))
        for group, commands in groupby(rows, lambda one: one.group):
            lines += [Content(""), Content.styled(TITLES[group], "bold $accent")]
            for one in commands:
                keys, label = ("1–9", "a word") if one.id == "word_1" else (one.shown, one.label)
                lines.append(Content.assemble((f"{keys:>9}", "bold"), f"  {label}: {one.help}"))
        with VerticalScroll(can_focus=True):
            yield Static(Content("\n").join(lines))
