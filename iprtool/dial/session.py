"""One person's dial on one recording: it plays, the dial is moved, and afterwards its extremes are described.

Gestures come in as calls; out of them come operations for the layer and commands to the player. What was sampled is a
fact and is never taken back; what was written of a stretch can be undone.
"""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from iprtool.dial.describing import Describing
from iprtool.dial.sampling import Sampler
from iprtool.dial.scale import NEUTRAL, within
from iprtool.edits import Hand, LayerState
from iprtool.model.layer import (
    Closed,
    CoverUsed,
    Draft,
    LayerContent,
    Marked,
    Op,
    OpBody,
    Stopped,
    SyncMarked,
    Traced,
    ViewChanged,
)
from iprtool.model.playing import Player, PlayerState
from iprtool.model.ports import LayerLog
from iprtool.model.terms import View
from iprtool.recall.playback import Playback
from iprtool.recall.saving import Saving

AT_THE_END_MS = 1000
"""So soon after a stretch's end the person is at its end, and not elsewhere."""

Samples = tuple[tuple[int, float], ...]


class Listener(Protocol):
    """Whoever shows the dial. `saved` comes from the writer's thread, the others from the caller's."""

    def traced(self, samples: Samples) -> None:
        """Some more of the trace is on its way to the disk."""

    def coverage_changed(self) -> None:
        """A stretch was played, skipped or declined."""

    def saved(self, error: str | None) -> None:
        """A commit is durable, or did not get there (one sentence)."""


