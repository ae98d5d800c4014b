"""Sampling: where the dial stands, ten times a second while it plays, on its way to the disk in small batches."""

from collections.abc import Callable

from iprtool.model.layer import Traced
from iprtool.model.mark import Stamp

SAMPLES_PER_SECOND = 10
BATCH_S = 0.35
"""A batch older than this goes to the disk with its next sample: what a crash can cost stays below half a second."""


class Sampler:
    """Gathers samples and writes them as they come; each batch was made at one speed.

    `monotonic` is the clock of the wall, in seconds. A sample's own time is the player's: whoever calls may be late.
    """

    def __init__(self, write: Callable[[Traced], None], monotonic: Callable[[], float]) -> None:
        self._write = write
        self._monotonic = monotonic
        self._samples: list[tuple[int, float]] = []
        self._rate = 1.0
        self._began = 0.0

    def sample(self, stamp: Stamp, value: float) -> None:
        """Take a sample, if it plays and is not the last one again; a batch that is old enough is written."""
        if not stamp.playing or self._samples[-1:] == [(stamp.raw_ms, value)]:
            return
        if self._samples and stamp.rate != self._rate:
            self.flush()
        if not self._samples:
            self._rate, self._began = stamp.rate, self._monotonic()
        self._samples.append((stamp.raw_ms, value))
        if self._monotonic() - self._began >= BATCH_S:
            self.flush()

    def flush(self) -> None:
        """Write what has been gathered, if anything has."""
        if self._samples:
            samples, self._samples = tuple(self._samples), []
            self._write(Traced(samples, self._rate))
