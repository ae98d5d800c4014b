"""What is due in a study, as a list; Enter goes there."""

from datetime import datetime

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from iprtool.library.due import Due
from iprtool.library.wish import Chosen
from iprtool.library.wording import due_words
from iprtool.screens.dialog import Dialog


class DueScreen(Dialog[Chosen | None]):
    """Late things first, marked with !."""

    CSS = """
    DueScreen { align: center middle; }
    DueScreen Vertical { width: 100; max-width: 98%; height: auto; max-height: 90%; border: round $primary; }
    DueScreen Vertical { background: $surface; padding: 0 1; }
    DueScreen OptionList { border: none; background: transparent; height: auto; max-height: 100%; }
    DueScreen #due-hint { color: $text-muted; dock: bottom; }
    """
    BINDINGS = [Binding("escape,d,q,ctrl+q", "dismiss(None)", show=False)]

    def __init__(self, dues: tuple[Due, ...], now: datetime) -> None:
        super().__init__()
        self._dues = dues
        self._now = now

    def compose(self) -> ComposeResult:
        """The list, and how to leave it."""
        with Vertical():
            options = OptionList(*(Option(self._text(one)) for one in self._dues), compact=True, markup=False)
            yield options
            yield Static("enter goes there · ! is late · esc back", id="due-hint", markup=False)

    def _text(self, one: Due) -> Content:
        where, what = due_words(one, self._now)
        return Content.assemble(("! " if one.late else "  ", "bold $warning"), (where, "bold"), f"  {what}")

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._dues[event.option_index].chosen)