class Dial:
    """The recall in progress: `value` is where the dial stands, `describing` the second part once it has begun.

    `monotonic` is the clock of the wall, in seconds.
    """

    def __init__(
        self,
        content: LayerContent,
        player: Player,
        log: LayerLog,
        hand: Hand,
        listener: Listener,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.state = LayerState(content)
        self.head = content.head
        self.hand = hand
        self.saving = Saving(log, listener.saved)
        self.draft = content.draft
        self.covered = False
        self.describing: Describing | None = None
        self._until_ms: int | None = None
        self._listener = listener
        self._sampler = Sampler(self._write_samples, monotonic)
        self._rating = self.playback = self._new_playback(player)
        self._left_ms, self.value = _last_sample(self.state)
        self._was_describing = _was_describing(content)

    # What is

    @property
    def playing(self) -> bool:
        """Whether it plays, as far as the person asked for it."""
        return self.playback.playing

    @property
    def has_rated(self) -> bool:
        """Whether there is a trace."""
        return bool(self.state.traces)

    # Playing

    def resume(self) -> None:
        """Go where the person was when the recall was left: the end of the trace, or the stretch being described."""
        unfinished = self.draft is not None and not self.draft.closing
        if not ((self._was_describing or unfinished) and self.begin_describing()) and self._left_ms:
            self.playback.seek(self._left_ms)

    def go_on(self) -> None:
        """Play on from here; a stretch that is described has an end, from which it is played again."""
        here, at_ms = self.describing.here if self.describing else None, self.playback.at_ms
        if here is not None and here.end_ms <= at_ms < here.end_ms + AT_THE_END_MS:
            self.replay()
        else:
            self._until_ms = here.end_ms if here is not None and at_ms < here.end_ms else None
            self.playback.play()

    def halt(self) -> None:
        """The sound stops first; the trace reaches up to here."""
        stamp = self.playback.halt()
        if self.describing is None:
            self._sampler.sample(stamp, self.value)
            self._sampler.flush()

    def seek(self, to_ms: int) -> None:
        """Go to a time; what is rated from there on is another pass."""
        self._leave_here()
        self.playback.seek(to_ms)

    def seek_by(self, ms: int) -> None:
        """Go on or back by so much."""
        self.seek(self.playback.at_ms + ms)

    def set_rate(self, rate: float) -> None:
        """Play at another speed."""
        self._leave_here()
        self.playback.set_rate(rate)

    def tick(self) -> bool:
        """Called ten times a second while it plays: takes a sample; whether a stretch has come to its end now."""
        stamp = self.playback.player.now()
        if self.describing is None and self.playing:
            self._sampler.sample(stamp, self.value)
        if self.playing and self._until_ms is not None and stamp.ms >= self._until_ms:
            self.playback.halt()
            return True
        self.playback.tick()
        return False

    def player_changed(self, state: PlayerState) -> None:
        """Follows the player: the trace begins as it plays, and at the recording's end is written as far as it goes."""
        self.playback.player_changed(state)
        if not self.playing:
            self._sampler.flush()
        elif self.describing is None:
            self._sampler.sample(self.playback.player.now(), self.value)

    def _leave_here(self) -> None:
        if self.describing is None and self.playing:
            self._sampler.sample(self.playback.player.now(), self.value)
            self._sampler.flush()

    # The dial

    def turn_to(self, value: float) -> None:
        """Set the dial, within its scale; the next sample has it."""
        self.value = within(value)

    def turn(self, by: float) -> None:
        """Move the dial by so much."""
        self.turn_to(self.value + by)

    # Describing

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
        """Back to the dial, where the trace ended."""
        if self.playing:
            self.halt()
        self.describing, self.playback, self._until_ms = None, self._rating, None
        left_ms, self.value = _last_sample(self.state)
        self.playback.player.seek(left_ms)

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
            self.draft = Draft(text, here.start_ms, mark.id if mark else None, self.describing.stop_id, here.start_ms)
            self.saving.save_draft(self.draft if text.strip() else None)

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

    # Picture, cover and close

    def sync_mark(self, *, tone: bool) -> None:
        """A tone was sounded for an external recorder, or could not be."""
        self._do([(self.head.layer, SyncMarked(self.playback.at_ms, tone))])

    def view_changed(self, view: View) -> None:
        """From here on this is seen of the picture. A recall begins with it hidden."""
        self._do([(self.head.layer, ViewChanged(view, self.playback.at_ms))])

    def cover(self) -> None:
        """Silence and stillness at once, no question."""
        self.halt()
        self.playback.player.set_muted(True)
        self.covered = True
        self._do([(self.head.layer, CoverUsed(True, self.playback.at_ms))])

    def uncover(self, *, to_ms: int | None = None) -> None:
        """The cover is lifted; with `to_ms` what lies before it is declined, a stretch to describe left."""
        self.covered = False
        self.playback.player.set_muted(False)
        self._do([(self.head.layer, CoverUsed(False, self.playback.at_ms))])
        if to_ms is None:
            return
        here = self.describing.here if self.describing else None
        self.playback.decline(to_ms if here is None else min(to_ms, here.end_ms))
        if here is not None:
            self.next_stretch()

    def keep_closing(self, text: str) -> None:
        """The answer to the closing question as far as it is written, made durable as it is typed."""
        self.draft = Draft(text, self.playback.at_ms, closing=True)
        self.saving.save_draft(self.draft if text.strip() else None)

    def close(self, answer: str = "") -> None:
        """The recall ends with the answer to the closing question."""
        self._do([(self.head.layer, Closed(answer.strip()))], clear_draft=True)
        self.draft = None

    # Within

    def _new_playback(self, player: Player) -> Playback:
        reaction_ms = self.head.protocol.reaction_time_ms
        return Playback(player, self.head.duration_ms, reaction_ms, self.hand.new_id, self._write_coverage)

    def _write_samples(self, batch: Traced) -> None:
        self._do([(self.hand.new_id(), batch)])
        self._listener.traced(batch.samples)

    def _write_coverage(self, spans: Sequence[tuple[str, OpBody]]) -> None:
        if spans:
            self._do(spans)
            self._listener.coverage_changed()

    def _do(self, bodies: Sequence[tuple[str, OpBody]], *, clear_draft: bool = False) -> None:
        if bodies or clear_draft:
            self._apply(self.hand.ops(*bodies), clear_draft=clear_draft)

    def _apply(self, ops: Sequence[Op], *, clear_draft: bool = False) -> None:
        self.state.apply(ops)
        self.saving.commit(ops, clear_draft=clear_draft)


def _last_sample(state: LayerState) -> tuple[int, float]:
    """Where the trace was left and where the dial stood; the beginning and neutral where there is none."""
    last = next(reversed(state.traces.values()), None)
    return last.samples[-1] if last is not None and last.samples else (0, NEUTRAL)


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
