"""What is described on the dial's screen: stretch after stretch is played, written of or left out, and undone."""

from textual import on
from textual.widgets import Static

from iprtool.screens.dial_stretches import StretchesList, head_text, item_id
from iprtool.screens.dial_view import DialView
from iprtool.screens.keys import ENTER_REPEAT_S
from iprtool.screens.note_area import NoteArea
from iprtool.timeline.widget import TimelineView


class DialDescribing(DialView):
    """A dial whose highest and lowest stretches can be described; its keys are the dial screen's."""

    # From the one to the other

    def action_describe(self) -> None:
        """On to the highest and lowest stretches; not while it plays, by an Enter too much.

        At the recording's end, where none stands out, on to the closing question.
        """
        if self.playing:
            self.notice("space stops first; then enter goes on to describing")
        elif self.dial.begin_describing():
            self._entered = self.monotonic()
            self.show_part()
            self.show_moment()
        elif self.player.state.status == "ended":
            self.end(self.monotonic())
        else:
            self.notice("no stretch stands out yet; play on, and move the dial")

    def action_rate_on(self) -> None:
        """Back to the dial."""
        self.settle_note()
        self.dial.rate_on()
        self.show_part()
        self.show_moment()

    # Showing

    def show_stretch(self) -> None:
        """The stretches as they stand, and what is written of the one that the person is at."""
        describing = self.dial.describing
        if describing is None:
            return
        mark = describing.mark
        note = self.query_one("#note", NoteArea)
        if not self.writing:
            note.write(mark.note if mark else "")
        note.display = describing.here is not None
        self.query_one(StretchesList).show(describing)
        self.query_one(TimelineView).selected = item_id(describing.place)
        self.query_one("#card-head", Static).update(head_text(describing))

    # The note

    def begin_as_left(self) -> None:
        """A note left unfinished is there again."""
        draft = self.dial.draft
        if draft is not None and not draft.closing and self.dial.describing is not None:
            self.open_note(draft.text)
            self.notice("your unfinished note is here again")

    def begin_note(self, text: str) -> None:
        """Stop, and write from here."""
        describing = self.dial.describing
        if describing is None or describing.here is None:
            return
        if self.playing:
            self.dial.halt()
        self.write_on(describing.mark.note if describing.mark else "", text)

    def save_note(self) -> None:
        """Enter, while writing: the note is kept, and the next stretch is come to."""
        if self.monotonic() - self._entered > ENTER_REPEAT_S:
            self.action_next_stretch()

    # From stretch to stretch

    def action_next_stretch(self) -> None:
        """Go on to the next stretch, and hear it."""
        self._entered = self.monotonic()
        self.settle_note()
        if self.dial.next_stretch():
            self.dial.replay()
        self.show_moment()

    def action_previous_stretch(self) -> None:
        """Back to the stretch before."""
        self.settle_note()
        if not self.dial.previous_stretch():
            self.notice("this is the first one")
        self.show_moment()

    def action_choose(self, place: int) -> None:
        """A stretch was clicked."""
        self.settle_note()
        self.dial.choose_stretch(place)
        self.show_moment()

    @on(TimelineView.ItemChosen)
    def _item_clicked(self, event: TimelineView.ItemChosen) -> None:
        places = range(len(self.dial.describing.stretches)) if self.dial.describing else ()
        for place in places:
            if event.item_id == item_id(place):
                self.action_choose(place)

    def action_replay(self) -> None:
        """Hear this stretch again; a note being written stays as it is."""
        self.dial.replay()
        self.show_moment()
