"""A picture's process on stage: a player whose clock the test sets, the frames and states that come, and their wait."""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from iprtool.model.picture import Frame, PictureState
from iprtool.player.clock import Clock, position_ms
from iprtool.player.picture_messages import PictureOpening
from iprtool.player.picture_remote import PictureProcess
from iprtool.process import child_command
from tests.films import Filmed, Pixels, frame_number

PATIENCE_S = 30.0
WIDTH, HEIGHT = 160, 90


class ClockPlayer:
    """A player that is nothing but a clock."""

    def __init__(self, duration_ms: int) -> None:
        self.clock = Clock(duration_ms)
        self._listener: Callable[[Clock], None] = lambda _clock: None

    def follow(self, listener: Callable[[Clock], None]) -> None:
        self._listener = listener
        listener(self.clock)

    def stand(self, at_ms: float) -> None:
        """Stand at a time, as after a seek while paused."""
        now_ns = time.monotonic_ns()
        self._set(Clock(self.clock.duration_ms, media_ms=at_ms, at_ns=now_ns, since_ns=now_ns))

    def run(self, from_ms: float, rate: float = 1.0) -> None:
        """Run from a time on, at once."""
        now_ns = time.monotonic_ns()
        duration_ms = self.clock.duration_ms
        self._set(Clock(duration_ms, media_ms=from_ms, at_ns=now_ns, since_ns=now_ns, rate=rate, running=True))

    def position_ms(self) -> float:
        return position_ms(self.clock, time.monotonic_ns())

    def _set(self, clock: Clock) -> None:
        self.clock = clock
        self._listener(clock)


class Seen:
    """A frame that was told, and where the sound was then."""

    def __init__(self, frame: Frame, sound_ms: float) -> None:
        self.frame = frame
        self.sound_ms = sound_ms
        self.picture: Pixels = np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width, 3)

    @property
    def number(self) -> int:
        return frame_number(self.picture)

    @property
    def off_ms(self) -> float:
        """How far the sound was from the frame's own time; 0 within it."""
        return max(self.frame.start_ms - self.sound_ms, self.sound_ms - self.frame.end_ms, 0.0)


class PictureStage:
    """A picture with what it has told so far."""

    def __init__(self, filmed: Filmed, command: Sequence[str], silent_s: float) -> None:
        self.player = ClockPlayer(filmed.conformed.duration_ms)
        self.seen: list[Seen] = []
        self.states: list[PictureState] = []
        self.wants_again: float | None = None
        self._news = threading.Condition()
        opening = PictureOpening(dict(filmed.source), filmed.conformed.duration_ms)
        self.picture = PictureProcess(command, opening, self.player, silent_s=silent_s)
        self.picture.on_frame(self._on_frame)
        self.picture.on_state(self._on_state)

    def want(self, width: int = WIDTH, height: int = HEIGHT, frames_per_second: float = 60) -> None:
        self.picture.want(width, height, frames_per_second)

    def next_frame(self) -> Seen:
        """Ask for a frame and wait for it."""
        count = len(self.seen)
        self.want()
        self.until(lambda: len(self.seen) > count)
        return self.seen[-1]

    def frame_at(self, at_ms: float) -> Seen:
        """The frame that is told when the sound stands at a time; another one than the last."""
        self.player.stand(at_ms)
        return self.next_frame()

    def until(self, happened: Callable[[], bool]) -> None:
        """Wait for something; the limit is only there to end a test that hangs."""
        end = time.monotonic() + PATIENCE_S
        with self._news:
            while not happened():
                assert time.monotonic() < end, (self.picture.state, len(self.seen))
                self._news.wait(0.02)

    def until_state(self, is_so: Callable[[PictureState], bool]) -> PictureState:
        self.until(lambda: is_so(self.picture.state))
        return self.picture.state

    def _on_frame(self, frame: Frame) -> None:
        with self._news:
            self.seen.append(Seen(frame, self.player.position_ms()))
            if self.wants_again is not None:
                self.picture.want(WIDTH, HEIGHT, self.wants_again)
            self._news.notify_all()

    def _on_state(self, state: PictureState) -> None:
        with self._news:
            self.states.append(state)
            self._news.notify_all()


@contextmanager
def picture_staged(
    filmed: Filmed, *, command: Sequence[str] = (), silent_s: float = 10.0, path: Path | None = None
) -> Iterator[PictureStage]:
    """A picture of the film, ended afterwards; `path` is another object to be opened with the same key."""
    if path is not None:
        filmed = Filmed(filmed.film, path, filmed.conformed)
    stage = PictureStage(filmed, command or child_command("picture"), silent_s)
    try:
        yield stage
    finally:
        stage.picture.close()


LINUX = sys.platform.startswith("linux")
