"""Playout: the queue of sound that an engine fills and an output empties, and the output itself, which may fail."""

import threading
import time
from collections import deque

from iprtool.model.errors import PlayerError
from iprtool.player.clock import Ticked
from iprtool.player.engine import RanOut, Tell
from iprtool.player.output import NO_DEVICE, SAMPLE_BYTES, Output, SilentOutput, has_sound_device, open_output

TICK_NS = 150_000_000
# An output that starts fills its buffer first: what is heard when is known only after some askings.
SOON_TICK_NS, SOON_NS = 40_000_000, 400_000_000
IDLE_S = 3.0
DEAD_S = 3.0
FLOWING_WAIT_S = 0.1
START_NS = 1_000_000_000
"""Until the output has asked for sound, nothing is told to be heard: that is due at the latest after this."""


class Playout:
    """A queue and the best output there is; the engine's thread calls, the output's thread feeds on the queue."""

    def __init__(self, rate_hz: int, channels: int, tell: Tell) -> None:
        self.queue = SoundQueue(rate_hz, channels, tell)
        self._rate_hz, self._channels = rate_hz, channels
        self._output: Output = open_output(self.queue.feed, rate_hz, channels)
        self._pulling = False
        self._held_ns = time.monotonic_ns()

    @property
    def sink(self) -> str:
        """What the sound goes to."""
        return self._output.name

    def go_on(self) -> int:
        """Let the sound flow; the monotonic time at which that is due, unless a tick says it before."""
        self.queue.flow()
        if not self._pulling:
            self._start()
        return time.monotonic_ns() + START_NS

    def hold(self) -> float | None:
        """Stop the sound; the label of what goes on, or None where nothing waits."""
        self._held_ns = time.monotonic_ns()
        return self.queue.hold()

    def work(self) -> float:
        """Take another output where this one asks no more, rest it in a long pause; how long that may wait, in s."""
        now_ns = time.monotonic_ns()
        if self.queue.flowing:
            if now_ns - self.queue.fed_ns > DEAD_S * 1e9:
                self._output.close()
                self._output = open_output(self.queue.feed, self._rate_hz, self._channels)
                self._start()
            return FLOWING_WAIT_S
        if self._pulling and now_ns - self._held_ns > IDLE_S * 1e9:
            self._output.stop()
            self._pulling = False
        return IDLE_S

    def close(self) -> None:
        """Let the output go."""
        self._output.close()

    def _start(self) -> None:
        if self._output.name == NO_DEVICE and has_sound_device():
            self._output = open_output(self.queue.feed, self._rate_hz, self._channels)
        self.queue.fed_ns = time.monotonic_ns()
        try:
            self._output.start()
        except PlayerError:
            self._output.close()
            self._output = SilentOutput(self.queue.feed, self._rate_hz, self._channels)
            self._output.start()
        self._pulling = True


class SoundQueue:
    """Interleaved 16-bit samples, labelled with a time in ms; safe between the two threads.

    It tells a tick, with the label, at the first sound after a stillness and then some six times a second; where it
    is empty for a moment, ticks that stand still; and when it has run out.
    """

    def __init__(self, rate_hz: int, channels: int, tell: Tell) -> None:
        self.fed_ns = 0
        self.flowing = False
        self._lock = threading.Lock()
        self._rate_hz = rate_hz
        self._frame_bytes = SAMPLE_BYTES * channels
        self._tell = tell
        self._blocks: deque[tuple[float, bytes]] = deque()
        self._bytes = 0
        self._rate = 1.0
        self._gain = 1.0
        self._ticked_ns = self._flowed_ns = 0
        self._end: str | None = None
        self._next_ms: float | None = None

    @property
    def length_ms(self) -> float:
        """How much sound waits, in ms of hearing it."""
        return self._bytes / self._frame_bytes * 1000 / self._rate_hz

    def put(self, at_ms: float, data: bytes) -> None:
        """Add samples that begin at a time."""
        with self._lock:
            self._blocks.append((at_ms, data))
            self._bytes += len(data)

    def finish(self, sentence: str) -> None:
        """Nothing more comes: the end, or, with a sentence, why the recording cannot be read on; the first stays."""
        with self._lock:
            if self._end is None:
                self._end = sentence

    def clear(self, rate: float) -> None:
        """Drop all and stand still; of what comes next a ms of sound is `rate` ms by its labels."""
        with self._lock:
            self._blocks.clear()
            self._bytes = 0
            self._rate = rate
            self._end = self._next_ms = None
            self.flowing = False

    def flow(self) -> None:
        """Give sound when asked."""
        with self._lock:
            self.flowing = True
            self._ticked_ns = 0
            self._flowed_ns = time.monotonic_ns()

    def hold(self) -> float | None:
        """Give silence when asked; the label of what goes on, or None where nothing waits."""
        with self._lock:
            self.flowing = False
            return self._blocks[0][0] if self._blocks else None

    def set_loudness(self, volume: int, muted: bool) -> None:
        """Volume, 0 to 100, cubic as libVLC's is; and silence."""
        if volume != 100:
            # Imported here, on the owner's thread: the output's has no time to wait for it.
            import numpy  # noqa: F401
        self._gain = 0.0 if muted else (volume / 100) ** 3

    def feed(self, frames: int, heard_ns: int) -> bytes:
        """That many frames, the first of which is heard at this monotonic time; silence where there is nothing."""
        wanted = frames * self._frame_bytes
        now_ns = time.monotonic_ns()
        with self._lock:
            self.fed_ns = now_ns
            if not self.flowing:
                return bytes(wanted)
            at_ms = self._blocks[0][0] if self._blocks else None
            data = self._taken(wanted)
            self._note(at_ms, now_ns, heard_ns)
        return self._loud(data).ljust(wanted, b"\0")

    def _note(self, at_ms: float | None, now_ns: int, heard_ns: int) -> None:
        if at_ms is None:
            self._ticked_ns = 0
            if self._end is not None:
                self.flowing = False
                self._tell(RanOut(now_ns, self._end))
            elif self._next_ms is not None:
                self._tell(Ticked(self._next_ms, heard_ns, now_ns, sure=True))
        elif now_ns - self._ticked_ns > (SOON_TICK_NS if now_ns - self._flowed_ns < SOON_NS else TICK_NS):
            self._ticked_ns = now_ns
            self._tell(Ticked(at_ms, heard_ns, now_ns))

    def _taken(self, wanted: int) -> bytes:
        parts: list[bytes] = []
        while wanted > 0 and self._blocks:
            at_ms, data = self._blocks.popleft()
            parts.append(data[:wanted])
            self._next_ms = at_ms + len(parts[-1]) / self._frame_bytes * 1000 / self._rate_hz * self._rate
            if len(data) > wanted:
                self._blocks.appendleft((self._next_ms, data[wanted:]))
            wanted -= len(parts[-1])
            self._bytes -= len(parts[-1])
        return b"".join(parts)

    def _loud(self, data: bytes) -> bytes:
        if self._gain == 1:
            return data
        if self._gain == 0:
            return bytes(len(data))
        import numpy as np

        return (np.frombuffer(data, np.int16) * np.float32(self._gain)).astype(np.int16).tobytes()
