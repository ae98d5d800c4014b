"""The picture's process: follows the player's clock, and tells the frames that the parent asks for.

Whoever composes it opens the private pipes first, as for the player: `serve(open_source, *private_pipes(log))`.
"""

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO, NamedTuple

import msgspec

from iprtool.model.errors import IprtoolError
from iprtool.model.ports import Source
from iprtool.player.clock import Clock, position_ms
from iprtool.player.cocoa import main_loop
from iprtool.player.display import NO_WINDOW, has_display
from iprtool.player.messages import FrameError, packed, receive
from iprtool.player.picture_look import Looks
from iprtool.player.picture_messages import (
    COVERED,
    IN_WINDOW,
    Follow,
    FromChild,
    PictureOpening,
    PictureReport,
    Show,
    ToChild,
    Told,
    Want,
)
from iprtool.player.picture_reel import Reel, Shot
from iprtool.player.picture_window import Window, WindowNews, Wish

HEARTBEAT_S = 1.0
BEHIND_NS = 2_000_000_000
ROUNDED_MS = 0.5
RETRY_MS = 1000
LEAST_WAIT_S = 0.001
HUNG_S = 15.0
_CLOSED = Wish(0, "hidden", Clock())
_COARSE = "A window cannot show the picture pixelated; it is in the terminal."
_TURNED = "A window cannot cover one side of a turned picture; it is in the terminal."

Item = ToChild | WindowNews
Inbox = queue.SimpleQueue[Item]
OpenSource = Callable[[PictureOpening], Source]
Tell = Callable[[FromChild], None]


class _Told(NamedTuple):
    """What makes a frame another than the last one that was told, under the same Show."""

    start_ms: int
    end_ms: int
    before_ms: int
    size: tuple[int, int]


def serve(open_source: OpenSource, inp: BinaryIO, out: BinaryIO) -> None:
    """Tell one recording's picture to the parent; the process ends at once when the parent is gone."""
    loop = main_loop() if has_display() else None
    if loop is None:
        _serve(open_source, inp, out)
        return

    def serve_beside() -> None:
        try:
            _serve(open_source, inp, out)
        finally:
            os._exit(1)

    threading.Thread(target=serve_beside, daemon=True).start()
    loop.run()


def _serve(open_source: OpenSource, inp: BinaryIO, out: BinaryIO) -> None:
    inbox: Inbox = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(inp, inbox), daemon=True).start()

    def tell(message: FromChild) -> None:
        try:
            out.write(packed(message))
            out.flush()
        except BrokenPipeError:
            os._exit(0)

    opening = inbox.get()
    assert isinstance(opening, PictureOpening)
    projector = Projector(open_source, opening, tell, inbox.put)
    wait_s = 0.0
    while True:
        for message in _waiting(inbox, wait_s):
            projector.take(message)
        wait_s = projector.work()


def _listen(inp: BinaryIO, inbox: Inbox) -> None:
    decoder = msgspec.msgpack.Decoder(ToChild)
    with suppress(FrameError):
        while (message := receive(inp, decoder)) is not None:
            inbox.put(message)
    # The parent is gone, or talks nonsense: whatever the other threads are doing, nothing is seen any more.
    os._exit(0)


def _waiting(inbox: Inbox, wait_s: float) -> Iterator[Item]:
    """What waits in the inbox, after up to `wait_s` for the first."""
    with suppress(queue.Empty):
        yield inbox.get(timeout=wait_s) if wait_s else inbox.get_nowait()
        while True:
            yield inbox.get_nowait()


