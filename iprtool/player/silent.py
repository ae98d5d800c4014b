"""The engine of a recording without sound: it keeps the time that the picture follows."""

import time

from iprtool.player.clock import Ticked
from iprtool.player.engine import RanOut, Tell
from iprtool.player.messages import Opening

TICK_S = 0.2


class SilentEngine:
    """A recording that has a picture only; see `Engine`."""

    sink = "no sound"

    def __init__(self, opening: Opening, tell: Tell) -> None:
        self._duration_ms = opening.duration_ms
        self._tell = tell
        self._from_ms, self._from_ns, self._ticked_ns = 0.0, time.monotonic_ns(), 0
        self._rate = 1.0
        self._running = False

    def cue(self, to_ms: int, rate: float, running: bool) -> int:
        """See `Engine`."""
        self._from_ms, self._rate = float(to_ms), rate
        self._from_ns = time.monotonic_ns()
        self._running = running
        return self._from_ns

    def hold(self) -> float | None:
        """See `Engine`."""
        self._from_ms, self._running = self._at_ms(time.monotonic_ns()), False
        return self._from_ms

    def go_on(self) -> int:
        """See `Engine`."""
        return self.cue(round(self._from_ms), self._rate, running=True)

    def set_loudness(self, volume: int, muted: bool) -> None:
        """There is nothing to be heard."""

    def work(self) -> float:
        """See `Engine`."""
        if not self._running:
            return TICK_S
        now_ns = time.monotonic_ns()
        at_ms = self._at_ms(now_ns)
        if at_ms >= self._duration_ms:
            self._from_ms, self._running = float(self._duration_ms), False
            self._tell(RanOut(now_ns))
            return TICK_S
        left_s = (self._duration_ms - at_ms) / 1000 / self._rate
        due_s = TICK_S - (now_ns - self._ticked_ns) / 1e9
        if due_s > 0:
            return min(due_s, left_s)
        self._ticked_ns = now_ns
        self._tell(Ticked(at_ms, now_ns, now_ns, sure=True))
        return min(TICK_S, left_s)

    def close(self) -> None:
        """Nothing is held."""

    def _at_ms(self, now_ns: int) -> float:
        return self._from_ms + (now_ns - self._from_ns) / 1e6 * self._rate
