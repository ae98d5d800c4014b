"""One person's dial from beginning to end: it is rated, and then its highest and lowest stretches are described.

What was written of a stretch can be undone; what was rated stays.
"""

import time
from collections.abc import Callable, Sequence

from iprtool.dial.describing import Describing, stretches_of
from iprtool.dial.rating import Listener, Rating
from iprtool.edits import Hand
from iprtool.model.layer import Draft, LayerContent, Marked, Op, Stopped, Traced
from iprtool.model.playing import Player
from iprtool.model.ports import LayerLog

AT_THE_END_MS = 1000
"""So soon after a stretch's end the person is at its end, and not elsewhere."""


class Dial(Rating):
    """The recall in progress; `describing` is its second part, None while the dial is moved."""

    def __init__(
        self,
        content: LayerContent,
        player: Player,
        log: LayerLog,
        hand: Hand,
        listener: Listener,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(content, player, log, hand, listener, monotonic)
        self.describing: Describing | None = None
        self._rating_playback = self.playback
        self._was_describing = _was_describing(content)

    @property
    def rates(self) -> bool:
        """Whether what plays is rated: not while it is described."""
        return self.describing is None

    @property
    def stands_out(self) -> bool:
        """Whether the trace has stretches to be described."""
        return bool(stretches_of(self.state))

    # Playing

    def resume(self) -> None:
        """Go where the person was when the recall was left: the end of the trace, or the stretch being described."""
        unfinished = self.draft is not None and not self.draft.closing
        left_ms = self.left[0]
        if not ((self._was_describing or unfinished) and self.begin_describing()) and left_ms:
            self.playback.seek(left_ms)

    def go_on(self) -> bool:
        """Play on from here; a stretch that is described has an end, from which it is played again.

        False at the end of the recording: a Space too much would rate all of it anew.
        """
        if self.rates and self.playback.player.state.status == "ended":
            return False
        here, at_ms = self.describing.here if self.describing else None, self.playback.at_ms
        if here is not None and here.end_ms <= at_ms < here.end_ms + AT_THE_END_MS:
            self.replay()
        else:
            self._until_ms = here.end_ms if here is not None and at_ms < here.end_ms else None
            self.playback.play()
        return True

    def uncover(self, *, to_ms: int | None = None) -> None:
        """The cover is lifted; with `to_ms` the stretch up to there is declined, and one described left."""
        here = self.describing.here if self.describing else None
        super().uncover(to_ms=to_ms if to_ms is None or here is None else min(to_ms, here.end_ms))
        if to_ms is not None and here is not None:
            self.next_stretch()

    # From the one to the other

    def begin_describing(self) -> bool:
        """Turn to the highest and lowest stretches; False where the trace has none."""
        if self.playing:
            self.halt()
        describing = Describing(self.state, self.head.protocol.pre_roll_ms, self.hand.new_id)
        if not describing.stretches:
            return False
        self.describing = describing
        at_draft = self.draft.at_ms if self.draft is not None and not self.draft.closing else None
        self._arrive(describing.first(at_draft))
        return True

    def rate_on(self) -> None:
        """Back to the dial, where the trace was left."""
        if self.playing:
            self.halt()
        self.describing, self.playback, self._until_ms = None, self._rating_playback, None
        left_ms, self.value = self.left
        self.playback.player.seek(left_ms)

    # Describing

    def next_stretch(self) -> bool:
        """Leave this stretch as it is and go to the next; False where it was the last."""
        if self.describing is None:
            return False
        self._stop_playing()
        self._do(self.describing.left())
        return self._arrive(self.describing.place + 1)

    def previous_stretch(self) -> bool:
        """Go back to the stretch before; False where this is the first."""
        if self.describing is None or self.describing.place == 0:
            return False
        self._stop_playing()
        return self._arrive(self.describing.place - 1)

    def choose_stretch(self, place: int) -> None:
        """Go to one of the stretches."""
        self._stop_playing()
        self._arrive(place)

    def replay(self) -> None:
        """Play this stretch from its pre-roll."""
        if self.describing is not None and self.describing.here is not None:
            self._stop_playing()
            self._until_ms = self.describing.here.end_ms
            self.playback.play(self.describing.from_ms)

    def keep_draft(self, text: str) -> None:
        """What is written of this stretch as far as it is written, made durable as it is typed."""
        if self.describing is not None and (here := self.describing.here) is not None:
            mark = self.describing.mark
            self._keep(Draft(text, here.start_ms, mark.id if mark else None, self.describing.stop_id, here.start_ms))

    def save_note(self, text: str) -> None:
        """What was written belongs to this stretch's mark: made, changed, or removed where nothing is left of it."""
        if self.describing is not None:
            self.draft = None
            self._do(self.describing.described(text.strip(), self.head.by), clear_draft=True)

    def undo(self) -> bool:
        """Take back what was last written, and go to its stretch; False where there is nothing."""
        return self._undone(self.state.undo_stack.undo(self.hand))

    def redo(self) -> bool:
        """Do again what was last taken back; False where there is nothing."""
        return self._undone(self.state.undo_stack.redo(self.hand))

    def _undone(self, ops: Sequence[Op]) -> bool:
        if self.describing is None or not ops:
            return False
        marks = [self.state.marks.get(op.entity) for op in ops]
        self._apply(ops)
        marks += [self.state.marks.get(op.entity) for op in ops]
        place = next((self.describing.place_of(mark) for mark in marks if mark is not None), None)
        if place is not None:
            self.choose_stretch(place)
        return True

    def _arrive(self, place: int) -> bool:
        """Go to a stretch, where the program has stopped then; False beyond the last one."""
        if self.describing is None:
            return False
        self._do(self.describing.arrive(place))
        if self.describing.here is None:
            return False
        # Going from stretch to stretch leaves nothing out that was not played before.
        self.playback = self._new_playback(self.playback.player)
        self.playback.seek(self.describing.from_ms)
        return True

    def _stop_playing(self) -> None:
        if self.playing:
            self.playback.halt()


def _was_describing(content: LayerContent) -> bool:
    """Whether a stretch was last come to, rather than rated on."""
    for op in reversed(content.ops):
        match op.body:
            case Traced():
                return False
            case Stopped(stopped_by="program") | Marked():
                return True
            case _:
                pass
    return False
