"""The cover of a review and of a coding: nothing is seen or heard until it is taken away on purpose."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Static


class PlainCover(Screen[None]):
    """Covers everything. Only 1 takes it away: the keys that play, save and cover are pressed too easily."""

    CSS = """
    PlainCover { align: center middle; background: $background; }
    PlainCover Static { width: auto; text-align: center; }
    """
    ALLOW_SELECT = False
    BINDINGS = [Binding("1", "dismiss", show=False)]

    def compose(self) -> ComposeResult:
        """A calm page with one way on."""
        yield Static("Covered.\n\n1  show it again", markup=False)
