"""The write-up of a supervision: what was learned from the moments chosen."""

from collections.abc import Sequence

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
from iprtool.screens.note_area import NoteArea

QUESTION = "Lessons learned: what do you take with you from this?"


class LessonsScreen(Screen[None]):
    """Shows the chosen moments and takes what was learned, kept as it is typed; Enter goes on to the end."""

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

    def __init__(self, recall: Recall, chosen: Sequence[Mark]) -> None:
        super().__init__()
        self._recall = recall
        self._chosen = chosen
        self._over = False
        draft = recall.draft
        self._begun = draft.text if draft is not None and draft.lessons else recall.lessons

    def compose(self) -> ComposeResult:
        """The question, the moments, the text."""
        with Vertical(id="lessons-box"):
            yield Static(QUESTION, id="lessons-question", markup=False)
            yield Static(moments_text(self._chosen, self._recall.head.codebook), id="lessons-chosen", markup=False)
            yield NoteArea("as much or as little as you like", "lessons-text", text=self._begun)
            yield Static("enter goes on · ctrl+j new line · tab covers", classes="hint", markup=False)

    @on(NoteArea.Changed)
    def _written(self, event: NoteArea.Changed) -> None:
        if not self._over:
            self._recall.keep_lessons(event.text_area.text)

    @on(NoteArea.Saved)
    def action_go_on(self) -> None:
        """What was learned is kept; the closing question comes next. An Enter that is held says it once."""
        if self._over:
            return
        self._over = True
        self._recall.learn(self.query_one(NoteArea).text)
        self.dismiss(None)


def moments_text(chosen: Sequence[Mark], codebook: Codebook) -> str:
    """The chosen moments, one a line."""
    if not chosen:
        return "No moments were chosen."
    return "\n".join(f"{clock(mark.start_ms)}  {title_of(mark, codebook)}" for mark in chosen)
