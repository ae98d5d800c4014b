"""What is left of a coding, and its lock: a list, and where something is left, the reason to lock all the same."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ScreenResultType
from textual.widget import Widget
from textual.widgets import Input, Static

from iprtool.coding.progress import Left
from iprtool.screens.dialogs import BoxDialog

WHOLE = "Nothing is left: every segment is finished and every rating made."
LOCKS = "From then on nothing is changed; only the researcher unlocks it, with a reason."


class LeftDialog(BoxDialog[ScreenResultType]):
    """A box about what is left of a coding."""

    CSS = (
        BoxDialog.CSS
        + """
    LeftDialog VerticalScroll { max-height: 12; margin-top: 1; }
    LeftDialog Static { width: 1fr; }
    LeftDialog .hint { margin-top: 1; }
    LeftDialog Input { margin-top: 1; border: none; height: 1; background: $boost; }
    """
    )

    def __init__(self, left: Left, unheard: str) -> None:
        super().__init__()
        self.left = left
        self.unheard = unheard

    def what_is_left(self) -> Widget:
        """The list, and what was not heard."""
        lines = [*(self.left.lines or [WHOLE]), *([self.unheard] if self.unheard else [])]
        return VerticalScroll(Static("\n".join(lines), markup=False), can_focus=False)


class LeftScreen(LeftDialog[None]):
    """What is left to do; any of l, Enter, Space or q closes it."""

    BINDINGS = [Binding("l,enter,space,q,ctrl+q,escape,tab", "dismiss", show=False)]

    def compose(self) -> ComposeResult:
        """The list."""
        with Vertical():
            yield Static("What is left", classes="title")
            yield self.what_is_left()
            yield Static("enter closes · u goes to the next that is not finished", classes="hint", markup=False)


class LockScreen(LeftDialog[str | None]):
    """Asks before a coding is locked; the answer is the reason (empty where nothing is left), or None."""

    AUTO_FOCUS = "#lock-reason"
    BINDINGS = [Binding("enter", "lock", show=False), Binding("escape,q,ctrl+q,tab", "back", show=False)]

    def compose(self) -> ComposeResult:
        """What is left, the question, and room for the reason where one is needed."""
        with Vertical():
            yield Static("Lock this coding", classes="title")
            yield self.what_is_left()
            yield Static(LOCKS, classes="hint", markup=False)
            if self.left:
                yield Static(self.left.sentence, classes="hint", markup=False, id="lock-refusal")
                yield Input(placeholder="why it is locked all the same", compact=True, id="lock-reason")
            yield Static("enter locks · escape goes back", classes="hint", markup=False)

    @on(Input.Submitted)
    def _written(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(event.value)

    def action_lock(self) -> None:
        """Enter, where nothing is left."""
        if not self.left:
            self.dismiss("")

    def action_back(self) -> None:
        """Not now."""
        self.dismiss(None)
