"""The coding screen's ways through segments and recording, and how a gesture is carried out or refused."""

from collections.abc import Callable

from textual import on

from iprtool.coding.changes import RefusedError
from iprtool.screens.coding_view import CodingView
from iprtool.screens.presenting import stepped_rate
from iprtool.timeline.lanes import segment_number
from iprtool.timeline.widget import TimelineView


class CodingWays(CodingView):
    """What leads from one segment, or moment, to another."""

    def attempt(self, gesture: Callable[[], object]) -> bool:
        """Carry a gesture out, after the note that is being written; what is refused is said in its one sentence."""
        try:
            self.settle_note()
            gesture()
        except RefusedError as error:
            self.notify(str(error), severity="warning", timeout=6, markup=False)
            return False
        self.show_moment()
        return True

    def halt_here(self) -> None:
        """Stop here, with the note that is being written saved."""
        self.settle_note()
        if self.playing:
            self.coding.listening.halt()
        self.show_moment()

    # Segments

    def action_finish(self) -> None:
        """This segment is finished; on to the next. In the whole session's ratings, back to the segments."""
        coding = self.coding
        if coding.whole:
            self.attempt(lambda: coding.show_whole(False))
        elif coding.locked or coding.sheet.is_finished(coding.segment):
            self._go_on()
        elif self.attempt(coding.finish):
            self._go_on("finished, without being played" if coding.unplayed else "")

    def _go_on(self, said: str = "") -> None:
        coding = self.coding
        if coding.segment + 1 < coding.sheet.segments.count:
            self.attempt(lambda: coding.go(coding.segment + 1))
        elif coding.locked or not self._to_unfinished():
            said = f"{said}; this was the last segment" if said else "this was the last segment"
        if said:
            self.notice(said)

    def _to_unfinished(self) -> bool:
        left = self.coding.left
        self.attempt(self.coding.next_unfinished)
        if not left:
            self.notice("nothing is left; L locks the coding")
        return bool(left)

    def action_reopen(self) -> None:
        """Not finished after all, or finished."""
        done = self.coding.sheet.is_finished(self.coding.segment)
        self.attempt(self.coding.reopen if done else self.coding.finish)

    def action_next_segment(self) -> None:
        """The next segment, from its start."""
        self.attempt(lambda: self.coding.go(self.coding.segment + 1))

    def action_previous_segment(self) -> None:
        """The segment before, from its start."""
        self.attempt(lambda: self.coding.go(self.coding.segment - 1))

    def action_next_unfinished(self) -> None:
        """The next that is not finished."""
        self._to_unfinished()

    def action_whole_session(self) -> None:
        """The ratings of the whole session, or back."""
        self.attempt(lambda: self.coding.show_whole(not self.coding.whole))

    # Ways through the recording

    def action_play_pause(self) -> None:
        """Space."""
        self.attempt(self.coding.listening.halt if self.playing else self.coding.listening.play)

    def halt(self) -> None:
        """Stop playing."""
        self.attempt(self.coding.listening.halt)

    def action_play_segment(self) -> None:
        """This segment from its start."""
        self.attempt(self.coding.listening.play_segment)

    def action_replay(self) -> None:
        """The last ten seconds of it."""
        self.attempt(self.coding.listening.replay)

    def action_play_on(self) -> None:
        """What happens at a segment's end."""
        listening = self.coding.listening
        listening.plays_on = not listening.plays_on
        self.notice("plays on at a segment's end" if listening.plays_on else "stops at a segment's end")
        self.show_moment()

    def seek_by(self, ms: int) -> None:
        """Go on or back by so much."""
        self.attempt(lambda: self.coding.seek(self.player.now().ms + ms))

    def step_rate(self, by: int) -> None:
        """Play at the next speed."""
        playback = self.coding.listening.playback
        playback.set_rate(stepped_rate(playback.rate, by))
        self.show_moment()

    @on(TimelineView.Seek)
    def _timeline_clicked(self, event: TimelineView.Seek) -> None:
        self.attempt(lambda: self.coding.seek(event.ms))

    @on(TimelineView.ItemChosen)
    def _item_clicked(self, event: TimelineView.ItemChosen) -> None:
        number, mark = segment_number(event.item_id), self.coding.state.marks.get(event.item_id)
        if number is not None:
            self.attempt(lambda: self.coding.go(number))
        elif mark is not None:
            self.attempt(lambda: self.coding.choose_mark(mark))
