"""Playback within a recall: the player, whether it should be playing, and the coverage that comes of it."""

from collections.abc import Callable, Sequence

import msgspec

from iprtool.model.layer import OpBody
from iprtool.model.mark import Stamp
from iprtool.model.playing import Player, PlayerState
from iprtool.recall.coverage import CoverageTrack

SAME_PLACE_MS = 250
"""Two positions closer than this are one place to a person."""


class Playback:
    """Commands to the player, with what they mean for coverage.

    `playing` and `rate` are what the person asked for, which the player follows within some milliseconds.
    `pressed_ns` is when the key now being carried out was pressed (monotonic): a busy screen does not shift a mark.
    """

    def __init__(
        self,
        player: Player,
        duration_ms: int,
        reaction_time_ms: int,
        new_id: Callable[[], str],
        write: Callable[[Sequence[tuple[str, OpBody]]], None],
        left_ms: int | None = None,
    ) -> None:
        self.player = player
        self.playing = False
        self.pressed_ns: int | None = None
        self.rate = player.state.rate
        self._duration_ms = duration_ms
        self._reaction_time_ms = reaction_time_ms
        self._track = CoverageTrack(new_id, left_ms)
        self._write = write

    @property
    def at_ms(self) -> int:
        """Where the person is."""
        return self.player.now().ms

    def stamp(self) -> Stamp:
        """Where the person is now, with the reaction time taken off while it plays."""
        stamp = self.player.now(self.pressed_ns if self.playing else None)
        if not self.playing or self._reaction_time_ms == 0:
            return stamp
        return msgspec.structs.replace(stamp, ms=max(0, stamp.raw_ms - self._reaction_time_ms))

    def play(self, from_ms: int | None = None) -> None:
        """Play on, from another place where one is given."""
        self.playing = True
        if from_ms is not None:
            self.player.seek(from_ms)
        self.player.play()

    def halt(self) -> Stamp:
        """The sound stops first; the stamp is where the person was at the key press."""
        stamp = self.stamp()
        self.player.pause()
        self.playing = False
        self._write(self._track.end(stamp.raw_ms))
        return stamp

    def seek(self, to_ms: int) -> bool:
        """Go to a time; True where that is another place than here."""
        to_ms = max(0, min(to_ms, self._duration_ms))
        now_ms = self.player.now().raw_ms
        self.player.seek(to_ms)
        self._begin_anew(now_ms, to_ms, self.rate)
        return abs(to_ms - now_ms) > SAME_PLACE_MS

    def set_rate(self, rate: float) -> None:
        """Play at another speed."""
        now_ms = self.player.now().raw_ms
        self.rate = rate
        self.player.set_rate(rate)
        self._begin_anew(now_ms, now_ms, rate)

    def loop(self, start_ms: int, end_ms: int) -> None:
        """Go round in an interval until told otherwise."""
        self.player.set_loop((start_ms, end_ms))
        self.play(start_ms)

    def decline(self, to_ms: int) -> None:
        """Leave out what lies between here and there, at the person's wish, and go there."""
        at_ms = self.at_ms
        to_ms = min(max(0, to_ms), self._duration_ms)
        if to_ms > at_ms:
            self._write(self._track.declined(at_ms, to_ms))
        self.player.seek(to_ms)

    def leave_out_rest(self) -> None:
        """Nothing more is played: what comes after here was skipped."""
        self._write(self._track.left_out(self._duration_ms))

    def tick(self) -> None:
        """Called now and then while playing: writes down what has been played."""
        if self.playing:
            self._write(self._track.reach(self.player.now().raw_ms))

    def player_changed(self, state: PlayerState) -> None:
        """Follows the player: playing begins a stretch; the end and failures close it and stop the recall."""
        if state.status == "playing" and self.playing and self._track.playing_from_ms is None:
            self._write(self._track.begin(self.player.now().raw_ms, self.rate))
        elif state.status in ("ended", "failed"):
            self._write(self._track.end(state.position_ms))
            self.playing = False

    def _begin_anew(self, from_ms: int, to_ms: int, rate: float) -> None:
        if self._track.playing_from_ms is not None:
            self._write(self._track.end(from_ms))
            self._write(self._track.begin(to_ms, rate))
