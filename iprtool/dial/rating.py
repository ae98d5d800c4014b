"""One person's rating of one recording: it plays, the dial is moved and sampled, and it can be stopped and covered.

Gestures come in as calls; out of them come operations for the layer and commands to the player. What was sampled is a
fact and is never taken back.
"""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from iprtool.dial.sampling import Sampler
from iprtool.dial.scale import NEUTRAL, within
from iprtool.edits import Hand, LayerState
from iprtool.model.layer import Closed, CoverUsed, Draft, LayerContent, Op, OpBody, SyncMarked, Traced, ViewChanged
from iprtool.model.playing import Player, PlayerState
from iprtool.model.ports import LayerLog
from iprtool.model.terms import View
from iprtool.recall.playback import Playback
from iprtool.recall.saving import Saving

Samples = tuple[tuple[int, float], ...]


class Listener(Protocol):
    """Whoever shows the dial. `saved` comes from the writer's thread, the others from the caller's."""

    def traced(self, samples: Samples) -> None:
        """Some more of the trace is on its way to the disk."""

    def coverage_changed(self) -> None:
        """A stretch was played, skipped or declined."""

    def saved(self, error: str | None) -> None:
        """A commit is durable, or did not get there (one sentence)."""


class Rating:
    """A dial on a recording; `value` is where it stands. `monotonic` is the clock of the wall, in seconds."""

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
        self._listener = listener
        self._sampler = Sampler(self._write_samples, monotonic)
        self._until_ms: int | None = None
        self.playback = self._new_playback(player)
        self.value = self.left[1]

    # What is

    @property
    def playing(self) -> bool:
        """Whether it plays, as far as the person asked for it."""
        return self.playback.playing

    @property
    def left(self) -> tuple[int, float]:
        """Where the trace was left, in ms, and where the dial stood; the beginning and neutral where there is none."""
        last = next(reversed(self.state.traces.values()), None)
        return last.samples[-1] if last is not None and last.samples else (0, NEUTRAL)

    @property
    def rates(self) -> bool:
        """Whether what plays is rated."""
        return True

    # The dial

    def turn_to(self, value: float) -> None:
        """Set the dial, within its scale; the next sample has it."""
        self.value = within(value)

    def turn(self, by: float) -> None:
        """Move the dial by so much."""
        self.turn_to(self.value + by)

    # Playing

    def halt(self) -> None:
        """The sound stops first; the trace reaches up to here."""
        stamp = self.playback.halt()
        if self.rates:
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
        """Called ten times a second while it plays: takes a sample; whether it has come to where it was to stop."""
        stamp = self.playback.player.now()
        if self.playing and self.rates:
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
        elif self.rates:
            self._sampler.sample(self.playback.player.now(), self.value)

    def _leave_here(self) -> None:
        if self.playing and self.rates:
            self._sampler.sample(self.playback.player.now(), self.value)
            self._sampler.flush()

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
        """The cover is lifted; with `to_ms` the stretch up to there is declined."""
        self.covered = False
        self.playback.player.set_muted(False)
        self._do([(self.head.layer, CoverUsed(False, self.playback.at_ms))])
        if to_ms is not None:
            self.playback.decline(to_ms)

    def keep_closing(self, text: str) -> None:
        """The answer to the closing question as far as it is written, made durable as it is typed."""
        self._keep(Draft(text, self.playback.at_ms, closing=True))

    def close(self, answer: str = "") -> None:
        """The recall ends with the answer to the closing question."""
        self._do([(self.head.layer, Closed(answer.strip()))], clear_draft=True)
        self.draft = None

    # Within

    def _new_playback(self, player: Player) -> Playback:
        reaction_ms = self.head.protocol.reaction_time_ms
        return Playback(player, self.head.duration_ms, reaction_ms, self.hand.new_id, self._write_coverage)

    def _keep(self, draft: Draft) -> None:
        self.draft = draft
        self.saving.save_draft(draft if draft.text.strip() else None)

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
