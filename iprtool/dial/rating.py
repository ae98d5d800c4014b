"""One person's rating of one recording: it plays, the dial is moved and sampled, and it can be stopped and covered.

Gestures come in as calls; out of them come operations for the layer and commands to the player. What was sampled is a
fact and is never taken back.
"""

import time
from collections.abc import Callable
from typing import Protocol

from iprtool.dial.sampling import Sampler
from iprtool.dial.scale import NEUTRAL, within
from iprtool.edits import Hand
from iprtool.model.layer import LayerContent, Traced
from iprtool.model.mark import Stamp
from iprtool.model.playing import Player, PlayerState
from iprtool.model.ports import LayerLog
from iprtool.recall import any_recall

Samples = tuple[tuple[int, float], ...]


class Listener(any_recall.Listener, Protocol):
    """Whoever shows the dial."""

    def traced(self, samples: Samples) -> None:
        """Some more of the trace is on its way to the disk."""


class Rating(any_recall.AnyRecall):
    """A dial on a recording; `value` is where it stands. `monotonic` is the clock of the wall, in seconds."""

    _listener: Listener

    def __init__(
        self,
        content: LayerContent,
        player: Player,
        log: LayerLog,
        hand: Hand,
        listener: Listener,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(content, log, hand, listener)
        self._sampler = Sampler(self._write_samples, monotonic)
        self._until_ms: int | None = None
        self.playback = self._new_playback(player)
        self.value = self.left[1]

    # What is

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
        self._fall_silent()

    def seek(self, to_ms: int) -> None:
        """Go to a time; what is rated from there on is another pass."""
        self._leave_here()
        self.playback.seek(to_ms)

    def set_rate(self, rate: float) -> None:
        """Play at another speed."""
        self._leave_here()
        super().set_rate(rate)

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

    # Within

    def _fall_silent(self) -> Stamp:
        stamp = super()._fall_silent()
        if self.rates:
            self._sampler.sample(stamp, self.value)
            self._sampler.flush()
        return stamp

    def _write_samples(self, batch: Traced) -> None:
        self._do([(self.hand.new_id(), batch)])
        self._listener.traced(batch.samples)
