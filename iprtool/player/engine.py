"""What an engine does for the deck: the few things in which libVLC and PyAV differ."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from iprtool.model.ports import Source
from iprtool.player.clock import Ticked
from iprtool.player.messages import Opening

FEW_BYTES = 4096
UNREADABLE = "The recording could not be read; check the disk that it is on."


class EngineHungError(RuntimeError):
    """The engine gives no sign of life; the process is to end, so that the parent starts it again."""


class RanOut(msgspec.Struct, frozen=True):
    """Nothing more comes to be played: the end, or, with a sentence, a recording that cannot be read on."""

    at_ns: int
    sentence: str = ""


Happening = Ticked | RanOut
Tell = Callable[[Happening], None]
"""How an engine tells what happens; safe to call from any thread."""


class WatchedSource:
    """A source that remembers whether a read has failed: players take a failed read for the end."""

    def __init__(self, source: Source) -> None:
        self.failure = ""
        self._source = source

    @property
    def size(self) -> int:
        """The number of bytes."""
        return self._source.size

    @property
    def error(self) -> str | None:
        """The source's own."""
        return self._source.error

    def read_at(self, offset: int, size: int) -> bytes:
        """The source's bytes; OSError where not even few can be read, and `failure` says why in one sentence."""
        try:
            return self._source.read_at(offset, size)
        except OSError:
            if size > FEW_BYTES:
                return self.read_at(offset, FEW_BYTES)
            self.failure = self._source.error or UNREADABLE
            raise

    def close(self) -> None:
        """Left to the source's owner."""


class Engine(Protocol):
    """A recording opened by an engine, standing at its start; all calls come from the one thread that made it.

    Monotonic times are nanoseconds. While it runs it tells ticks: which time of the recording is heard when.
    """

    @property
    def sink(self) -> str:
        """What the sound goes to, in a word or two."""
        ...

    def cue(self, to_ms: int, rate: float, running: bool) -> int:
        """Stand or run at a time and rate, from any state; by when `to_ms` is heard, unless a tick says it before.

        Raises MediaError with one sentence where the recording cannot be opened again.
        """
        ...

    def hold(self) -> float | None:
        """Stop the sound; where it will go on, in ms, or None where the clock knows best."""
        ...

    def go_on(self) -> int:
        """Run on after a hold; by when the sound goes on, unless a tick says it before."""
        ...

    def set_loudness(self, volume: int, muted: bool) -> None:
        """Loudness, 0 to 100, cubic; and silence."""
        ...

    def work(self) -> float:
        """Do what is due; how many seconds that may wait the next time."""
        ...

    def close(self) -> None:
        """Let go of everything but the source."""
        ...


OpenEngine = Callable[[Source, Opening, Tell], Engine]
"""Raises PlayerError where the engine cannot be used here, MediaError where it cannot play this recording."""
