"""The write-up of a supervision: what was learned from the moments chosen."""

from collections.abc import Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Static

from iprtool.model.codebook import Codebook
from iprtool.model.mark import Mark
from iprtool.model.times import clock
from iprtool.recall.session import Recall
from iprtool.recall.wording import title_of
from iprtool.screens.keys import ENTER_REPEAT_S
from iprtool.screens.note_area import NoteArea
from iprtool.screens.row_list import fitted

QUESTION = "Lessons learned: what do you take with you from this?"
HINT = "enter goes on · ctrl+j new line · tab covers"
NOTHING = "nothing is written yet; enter again goes on without it"
NOTE_CELLS = 48


class LessonsScreen(Screen[None]):
    """Shows the chosen moments and takes what was learned, kept as it is typed; Enter goes on to the end.

    Where nothing is written it takes a second Enter: there is no way back from the closing question.
    """

    CSS = """
    LessonsScreen { align: center middle; background: $background; }
    LessonsScreen #lessons-box { width: 76; max-width: 96%; height: auto; max-height: 100%; }
    LessonsScreen Static { width: 1fr; margin-bottom: 1; }
    LessonsScreen #lessons-question { text-style: bold; }
    LessonsScreen NoteArea { height: 8; margin-bottom: 1; }
    LessonsScreen .hint { color: $text-muted; margin-bottom: 0; }
    """
    AUTO_FOCUS = "#lessons-text"
    ALLOW_SELECT = False
    BINDINGS = [Binding("ctrl+q", "go_on", show=False)]

    def __init__(self, recall: Recall, chosen: Sequence[Mark], monotonic: Callable[[], float]) -> None:
        super().__init__()
        self._recall = recall
        self._chosen = chosen
        self._monotonic = monotonic
        self._over = False
        self._told_s: float | None = None
        draft = recall.draft
        self._begun = draft.text if draft is not None and draft.lessons else recall.lessons

    def compose(self) -> ComposeResult:
        """The question, the moments, the text."""
        with Vertical(id="lessons-box"):
            yield Static(QUESTION, id="lessons-question", markup=False)
            yield Static(moments_text(self._chosen, self._recall.head.codebook), id="lessons-chosen", markup=False)
            yield NoteArea("as much or as little as you like", "lessons-text", text=self._begun)
            yield Static(HINT, id="lessons-hint", classes="hint", markup=False)

    @on(NoteArea.Changed)
    def _written(self, event: NoteArea.Changed) -> None:
        if not self._over:
            self._recall.keep_lessons(event.text_area.text)
        if event.text_area.text:
            self._tell(None)

    @on(NoteArea.Saved)
    def action_go_on(self) -> None:
        """What was learned is kept; the closing question comes next. An Enter that is held says it once."""
        text, now = self.query_one(NoteArea).text, self._monotonic()
        again = self._told_s is not None and now - self._told_s > ENTER_REPEAT_S
        if self._over:
            return
        if not text.strip() and not again:
            self._tell(now)
            return
        self._over = True
        self._recall.learn(text)
        self.dismiss(None)

    def _tell(self, now_s: float | None) -> None:
        """Say that nothing is written, and since when (monotonic) that is said; or, with None, no longer."""
        self._told_s = now_s
        self.query_one("#lessons-hint", Static).update(HINT if now_s is None else NOTHING)


def moments_text(chosen: Sequence[Mark], codebook: Codebook) -> str:
    """The chosen moments, one a line, with the first words of what was noted."""
    if not chosen:
        return "No moments were chosen."
    return "\n".join(f"{clock(mark.start_ms)}  {title_of(mark, codebook)}{_noted(mark)}" for mark in chosen)


def _noted(mark: Mark) -> str:
    return f"  “{fitted(mark.note, NOTE_CELLS).rstrip()}”" if mark.note else ""
