"""What is left of a coding, and its lock: a list, and where something is left, the reason to lock all the same."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from iprtool.coding.progress import Left

WHOLE = "Nothing is left: every segment is finished and every rating made."
LOCKS = "From then on nothing is changed; only the researcher unlocks it, with a reason."
_CSS = """
    %(name)s { align: center middle; }
    %(name)s > Vertical {
        width: 76; max-width: 96%%; height: auto; max-height: 90%%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    %(name)s VerticalScroll { height: auto; max-height: 12; margin-top: 1; }
    %(name)s Static { width: 1fr; }
    %(name)s .title { text-style: bold; color: $accent; }
    %(name)s .hint { color: $text-muted; margin-top: 1; }
    %(name)s Input { margin-top: 1; border: none; height: 1; background: $boost; }
"""


class LeftScreen(ModalScreen[None]):
    """What is left to do; any of l, Enter, Space or q closes it."""

    CSS = _CSS % {"name": "LeftScreen"}
    ALLOW_SELECT = False
    BINDINGS = [Binding("l,enter,space,q,ctrl+q,escape,tab", "dismiss", show=False)]

    def __init__(self, left: Left, unheard: str) -> None:
        super().__init__()
        self._left = left
        self._unheard = unheard

    def compose(self) -> ComposeResult:
        """The list."""
        with Vertical():
            yield Static("What is left", classes="title")
            yield _List(self._left, self._unheard)
            yield Static("enter closes · u goes to the next that is not finished", classes="hint", markup=False)


class LockScreen(ModalScreen[str | None]):
    """Asks before a coding is locked; the answer is the reason (empty where nothing is left), or None."""

    CSS = _CSS % {"name": "LockScreen"}
    ALLOW_SELECT = False
    AUTO_FOCUS = "#lock-reason"
    BINDINGS = [Binding("enter", "lock", show=False), Binding("escape,q,ctrl+q,tab", "back", show=False)]

    def __init__(self, left: Left, unheard: str) -> None:
        super().__init__()
        self._left = left
        self._unheard = unheard

    def compose(self) -> ComposeResult:
        """What is left, the question, and room for the reason where one is needed."""
        with Vertical():
            yield Static("Lock this coding", classes="title")
            yield _List(self._left, self._unheard)
            yield Static(LOCKS, classes="hint", markup=False)
            if self._left:
                yield Static(self._left.sentence, classes="hint", markup=False, id="lock-refusal")
                yield Input(placeholder="why it is locked all the same", compact=True, id="lock-reason")
            yield Static("enter locks · escape goes back", classes="hint", markup=False)

    @on(Input.Submitted)
    def _written(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(event.value)

    def action_lock(self) -> None:
        """Enter, where nothing is left."""
        if not self._left:
            self.dismiss("")

    def action_back(self) -> None:
        """Not now."""
        self.dismiss(None)


class _List(VerticalScroll, can_focus=False):
    def __init__(self, left: Left, unheard: str) -> None:
        super().__init__()
        lines = left.lines or [WHOLE]
        self._text = "\n".join([*lines, *([unheard] if unheard else [])])

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(self._text, markup=False)