class Projector:
    """Tells frames: each when it is due, made as its Show says; one thread owns it."""

    def __init__(
        self,
        open_source: OpenSource,
        opening: PictureOpening,
        tell: Tell,
        tell_news: Callable[[WindowNews], None],
    ) -> None:
        self._open_source, self._opening, self._tell = open_source, opening, tell
        self._tell_news = tell_news
        self._window: Window | None = None
        self._news, self._news_came = WindowNews(False), False
        self._looks = Looks()
        self._source: Source | None = None
        self._reel: Reel | None = None
        self._clock = Clock(opening.duration_ms)
        self._show = Show(0, "hidden")
        self._want: Want | None = None
        self._told: _Told | None = None
        self._told_ns = self._reported_ns = 0
        self._behind_ns: int | None = None
        self._report = PictureReport(0)
        self._failure = ""
        self._failed_at: tuple[int, float] | None = None

    def take(self, message: Item) -> None:
        """Take in what the parent says, or the window's thread."""
        match message:
            case WindowNews():
                self._news, self._news_came = message, True
            case Follow(clock=clock):
                if clock.since_ns != self._clock.since_ns:
                    self._behind_ns = self._failed_at = None
                self._clock = clock
            case Show():
                self._show, self._told, self._told_ns = message, None, 0
            case Want():
                self._want = message
            case PictureOpening():
                pass

    def work(self) -> float:
        """Do a piece of what is due; how many seconds the next may wait, unless something is said before."""
        now_ns = time.monotonic_ns()
        wait_s = HEARTBEAT_S
        if self._show.view != "hidden" and not self._given_up(now_ns):
            try:
                wait_s = self._show_all(now_ns)
                self._failure = ""
            except IprtoolError as error:
                self._failed_at = self._clock.since_ns, position_ms(self._clock, now_ns)
                self._failure = str(error)
        self._tell_state(now_ns)
        return min(wait_s, HEARTBEAT_S)

    def _show_all(self, now_ns: int) -> float:
        if self._source is None:
            self._source = self._open_source(self._opening)
        if self._reel is None:
            self._reel = Reel(self._source, self._opening.duration_ms)
        self._lead_window(self._reel, self._source, now_ns)
        return HEARTBEAT_S if self._want is None else self._project(self._reel, self._want, now_ns)

    def _lead_window(self, reel: Reel, source: Source, now_ns: int) -> None:
        """Tell the window's thread what is to be seen; it is begun after the first frame, so as not to delay that."""
        if self._window is None:
            if not has_display() or not (self._show.in_window or self._told):
                return
            self._window = Window(source, self._tell_news)
        if self._window.silent_s > HUNG_S:
            os._exit(3)
        if self._why_not_in_window(reel):
            self._window.wish(_CLOSED)
            return
        still = None if self._clock.running else reel.span(round(position_ms(self._clock, now_ns)))
        wish = Wish(self._show.serial, self._show.view, self._clock, reel.size[0], still, reel.frame_ms)
        self._window.wish(wish)

    def _why_not_in_window(self, reel: Reel) -> str | None:
        """None where the picture is to be in a window; else why it is not, empty where that was not asked for."""
        if not self._show.in_window:
            return ""
        if self._show.view not in IN_WINDOW:
            return _COARSE
        return _TURNED if self._show.view in COVERED and reel.turns else None

    def _project(self, reel: Reel, want: Want, now_ns: int) -> float:
        """Work towards the next frame, ahead of its time where there is some, and tell it when it is due."""
        due_ns = max(now_ns, self._told_ns + round(1e9 / want.frames_per_second))
        told, at_ms = self._told, position_ms(self._clock, due_ns)
        if told is not None and told.size == (want.width, want.height) and told.start_ms <= at_ms < told.end_ms:
            if not self._clock.running:
                # While the person looks, what may be stepped back to is made ready.
                return HEARTBEAT_S if reel.at(told.before_ms, keep=True) else 0.0
            due_ns += self._until_ns(told.end_ms, at_ms)
        target_ms = self._target_ms(reel, due_ns, now_ns)
        steps_back = told is not None and target_ms == told.before_ms and not self._clock.running
        shot = reel.at(target_ms, keep=steps_back)
        if shot is None:
            if self._behind_ns is None and due_ns <= now_ns:
                self._behind_ns = now_ns
            return 0.0
        due_ns += self._until_ns(shot.start_ms, position_ms(self._clock, due_ns) + ROUNDED_MS)
        if due_ns > now_ns:
            return max(LEAST_WAIT_S, (due_ns - now_ns) / 1e9)
        self._tell_shot(reel, shot, want)
        return HEARTBEAT_S

    def _target_ms(self, reel: Reel, due_ns: int, now_ns: int) -> int:
        """The time whose frame is to be told next: when due, or, where decoding does not keep up, the next key frame's.

        A paused picture is waited for, however long it takes.
        """
        if self._clock.running and self._behind_ns is not None and now_ns - self._behind_ns > BEHIND_NS:
            key_ms = reel.key_after(round(position_ms(self._clock, now_ns)))
            if key_ms is not None:
                return key_ms
        return round(position_ms(self._clock, due_ns))

    def _until_ns(self, ms: int, at_ms: float) -> int:
        """How long it is, while running, from one time of the recording to a later one."""
        return max(0, round((ms - at_ms) * 1e6 / self._clock.rate)) if self._clock.running else 0

    def _tell_shot(self, reel: Reel, shot: Shot, want: Want) -> None:
        told = _Told(shot.start_ms, shot.end_ms, shot.before_ms, (want.width, want.height))
        self._behind_ns = None
        if told == self._told:
            return
        frame = self._looks.frame(shot, reel.pixel_aspect, told.size, self._show.view)
        self._tell(Told(self._show.serial, frame))
        self._told, self._told_ns, self._want = told, time.monotonic_ns(), None

    def _given_up(self, now_ns: int) -> bool:
        """Whether it failed at this very place, and there is no use in trying again."""
        if self._failed_at is None:
            return False
        since_ns, at_ms = self._failed_at
        return since_ns == self._clock.since_ns and abs(position_ms(self._clock, now_ns) - at_ms) < RETRY_MS

    def _tell_state(self, now_ns: int) -> None:
        failed, message = bool(self._failure), self._failure or self._sentence()
        report = PictureReport(self._show.serial, self._news.windows, self._news.is_open, failed, message)
        if report != self._report or now_ns - self._reported_ns > HEARTBEAT_S * 9e8:
            self._tell(report)
            self._reported_ns = now_ns
        self._report = report

    def _sentence(self) -> str:
        """Where a window was asked for: why there is none."""
        if not self._show.in_window or self._news.is_open or self._reel is None:
            return ""
        missing = (self._news_came or not has_display()) and not self._news.windows
        return self._why_not_in_window(self._reel) or self._news.sentence or (NO_WINDOW if missing else "")
