"""One person's recall of one recording: stop, mark, note, go on.

Gestures come in as calls, one for each thing a person can do; out of each come operations for the layer and commands
to the player. The stamp is taken first in every gesture that marks a moment.
"""

import msgspec

from iprtool.model.layer import Draft, LessonsLearned, WentOn
from iprtool.model.mark import Mark
from iprtool.model.playing import PlayerState
from iprtool.model.terms import StoppedBy
from iprtool.recall.marking import Marking
from iprtool.recall.playback import SAME_PLACE_MS
from iprtool.recall.protocols import AskedKind, MutualCourse, SegmentsCourse

STEP_BACK_MS = 10_000


class Recall(Marking):
    """The recall in progress."""

    # Playing

    def go_on(self) -> None:
        """Play on from the stop, less the pre-roll, or where the protocol says; what is said of this stop is done."""
        at_ms = self.playback.at_ms
        from_ms = self.course.onward(at_ms)
        if from_ms is None:
            from_ms = at_ms if self.stop_id is None else max(0, at_ms - self.head.protocol.pre_roll_ms)
        if self.stop_id is not None:
            self._do([(self.stop_id, WentOn(from_ms))])
        self.stop_id = self.mark_id = None
        if self.playback.player.state.loop is not None:
            self.playback.player.set_loop(None)
        self.playback.play(from_ms if from_ms != at_ms else None)

    def seek(self, to_ms: int) -> None:
        """Go to a time; while stopped, the stop stays where it was until something is said of the new place."""
        if self.playback.seek(self.course.nearest(to_ms)) and not self.playing:
            self.stop_id = self.mark_id = None

    def replay(self) -> bool:
        """Hear the last ten seconds again, or leave a loop; while stopped on an interval, go round in it.

        False where the person is stopped and on no interval.
        """
        if self.playing and self.playback.player.state.loop is not None:
            self.playback.player.set_loop(None)
            return True
        if self.playing:
            self.seek_by(-STEP_BACK_MS)
            return True
        intervals = [mark for mark in (self.mark, *self.marks_at(self.playback.at_ms)) if mark and mark.end_ms]
        if intervals:
            self.playback.loop(intervals[0].start_ms, intervals[0].last_ms)
        return bool(intervals)

    def to_mark(self, direction: int) -> Mark | None:
        """Go to the previous (−1) or next (1) mark's start; None where there is none."""
        now_ms = self.playback.at_ms
        marks, here = self.state.marks.index, self.mark
        if here is not None and abs(here.start_ms - now_ms) <= SAME_PLACE_MS:
            found = marks.beside(here.id, direction)
        elif direction < 0:
            found = marks.before(now_ms - SAME_PLACE_MS)
        else:
            found = marks.after(now_ms + SAME_PLACE_MS)
        if found is not None:
            self.choose(found)
        return found

    def choose(self, mark: Mark) -> None:
        """Go to a mark; while stopped it is the one that words and notes change."""
        self.course.chose(mark)
        self.seek(mark.start_ms)
        if not self.playing:
            self.stop_id, self.mark_id = mark.stop, mark.id

    # What the protocol does

    def tick(self) -> bool:
        """Called now and then while playing: writes what was played; whether the program has stopped it now."""
        self.playback.tick()
        return self.playing and self._stopped_if_due(self.playback.at_ms)

    def player_changed(self, state: PlayerState) -> bool:
        """Follows the player; whether the end was one at which the program stops."""
        was_playing = self.playing
        self.playback.player_changed(state)
        return was_playing and state.status == "ended" and self._stopped_if_due(self.head.duration_ms)

    def _stopped_if_due(self, at_ms: int) -> bool:
        due_ms = self.course.due(at_ms)
        if due_ms is None:
            return False
        stamp = self.playback.halt() if self.playing else self.playback.stamp()
        self.course.came_up(due_ms)
        self.mark_id = None
        self._stop_at(msgspec.structs.replace(stamp, ms=due_ms), "program")
        return True

    @property
    def asks(self) -> AskedKind | None:
        """What the protocol asks at this stop."""
        return None if self.playing else self.course.asks(self.stop)

    def next_part(self) -> bool:
        """Go to the next part, or leave out what is asked now; False in the last one."""
        to_ms = self.course.next()
        self._to_part(to_ms)
        return to_ms is not None or not isinstance(self.course, SegmentsCourse)

    def previous_part(self) -> None:
        """Go back to the part before, or to what was asked before."""
        self._to_part(self.course.previous(self.playback.at_ms))

    def _to_part(self, to_ms: int | None) -> None:
        if to_ms is not None:
            self.seek(to_ms)
        if self.course.asks(self.stop) is not None and (subject := self.subject_mark()) is not None:
            if self.playing:
                self.halt()
            self.choose(subject)

    def turn(self) -> StoppedBy | None:
        """Another one speaks, in a mutual recall: at a stop, of their own mark there. None in any other."""
        if not isinstance(self.course, MutualCourse):
            return None
        by = self.course.turn()
        if not self.playing:
            mine = next((mark for mark in self.marks_of_stop() if self.course.tells(mark)), None)
            self.mark_id = mine.id if mine else None
        return by

    # Cover and close

    def uncover(self, *, to_ms: int | None = None) -> None:
        """The cover is lifted; with `to_ms` the stretch up to there is declined."""
        if to_ms is not None:
            self.stop_id = self.mark_id = None
        super().uncover(to_ms=to_ms)

    def keep_lessons(self, text: str) -> None:
        """What was learned, as far as it is written, made durable as it is typed (supervision)."""
        self._keep(Draft(text, self.playback.at_ms, lessons=True))

    def learn(self, text: str) -> None:
        """What was learned is written down."""
        self.lessons, self.draft = text.strip(), None
        self._do([(self.head.layer, LessonsLearned(self.lessons))], clear_draft=True)

    def close(self, answer: str = "") -> None:
        """The recall ends with the answer to the closing question."""
        if self.course.is_done and self.course.is_bounded:
            self.playback.leave_out_rest()
        super().close(answer)
