"""The player as the screen has it: a process that is spoken to over pipes, and started again when it dies or hangs."""

import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, BinaryIO, cast

import msgspec

from iprtool.model.mark import Stamp
from iprtool.model.playing import PlayerState
from iprtool.model.times import clock as clock_text
from iprtool.player.child_process import OPEN_S, SILENT_S, Child, Restarts, Sign, let_go, start, watch, write
from iprtool.player.clock import AFTER_CHANGE_MS, Clock, Cued, Held, adopted, after, position_ms, stamp
from iprtool.player.messages import (
    AnyCommand,
    Close,
    FrameError,
    Opening,
    Pause,
    Play,
    Report,
    Seek,
    SetLoop,
    SetLoudness,
    SetRate,
    Tone,
    receive,
)

CLOSE_S = 2.0
SLOWEST, FASTEST = 0.5, 2.0
_UNSETTLED_NS = 10_000_000_000
_SIGNS_NS = 100_000_000


class ProcessPlayer:
    """A `Player` in a process of its own, started with this command and this opening.

    A process that is silent for `silent_s` (`open_s` until its first report) counts as hung.
    """

    def __init__(
        self, command: Sequence[str], opening: Opening, *, silent_s: float = SILENT_S, open_s: float = OPEN_S
    ) -> None:
        self._command = list(command)
        self._silent_s, self._open_s = silent_s, open_s
        self._lock = threading.RLock()
        self._wanted = opening
        self._state = _first_state(opening)
        self._clock = Clock(opening.duration_ms, media_ms=opening.at_ms, rate=opening.rate)
        self._serial = self._placed_serial = opening.serial
        self._listener: Callable[[PlayerState], None] | None = None
        self._follower: Callable[[Clock], None] | None = None
        self._child: Child | None = None
        self._heard_ns: int | None = None
        self._started_ns = 0
        self._restarts = Restarts()
        self._notice = ""
        self._closing = threading.Event()
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._run, self._watch)]
        for thread in self._threads:
            thread.start()

    @property
    def state(self) -> PlayerState:
        """The latest state."""
        return self._state

    @property
    def pid(self) -> int | None:
        """The process's id, or None where there is none at present."""
        child = self._child
        return None if child is None else child.pid

    def now(self, at_ns: int | None = None) -> Stamp:
        """Where the person is, or was at a monotonic time; computed from the clock, without waiting for the process."""
        with self._lock:
            taken = stamp(self._clock, time.monotonic_ns() if at_ns is None else at_ns)
            loop = self._state.loop
        if loop is None or not taken.playing or taken.raw_ms <= loop[1]:
            return taken
        # It is likely to have gone back, and that will be told in a moment.
        return msgspec.structs.replace(taken, uncertainty_ms=taken.uncertainty_ms + taken.raw_ms - loop[0])

    def on_state(self, listener: Callable[[PlayerState], None]) -> None:
        """Set the one listener; it is called from this player's thread."""
        self._listener = listener

    def follow(self, listener: Callable[[Clock], None]) -> None:
        """Set the one listener for the clock: told it now and at every change, under this player's lock."""
        with self._lock:
            self._follower = listener
            listener(self._clock)

    def play(self) -> None:
        """Play, or play again after the end."""
        with self._lock:
            self._wanted = msgspec.structs.replace(self._wanted, playing=True)
            self._send(Play)

    def pause(self) -> None:
        """Stop the sound; the clock stands still from this call on."""
        with self._lock:
            self._set_clock(after(self._clock, Held(time.monotonic_ns())))
            self._wanted = msgspec.structs.replace(self._wanted, playing=False)
            self._placed_serial = self._send(Pause)

    def seek(self, to_ms: float) -> None:
        """Go to a time; the clock stands there until the sound has followed."""
        with self._lock:
            to_ms = min(max(0, to_ms), self._wanted.duration_ms)
            now_ns = time.monotonic_ns()
            cued = Cued(to_ms, self._clock.rate, self._clock.running, now_ns, now_ns + _UNSETTLED_NS)
            self._set_clock(after(self._clock, cued))
            self._placed_serial = self._send(Seek, to_ms=to_ms)

    def step(self, frames: int) -> None:
        """Some frames on or back, while paused; from where the last step was to lead, so that many add up."""
        with self._lock:
            if not self._wanted.playing:
                at_ms = position_ms(self._clock, time.monotonic_ns())
                self.seek(at_ms + frames * self._wanted.frame_ms)

    def set_rate(self, rate: float) -> None:
        """Play at 0.5 to 2 times the speed."""
        with self._lock:
            rate = min(max(SLOWEST, rate), FASTEST)
            self._wanted = msgspec.structs.replace(self._wanted, rate=rate)
            self._send(SetRate, rate=rate)

    def set_volume(self, volume: int) -> None:
        """Loudness, 0 to 100."""
        with self._lock:
            self._set_loudness(min(max(0, volume), 100), self._wanted.muted)

    def set_muted(self, muted: bool) -> None:
        """Silence without stopping."""
        with self._lock:
            self._set_loudness(self._wanted.volume, muted)

    def set_loop(self, loop: tuple[int, int] | None) -> None:
        """Play an interval again and again, or no longer."""
        with self._lock:
            self._wanted = msgspec.structs.replace(self._wanted, loop=loop)
            self._send(SetLoop, loop=loop)

    def tone(self) -> None:
        """Sound a short tone; nothing where the process is not there at present."""
        with self._lock:
            self._send(Tone)

    def close(self) -> None:
        """End the process and the threads; returns when they are gone."""
        self._closing.set()
        with self._lock:
            self._send(Close)
            child, heard_ns = self._child, self._heard_ns
        if child is not None:
            lives = heard_ns is not None and time.monotonic_ns() - heard_ns < CLOSE_S * 1e9
            with suppress(subprocess.TimeoutExpired):
                child.wait(CLOSE_S if lives else 0)
            child.kill()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()

    def _set_clock(self, clock: Clock) -> None:
        if clock != self._clock:
            self._clock = clock
            if self._follower is not None:
                self._follower(clock)

    def _set_loudness(self, volume: int, muted: bool) -> None:
        self._wanted = msgspec.structs.replace(self._wanted, volume=volume, muted=muted)
        self._send(SetLoudness, volume=volume, muted=muted)

    def _send(self, kind: Callable[..., AnyCommand], **fields: Any) -> int:
        """Number a command and write it; without a process the next one begins with what is wanted."""
        self._serial += 1
        self._notice = ""
        if self._child is not None:
            write(self._child, kind(self._serial, **fields))
        return self._serial

    def _run(self) -> None:
        while (child := self._start()) is not None:
            self._read(cast(BinaryIO, child.stdout))
            self._reap(child)
            if self._closing.is_set():
                return
            self._mourn()

    def _start(self) -> Child | None:
        if self._state.status == "failed" or self._closing.is_set():
            return None
        try:
            child = start(self._command, bufsize=0)
        except OSError:
            self._fail("The player could not be started; run iprtool doctor.")
            return None
        with self._lock:
            self._child = child
            self._heard_ns, self._started_ns = None, time.monotonic_ns()
            self._serial += 1
            self._placed_serial = self._serial
            at_ms = round(position_ms(self._clock, self._started_ns))
            write(child, msgspec.structs.replace(self._wanted, at_ms=at_ms, serial=self._serial))
            if self._closing.is_set():
                child.kill()
        return child

    def _read(self, pipe: BinaryIO) -> None:
        decoder = msgspec.msgpack.Decoder(Report)
        with suppress(FrameError, OSError):
            while (report := receive(pipe, decoder)) is not None:
                self._take(report)

    def _take(self, report: Report) -> None:
        with self._lock:
            self._heard_ns = time.monotonic_ns()
            if report.serial >= self._placed_serial:
                self._set_clock(adopted(self._clock, report.clock, self._heard_ns))
            if report.serial >= self._serial and report.state.status in {"ended", "failed"}:
                self._wanted = msgspec.structs.replace(self._wanted, playing=False)
            state = report.state
            if self._notice and not state.message:
                state = msgspec.structs.replace(state, message=self._notice)
            before, self._state = self._state, state
        if _says_more(before, state):
            self._tell()

    def _tell(self) -> None:
        if self._listener is not None and not self._closing.is_set():
            self._listener(self._state)

    def _reap(self, child: Child) -> None:
        with self._lock:
            self._child = None
        let_go(child)

    def _mourn(self) -> None:
        """Stand where the sound was lost; begin again, unless that has happened too often."""
        now_ns = time.monotonic_ns()
        with self._lock:
            self._set_clock(self._lost_at(now_ns))
            at = clock_text(round(position_ms(self._clock, now_ns)))
            often = self._restarts.too_often(now_ns)
            self._notice = f"The player had stopped by itself at {at} and was started again."
            if self._other_engine(often):
                often = False
                self._notice = f"VLC had stopped by itself at {at}; the embedded player goes on."
            self._state = msgspec.structs.replace(self._state, status="opening", message=self._notice)
        if often:
            self._fail("The player stops again and again; run iprtool doctor, or add the recording again.")
        else:
            self._tell()

    def _lost_at(self, now_ns: int) -> Clock:
        """The clock where the sound was lost: in a process that hung, not long after its last sign of life."""
        lost = after(self._clock, Held(min(now_ns, (self._heard_ns or now_ns) + _SIGNS_NS)))
        return msgspec.structs.replace(lost, wide_ms=AFTER_CHANGE_MS) if self._clock.running else lost

    def _other_engine(self, often: bool) -> bool:
        """Leave libVLC, where none was asked for by name, if it stops while it opens, or again and again."""
        if self._wanted.engine is not None or self._state.engine == "embedded":
            return False
        if often or self._heard_ns is None:
            self._wanted = msgspec.structs.replace(self._wanted, engine="embedded")
            self._restarts.forget()
        return self._wanted.engine == "embedded"

    def _fail(self, sentence: str) -> None:
        with self._lock:
            self._state = msgspec.structs.replace(self._state, status="failed", message=sentence)
        self._tell()

    def _watch(self) -> None:
        watch(self._closing, self._sign)

    def _sign(self) -> Sign | None:
        with self._lock:
            if self._child is None:
                return None
            if self._heard_ns is None:
                return Sign(self._child, self._started_ns, self._open_s)
            return Sign(self._child, self._heard_ns, self._silent_s)


def _first_state(opening: Opening) -> PlayerState:
    return PlayerState(
        position_ms=opening.at_ms,
        duration_ms=opening.duration_ms,
        rate=opening.rate,
        volume=opening.volume,
        muted=opening.muted,
        loop=opening.loop,
    )


def _says_more(before: PlayerState, state: PlayerState) -> bool:
    """Whether there is more news than that the position has moved on."""
    if state.status == "playing":
        before = msgspec.structs.replace(before, position_ms=state.position_ms)
    return before != state
