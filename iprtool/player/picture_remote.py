"""The picture as the screen has it: a process that lives only while something is to be seen, and is spoken to by pipes.

A hidden picture has no process: nothing of it is decoded anywhere, and hiding it is as quick as killing one.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import BinaryIO, Protocol, cast

import msgspec

from iprtool.model.picture import Frame, PictureState
from iprtool.model.terms import View
from iprtool.player.child_process import OPEN_S, SILENT_S, Child, Restarts, Sign, let_go, start, watch, write
from iprtool.player.clock import Clock
from iprtool.player.messages import FrameError
from iprtool.player.picture_messages import (
    Follow,
    FromChild,
    PictureOpening,
    PictureReport,
    Show,
    Told,
    Want,
    receive,
)

FASTEST, SLOWEST = 60.0, 0.1
_NOTICE = "The picture had stopped by itself and was started again."
_STOPS_AGAIN = "The picture stops again and again; hide it and go on with the sound, or add the recording again."
_NOT_STARTED = "The picture could not be started; run iprtool doctor."


class Followed(Protocol):
    """A player whose clock can be followed."""

    def follow(self, listener: Callable[[Clock], None]) -> None:
        """Set the one listener for the clock, told it now and at every change; it must return at once."""
        ...


class PictureProcess:
    """A `Picture` in a process of its own, started with this command and this opening, following this player.

    A process that is silent for `silent_s` (`open_s` until its first word) counts as hung.
    """

    def __init__(
        self,
        command: Sequence[str],
        opening: PictureOpening,
        player: Followed,
        *,
        silent_s: float = SILENT_S,
        open_s: float = OPEN_S,
    ) -> None:
        self._command = list(command)
        self._opening = opening
        self._silent_s, self._open_s = silent_s, open_s
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._clock = Clock(opening.duration_ms)
        self._show = Show(0, "hidden")
        self._want: Want | None = None
        self._state = PictureState()
        self._told_state = self._state
        self._notice = ""
        self._given_up = False
        self._on_state: Callable[[PictureState], None] | None = None
        self._on_frame: Callable[[Frame], None] | None = None
        self._child: Child | None = None
        self._heard_ns: int | None = None
        self._started_ns = 0
        self._restarts = Restarts()
        self._closing = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        player.follow(self._follow)

    @property
    def state(self) -> PictureState:
        """The latest state."""
        return self._state

    @property
    def pid(self) -> int | None:
        """The process's id, or None where there is none at present."""
        child = self._child
        return None if child is None else child.pid

    def on_state(self, listener: Callable[[PictureState], None]) -> None:
        """Set the one listener for states."""
        self._on_state = listener

    def on_frame(self, listener: Callable[[Frame], None]) -> None:
        """Set the one listener for frames; it is called under this picture's lock."""
        self._on_frame = listener

    def show(self, view: View, *, in_window: bool = False) -> None:
        """What may be seen from now on; a picture that had failed is tried again where it was hidden before."""
        with self._changed:
            if (view, in_window) == (self._show.view, self._show.in_window) or self._closing:
                return
            if self._show.view == "hidden":
                self._restarts.forget()
                self._given_up = False
            if view == "hidden" or self._show.in_window:
                self._end_child()  # no window is closed as surely and as soon as with its process
            self._show = Show(self._show.serial + 1, view, in_window and view != "hidden")
            self._notice = ""
            failed = self._given_up and view != "hidden"
            message = self._state.message if failed else ""
            self._state = PictureState(view, self._state.windows, failed=failed, message=message)
            self._send(self._show)
            self._changed.notify_all()

    def want(self, width: int, height: int, frames_per_second: float = 12) -> None:
        """Ask for one frame; asked again before it came, the latest wish counts."""
        with self._lock:
            rate = min(max(SLOWEST, frames_per_second), FASTEST)
            self._want = Want(max(1, width), max(1, height), rate)
            self._send(self._want)

    def close(self) -> None:
        """End the picture and its process; returns when it is gone."""
        with self._changed:
            self._closing = True
            self._end_child()
            self._changed.notify_all()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _follow(self, clock: Clock) -> None:
        with self._lock:
            self._clock = clock
            self._send(Follow(clock))

    def _send(self, message: msgspec.Struct) -> None:
        """Write to the process where there is one; the next one begins with what is wanted."""
        if self._child is not None:
            write(self._child, message)

    def _end_child(self) -> None:
        """There is nothing to save: its window and its memory are gone at once."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def _run(self) -> None:
        while self._awaited():
            child = self._start()
            if child is None:
                continue
            ended = threading.Event()
            watching = threading.Thread(target=watch, args=(ended, self._sign), daemon=True)
            watching.start()
            self._read(child)
            ended.set()
            watching.join()
            self._reap(child)

    def _awaited(self) -> bool:
        """Whether a process is to be started, once that is known; False: closing."""
        with self._changed:
            self._tell_state()
            while not self._closing and (self._show.view == "hidden" or self._given_up):
                self._changed.wait()
                self._tell_state()
            return not self._closing

    def _start(self) -> Child | None:
        try:
            child = start(self._command)
        except OSError:
            self._give_up(_NOT_STARTED)
            return None
        with self._lock:
            self._child, self._heard_ns, self._started_ns = child, None, time.monotonic_ns()
            for message in (self._opening, Follow(self._clock), self._show, self._want):
                if message is not None:
                    self._send(message)
            if self._closing or self._show.view == "hidden":
                self._end_child()
        return child

    def _read(self, child: Child) -> None:
        decoder = msgspec.msgpack.Decoder(FromChild)
        with suppress(FrameError, OSError):
            while (message := receive(cast(BinaryIO, child.stdout), decoder)) is not None:
                self._take(message)

    def _take(self, message: FromChild) -> None:
        """Listeners are told under the lock: when `show` returns, nothing of the earlier view is on its way."""
        with self._lock:
            self._heard_ns = time.monotonic_ns()
            if message.serial != self._show.serial or self._closing:
                return
            match message:
                case Told(frame=frame):
                    self._want = None
                    if self._on_frame is not None:
                        self._on_frame(frame)
                case PictureReport():
                    self._state = PictureState(
                        self._show.view,
                        message.windows or self._state.windows,
                        message.in_window,
                        message.failed,
                        message.message or self._notice,
                    )
                    self._tell_state()

    def _tell_state(self) -> None:
        if self._state != self._told_state:
            self._told_state = self._state
            if self._on_state is not None:
                self._on_state(self._state)

    def _reap(self, child: Child) -> None:
        """Where it was not ended from here, begin again, unless that has happened too often."""
        with self._lock:
            by_itself, self._child = self._child is child, None
            if by_itself and not self._closing:
                self._mourn()
        let_go(child)

    def _mourn(self) -> None:
        if self._restarts.too_often(time.monotonic_ns()):
            self._give_up(_STOPS_AGAIN)
        else:
            self._notice = _NOTICE
            self._state = msgspec.structs.replace(self._state, in_window=False, message=_NOTICE)

    def _give_up(self, sentence: str) -> None:
        with self._lock:
            self._given_up = True
            self._state = msgspec.structs.replace(self._state, in_window=False, failed=True, message=sentence)

    def _sign(self) -> Sign | None:
        with self._lock:
            if self._child is None:
                return None
            if self._heard_ns is None:
                return Sign(self._child, self._started_ns, self._open_s)
            return Sign(self._child, self._heard_ns, self._silent_s)
