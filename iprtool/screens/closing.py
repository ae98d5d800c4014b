"""The end of a recall: the closing question, then whom to turn to."""

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Static

from iprtool.recall.any_recall import AnyRecall
from iprtool.screens.keys import ENTER_REPEAT_S
from iprtool.screens.note_area import NoteArea

QUESTION = "What is it like to have watched this?"
NO_CARD = "If something stays with you after today, please speak to the person who is with you."


class ClosingScreen(Screen[None]):
    """Asks the closing question, then shows the site's contact card; Enter goes on, and at last leaves."""

    CSS = """
    ClosingScreen { align: center middle; background: $background; }
    ClosingScreen #closing-box { width: 64; max-width: 90%; height: auto; }
    ClosingScreen Static { width: 1fr; margin-bottom: 1; }
    ClosingScreen #closing-question { text-style: bold; }
    ClosingScreen NoteArea { height: 5; margin-bottom: 1; }
    ClosingScreen .hint { color: $text-muted; }
    """
    AUTO_FOCUS = "#closing-answer"
    ALLOW_SELECT = False
    BINDINGS = [Binding("enter,space", "leave", show=False), Binding("ctrl+q", "leave(True)", show=False)]

    def __init__(self, recall: AnyRecall, monotonic: Callable[[], float], *, after_s: float | None = None) -> None:
        """`after_s` is when (monotonic) an Enter led here, which may still be held."""
        super().__init__()
        self._after_s = after_s
        self._recall = recall
        self._monotonic = monotonic
        self._asked = self._left = False
        self._carded = 0.0
        draft = recall.draft
        self._begun = draft.text if draft is not None and draft.closing else ""

    def compose(self) -> ComposeResult:
        """The question."""
        with Vertical(id="closing-box"):
            yield Static(QUESTION, id="closing-question", markup=False)
            yield NoteArea("as much or as little as you like", "closing-answer", text=self._begun)
            yield Static(
                "enter goes on · ctrl+j new line · tab covers", classes="hint", id="closing-hint", markup=False
            )

    @property
    def leaving(self) -> str:
        """What ctrl+c says."""
        return "enter leaves" if self._asked else "enter goes on"

    @on(NoteArea.Changed)
    def _written(self, event: NoteArea.Changed) -> None:
        if not self._asked:
            self._recall.keep_closing(event.text_area.text)

    @on(NoteArea.Saved)
    async def _answered(self) -> None:
        await self.action_leave()

    async def action_leave(self, unsaved: bool = False) -> None:
        """First the answer is kept and the contact card shown; then the recall is left, if need be with `unsaved`."""
        now = self._monotonic()
        if self._after_s is not None and now - self._after_s <= ENTER_REPEAT_S:
            self._after_s = now
            return
        self._after_s = None
        if self._asked:
            held = now - self._carded <= ENTER_REPEAT_S  # the card stays
            self._carded = now if held else self._carded
            if not (held or self._left) and (unsaved or not self._recall.saving.failed):
                self._left = True
                self.dismiss(None)
            return
        self._asked, self._carded = True, now
        note = self.query_one(NoteArea)
        self._recall.close(note.text)
        # Not removed: a widget that goes while much is typed may be drawn once more without its styles.
        self.set_focus(None)
        note.display = False
        card = self._recall.head.contact or NO_CARD
        self.query_one("#closing-question", Static).update("Thank you.")
        self.show_saving()
        await self.query_one("#closing-box").mount(Static(card, markup=False), before="#closing-hint")

    def show_saving(self) -> None:
        """Say whether everything is on the disk; the recall screen calls it whenever that changes."""
        if not self._asked:
            return
        saving = self._recall.saving
        if saving.error is not None:
            text = f"NOT SAVED: {saving.error} It is tried again every 2 seconds. ctrl+q leaves without saving."
        elif saving.waiting:
            text = "saving… · enter leaves"
        else:
            text = "everything is saved · enter leaves"
        self.query_one("#closing-hint", Static).update(text)
