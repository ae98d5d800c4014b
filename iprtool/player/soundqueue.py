"""The queue between the thread that decodes and the output's thread that asks for sound."""

import threading
import time
from collections import deque

from iprtool.player.clock import Ticked
from iprtool.player.engine import RanOut, Tell
from iprtool.player.output import SAMPLE_BYTES

TICK_NS = 250_000_000


class SoundQueue:
    """Interleaved 16-bit samples with their time in the recording; safe between the two threads.

    It tells a tick with the first sound after a stillness and some four times a second, and when it has run out.
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
        self._ticked_ns = 0
        self._end: str | None = None

    @property
    def length_ms(self) -> float:
        """How much sound waits, in ms of hearing it."""
        return self._bytes / self._frame_bytes * 1000 / self._rate_hz

    def put(self, at_ms: float, data: bytes) -> None:
        """Add samples that begin at a time of the recording."""
        with self._lock:
            self._blocks.append((at_ms, data))
            self._bytes += len(data)

    def finish(self, sentence: str) -> None:
        """Nothing more comes: the end, or, with a sentence, why the recording cannot be read on; the first stays."""
        with self._lock:
            if self._end is None:
                self._end = sentence

    def clear(self, rate: float) -> None:
        """Drop all and stand still; what comes next is at this rate."""
        with self._lock:
            self._blocks.clear()
            self._bytes = 0
            self._rate = rate
            self._end = None
            self.flowing = False

    def flow(self) -> None:
        """Give sound when asked."""
        with self._lock:
            self.flowing = True
            self._ticked_ns = 0

    def hold(self) -> float | None:
        """Give silence when asked; where in the recording the sound goes on, in ms, or None where nothing waits."""
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
        elif now_ns - self._ticked_ns > TICK_NS:
            self._ticked_ns = now_ns
            self._tell(Ticked(at_ms, heard_ns, now_ns))

    def _taken(self, wanted: int) -> bytes:
        parts: list[bytes] = []
        while wanted > 0 and self._blocks:
            at_ms, data = self._blocks.popleft()
            parts.append(data[:wanted])
            if len(data) > wanted:
                passed_ms = wanted / self._frame_bytes * 1000 / self._rate_hz * self._rate
                self._blocks.appendleft((at_ms + passed_ms, data[wanted:]))
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
