"""Coverage: which stretches of a recording were played, skipped or declined, as operations while it plays.

An unplayed stretch never counts as "nothing happened", so what was played is written as it is played.
"""

from collections.abc import Callable

from iprtool.model.layer import Covered

WRITE_EVERY_MS = 5000
SKIP_FROM_MS = 1000
SHORTEST_MS = 50
"""What is shorter was not watched: a speed passed through, a key held."""


class CoverageTrack:
    """Follows the playhead and says what to write: the stretch being played, and what was skipped before it.

    `left_ms` is up to where it is known what was seen, when it begins; None where what comes first counts as begun
    with. Times are milliseconds of the recording. Each method returns (entity id, body) pairs to be committed in order.
    """

    def __init__(self, new_id: Callable[[], str], left_ms: int | None = None) -> None:
        self._new_id = new_id
        self._span: tuple[str, int, float] | None = None
        self._last_ms = 0
        self._written_ms = 0
        self._left_ms = left_ms

    @property
    def playing_from_ms(self) -> int | None:
        """Where the stretch now being played began, or None while stopped."""
        return self._span[1] if self._span else None

    def begin(self, at_ms: int, rate: float) -> list[tuple[str, Covered]]:
        """Playing begins here; a leap forward from where it stopped last was skipped."""
        written = self.end(self._last_ms) if self._span else []
        if self._left_ms is not None and at_ms > self._left_ms + SKIP_FROM_MS:
            written.append((self._new_id(), Covered("skipped", self._left_ms, at_ms)))
        self._span = (self._new_id(), at_ms, rate)
        self._last_ms = self._written_ms = at_ms
        return written

    def reach(self, at_ms: int) -> list[tuple[str, Covered]]:
        """It has played up to here; now and then that is written. A leap back (a loop) begins a new stretch."""
        if self._span is None:
            return []
        if at_ms < self._last_ms - 250:
            rate = self._span[2]
            return [*self.end(self._last_ms), *self.begin(at_ms, rate)]
        self._last_ms = max(self._last_ms, at_ms)
        if self._last_ms - self._written_ms < WRITE_EVERY_MS:
            return []
        return self._write(self._last_ms)

    def end(self, at_ms: int) -> list[tuple[str, Covered]]:
        """Playing stopped here."""
        if self._span is None:
            return []
        written = self._write(max(at_ms, self._span[1]))
        self._left_ms = max(at_ms, self._span[1])
        self._span = None
        return written

    def left_out(self, to_ms: int) -> list[tuple[str, Covered]]:
        """Nothing more is played up to there."""
        from_ms = self._left_ms
        if from_ms is None or to_ms <= from_ms + SKIP_FROM_MS:
            return []
        self._left_ms = to_ms
        return [(self._new_id(), Covered("skipped", from_ms, to_ms))]

    def declined(self, from_ms: int, to_ms: int) -> list[tuple[str, Covered]]:
        """The person asked not to watch this stretch."""
        self._left_ms = to_ms
        return [(self._new_id(), Covered("declined", from_ms, to_ms))]

    def _write(self, to_ms: int) -> list[tuple[str, Covered]]:
        if self._span is None or to_ms < self._span[1] + SHORTEST_MS:
            return []
        entity, start_ms, rate = self._span
        self._written_ms = to_ms
        return [(entity, Covered("played", start_ms, to_ms, rate))]
