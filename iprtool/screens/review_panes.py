"""What the review shows below the timeline: an account of a moment, and the transcript around it."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from iprtool.model.codebook import Codebook
from iprtool.model.study import Utterance
from iprtool.model.times import clock
from iprtool.recall.wording import title_of
from iprtool.reviewing.review import Placed, Review
from iprtool.reviewing.wording import unspoken_text

_MUTED = "$foreground-muted"


class AccountPane(VerticalScroll, can_focus=False):
    """What one person made of a moment; the wheel scrolls a long note."""

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static("", markup=False)

    def show_none(self, who: str, why: str) -> None:
        """That there is no account of a person's, and why."""
        self.border_title = who
        self.query_one(Static).update(Content.styled(why, _MUTED))

    def show(self, who: str, placed: Placed, codebook: Codebook, state: str, said: Sequence[str]) -> None:
        """A person's mark with its words and note, whether it is one moment with another, and what is said of it."""
        mark = placed.mark
        until = f"–{clock(mark.end_ms)}" if mark.end_ms is not None else ""
        self.border_title = f"{who}  {clock(mark.start_ms)}{until}{f'  {state}' if state else ''}"
        whose = ["a guess of the partner"] if mark.perspective == "guess_of_partner" else []
        when = {"now": ["of the watching, not of then"], "unsure": ["then, or while watching"]}.get(mark.timeframe, [])
        # A long note may take all the room below it.
        about = "".join(f"\n{' · '.join(line)}" for line in ((*whose, *when), said) if line)
        note = f"\n“{mark.note}”" if mark.note else ""
        title = (title_of(mark, codebook), "bold")
        self.query_one(Static).update(Content.assemble(title, (about, _MUTED), (note, "italic")))
        self.scroll_home(animate=False)


class TranscriptPane(Static):
    """The transcript around a position, with what was begun last standing out; it fills the room that there is."""

    _shown: tuple[Review, int] | None = None

    def on_resize(self) -> None:
        """There is more room, or less."""
        if self._shown is not None:
            self.show(*self._shown)

    def show(self, review: Review, at_ms: int) -> None:
        """As many utterances as there is room for, the one begun last among them."""
        self._shown = review, at_ms
        if not review.transcript:
            self.update(unspoken_text(review), layout=False)
            return
        lines = [
            Content.styled(self._line(one), "bold" if is_last else _MUTED)
            for one, is_last in review.spoken(at_ms, max(1, self.size.height), self._height)
        ]
        self.update(Content("\n").join(lines), layout=False)

    def _height(self, utterance: Utterance) -> int:
        """How many lines an utterance takes."""
        return Content(self._line(utterance)).get_height({}, max(1, self.size.width))

    @staticmethod
    def _line(utterance: Utterance) -> str:
        return f"{clock(utterance.start_ms)} {utterance.speaker[:1].upper()}  {utterance.text}"
