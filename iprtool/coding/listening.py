"""Hearing a session segment by segment: where the coder is, and what happens at a segment's end."""

from collections.abc import Callable

from iprtool.coding.segments import Segments
from iprtool.model.mark import Stamp
from iprtool.model.playing import PlayerState
from iprtool.recall.playback import Playback

REPLAY_MS = 10_000


class Listening:
    """The segment being coded, and the recording around it.

    It stops at the segment's end; where it `plays_on`, the segment moves along once it is finished, else stays to be
    finished while the recording goes on.
    """

    def __init__(self, playback: Playback, segments: Segments, is_finished: Callable[[int], bool]) -> None:
        self.playback = playback
        self.segments = segments
        self.segment = segments.at(playback.at_ms)
        self.plays_on = False
        self._is_finished = is_finished

    @property
    def playing(self) -> bool:
        """Whether it plays, as far as the person asked for it."""
        return self.playback.playing

    @property
    def is_outside(self) -> bool:
        """Whether the recording is in another segment than the one being coded; at its very end it is in it still."""
        start_ms, end_ms = self.segments.bounds(self.segment)
        return not start_ms <= self.playback.at_ms <= end_ms

    def play(self) -> None:
        """Play on from here: from the segment's end into the next one, from the recording's end the last one again."""
        at_ms = self.playback.at_ms
        if at_ms >= self.segments.duration_ms:
            self.play_segment()
            return
        if not self.plays_on and at_ms >= self.segments.bounds(self.segment)[1]:
            self.segment = self.segments.at(at_ms)
        self.playback.play()

    def halt(self) -> None:
        """Stop here."""
        self.playback.halt()

    def play_segment(self) -> None:
        """The segment from its start."""
        self.playback.seek(self.segments.bounds(self.segment)[0])
        self.playback.play()

    def replay(self) -> None:
        """The last ten seconds again, not from before the segment's start."""
        start_ms = self.segments.bounds(self.segment)[0]
        self.playback.seek(max(start_ms, self.playback.at_ms - REPLAY_MS))
        self.playback.play()

    def seek(self, to_ms: int) -> None:
        """Go to a time; the segment there is the one that is coded now."""
        self.playback.seek(to_ms)
        self.segment = self.segments.at(max(0, to_ms))

    def go(self, segment: int) -> None:
        """Code another segment, from its start; where the recording is in it already, it stays where it is."""
        self.segment = max(0, min(segment, self.segments.count - 1))
        start_ms, end_ms = self.segments.bounds(self.segment)
        if not start_ms <= self.playback.at_ms < end_ms:
            self.playback.seek(start_ms)

    def tick(self) -> bool:
        """Called now and then while playing: whether it stopped, or another segment is coded now."""
        self.playback.tick()
        at_ms = self.playback.at_ms
        end_ms = self.segments.bounds(self.segment)[1]
        if not self.playing or at_ms < end_ms or end_ms == self.segments.duration_ms:
            return False
        if not self.plays_on:
            self.playback.halt()
            self.playback.seek(end_ms)
            return True
        if self._is_finished(self.segment):
            self.segment = self.segments.at(at_ms)
            return True
        return False

    def stamp(self) -> Stamp:
        """Where the person is, or was when the key was pressed."""
        return self.playback.stamp()

    def player_changed(self, state: PlayerState) -> None:
        """Follows the player."""
        self.playback.player_changed(state)
