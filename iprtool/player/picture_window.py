"""The picture in a window of its own, by libVLC, kept to the player's clock; a thread of the picture's process owns it.

libVLC's Matroska demuxer loses its way in a recording whose sound is not played: FFmpeg's, by way of libVLC
(`:demux=avformat`), does not. With it a paused seek may show a frame up to three too early; but from there on the
picture runs in a known relation to the time sought. So a still picture is one that has run for some milliseconds, into
its frame.

On Linux and Windows libVLC makes the window itself; on macOS it is given one (`cocoa`).
"""

import sys
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from iprtool.model.errors import PlayerError
from iprtool.model.ports import Source
from iprtool.model.terms import View
from iprtool.player.clock import Clock, position_ms
from iprtool.player.cocoa import main_loop
from iprtool.player.display import NO_WINDOW, vlc_with_windows
from iprtool.player.engine import WatchedSource
from iprtool.player.media_callbacks import MediaCallbacks
from iprtool.player.picture_messages import COVERED, IN_WINDOW
from iprtool.player.picture_reel import Span

# Measured by what the window showed: how late the picture is that runs on from a paused seek; what libVLC decodes ahead
# (in real time, whatever the rate); by how much its ticks are ahead of what is seen, and what a pause shows.
START_MS = 18
DELAY_MS = 300
AHEAD_MS = 8
STOPS_AHEAD_MS = 18

NUDGE_MS = 60
INTO_FRAME = 0.35
LONG_FRAME_MS = 100
LONGEST_RUN_MS = 700
MARGIN_MS = 5
EARLY_MS = 30
TICK_S = 0.3
FIRST_FRAME_S = 0.07
"""From when libVLC has the bytes of a place until it has its frame, or it may show none of what it runs through."""

LEAD_MS = 200
MOST_LEAD_MS = 3000
SHORT_OF_END_MS = 500
ARRIVE_S = 3.0
OPEN_S = 5.0
SETTLED_NS = 300_000_000
UNSETTLED_NS = 2_000_000_000
DRIFT_FRAMES = 1.5
TICKS_OFF = 2
CHECK_S = 0.25
BLEEDS_PX = 8
"""So far a codec lets one side shine into the other."""

_POLL_S = 0.01
_TRIES = 3
_BUFFERED = 100.0

_INSTANCE = (
    "--quiet", "--no-audio", "--no-spu", "--no-osd", "--no-stats", "--no-interact", "--no-video-title-show",
    "--video-title=iprtool", "--video-on-top", "--no-keyboard-events", "--no-mouse-events",
)  # fmt: skip
# Nothing that draws on a terminal or a bare console.
_LINUX = ("--vout=gl,gles2,xcb_xv,xcb_x11,wl_shm,none",)
_MEDIA = (":demux=avformat", ":no-audio", ":no-spu", ":play-and-pause")


class Wish(NamedTuple):
    """What is to be seen in the window (`hidden`: there is none), where the sound is, and on which frame it stands.

    `width` is that of the picture. A wish of a `serial` with which a window could not be opened is not tried again.
    """

    serial: int
    view: View
    clock: Clock
    width: int = 0
    still: Span | None = None
    frame_ms: float = 40.0

    @property
    def errand(self) -> tuple[object, ...]:
        """What libVLC has to be told anew where it is another; the clock's ticks only keep what runs in step."""
        clock = self.clock
        return (self.serial, self.still) if not clock.running else (self.serial, clock.since_ns, clock.rate)


class WindowNews(msgspec.Struct, frozen=True):
    """Whether a window can be opened here, whether one is open, and in one sentence why not."""

    windows: bool
    is_open: bool = False
    sentence: str = ""


class Window:
    """The window's thread: does what was wished last; `tell` is called from that thread."""

    def __init__(self, source: Source, tell: Callable[[WindowNews], None]) -> None:
        self._source, self._tell = source, tell
        self._changed = threading.Condition()
        self._wish = Wish(0, "hidden", Clock())
        self._done: Wish | None = None
        self._beat_ns = time.monotonic_ns()
        self._vlc: Any = None
        self._player: WindowPlayer | None = None
        self._failed_serial = -1
        threading.Thread(target=self._run, daemon=True).start()

    @property
    def silent_s(self) -> float:
        """For how long its thread has given no sign of life."""
        return (time.monotonic_ns() - self._beat_ns) / 1e9

    def wish(self, wish: Wish) -> None:
        """What is to be from now on; returns at once."""
        with self._changed:
            self._wish = wish
            self._changed.notify()

    def _run(self) -> None:
        self._vlc = vlc_with_windows()
        self._tell(WindowNews(self._vlc is not None))
        wait_s = 0.0
        while self._vlc is not None:
            with self._changed:
                if self._done == self._wish:
                    self._changed.wait(wait_s)
                self._done = wish = self._wish
            self._beat_ns = time.monotonic_ns()
            try:
                wait_s = self._fulfil(wish)
            except PlayerError as error:
                self._failed_serial = wish.serial
                self._close(str(error))

    def _fulfil(self, wish: Wish) -> float:
        if wish.view not in IN_WINDOW:
            self._close()
            return CHECK_S
        if self._player is None and wish.serial != self._failed_serial:
            self._player = WindowPlayer(self._vlc, self._source, wish, lambda: self._wish)
            self._tell(WindowNews(True, True))
        return CHECK_S if self._player is None else self._player.follow(wish)

    def _close(self, sentence: str = "") -> None:
        if self._player is not None:
            self._player.close()
            self._player = None
            self._tell(WindowNews(True, False, sentence))
        elif sentence:
            self._tell(WindowNews(True, False, sentence))


class WindowPlayer:
    """One open window; `latest` gives the latest wish. PlayerError where it cannot be opened, or is lost."""

    def __init__(self, vlc: Any, source: Source, wish: Wish, latest: Callable[[], Wish]) -> None:
        self._latest = latest
        self._errand = wish.errand
        self._kinds = vlc
        options = [*_INSTANCE, *(_LINUX if sys.platform.startswith("linux") else ())]
        if wish.view in COVERED:
            # A filter works before the first frame is seen; what `video_set_crop_geometry` sets comes some frames late.
            side = wish.view.removesuffix("_covered")
            options += ["--video-filter=croppadd", f"--croppadd-crop{side}={wish.width // 2 + BLEEDS_PX}"]
        self._instance = self._kinds.Instance(*options)
        self._duration_ms = wish.clock.duration_ms
        self._bytes = MediaCallbacks(self._kinds, WatchedSource(source))
        self._buffered, self._seen, self._ticked = threading.Event(), threading.Event(), threading.Event()
        self._tick: tuple[int, int] | None = None
        self._ticks_off = 0
        self._running: tuple[int, float] | None = None
        self._stands_on: Span | None = None
        self._stands_ms: float | None = None
        self._released_ns = 0
        self._lead_ms = LEAD_MS
        self._rate = 1.0
        self._player = self._instance.media_player_new()
        self._callbacks = self._listen()
        self._media = self._bytes.media(self._instance)
        start_s = min(position_ms(wish.clock, time.monotonic_ns()), self._latest_ms) / 1000
        for option in (*_MEDIA, f":start-time={start_s:.3f}"):
            self._media.add_option(option)
        self._player.set_media(self._media)
        loop = main_loop()
        self._mac_window = loop.open_window() if loop else None
        if self._mac_window:
            self._player.set_nsobject(self._mac_window.view)
        self._player.video_set_key_input(False)
        self._player.video_set_mouse_input(False)
        self._player.play()
        if not self._seen.wait(OPEN_S):
            self.close()
            raise PlayerError(NO_WINDOW)
        self._player.set_pause(1)

    def follow(self, wish: Wish) -> float:
        """Do what is due, unless it is no longer wished; in how many seconds to look again."""
        self._errand = wish.errand
        if self._player.get_state() in {self._kinds.State.Ended, self._kinds.State.Error, self._kinds.State.Stopped}:
            raise PlayerError("VLC cannot show the picture on; it is in the terminal again.")
        clock, now_ns = wish.clock, time.monotonic_ns()
        if not clock.running or clock.at_ns - now_ns > UNSETTLED_NS:
            return self._stand(wish)
        change = clock.since_ns, clock.rate
        if self._running == change and not self._is_off(wish):
            return CHECK_S
        if self._join(wish):
            self._running, self._tick, self._ticks_off = change, None, 0
        return CHECK_S

    def close(self) -> None:
        """The window is gone when this returns."""
        self._player.stop()
        self._player.release()
        self._media.release()
        self._instance.release()
        if self._mac_window and (loop := main_loop()):
            loop.close_window(self._mac_window)

    @property
    def _latest_ms(self) -> int:
        return max(0, self._duration_ms - SHORT_OF_END_MS)

    def _stand(self, wish: Wish) -> float:
        if self._running is not None:
            self._player.set_pause(1)
            self._stands_ms = position_ms(wish.clock, time.monotonic_ns()) if not wish.clock.running else None
            self._running = self._stands_on = None
        if wish.still is not None and wish.still != self._stands_on and self._nudged(wish.still):
            self._stands_on = wish.still
        return CHECK_S

    def _nudged(self, still: Span) -> bool:
        """Whether the picture came to stand on a frame: it runs into it, not far, so that late does no harm."""
        length_ms = still.end_ms - still.start_ms
        to_ms = max(MARGIN_MS, still.start_ms - STOPS_AHEAD_MS + INTO_FRAME * min(length_ms, LONG_FRAME_MS))
        from_ms = to_ms - NUDGE_MS
        for _ in range(_TRIES):
            if not self._seek(min(from_ms, self._latest_ms)):
                return False
            time.sleep(FIRST_FRAME_S)
            seen_ms = self._released_at()
            if seen_ms is not None and 0 <= to_ms - seen_ms <= LONGEST_RUN_MS:
                time.sleep((to_ms - seen_ms) / 1000)
                self._stands_ms = self._seen_now_ms(1.0)
            elif seen_ms is not None and abs(to_ms - seen_ms) < LONGEST_RUN_MS:
                from_ms -= seen_ms - to_ms
            self._player.set_pause(1)
            if self._stands_ms is not None and self._stands_ms - to_ms < (1 - INTO_FRAME) * length_ms - MARGIN_MS:
                break
        return True

    def _released_at(self) -> float | None:
        """Let the picture run; where it did so, by the tick that comes with it, or None where none does."""
        self._stands_ms = None
        self._ticked.clear()
        self._player.set_pause(0)
        self._released_ns = time.monotonic_ns()
        return self._seen_now_ms(self._rate) if self._ticked.wait(TICK_S) else None

    def _seen_now_ms(self, rate: float) -> float | None:
        """What is seen at this moment, by the last tick."""
        if self._tick is None:
            return None
        return self._tick[0] + ((time.monotonic_ns() - self._tick[1]) / 1e6 - AHEAD_MS) * rate

    def _join(self, wish: Wish) -> bool:
        """Whether the picture now runs with the clock: it stands where the clock will be, and runs when it is there."""
        clock, at_ms = wish.clock, self._stands_ms
        near = at_ms is not None and -wish.frame_ms < at_ms - position_ms(clock, time.monotonic_ns()) < LEAD_MS
        if not near or clock.rate != 1 or self._rate != 1:
            at_ms = self._stood_ahead(clock)
        while (early_ms := (at_ms or 0) - position_ms(clock, time.monotonic_ns())) > 1:
            if self._is_stale():
                return False
            time.sleep(min(early_ms / clock.rate / 1000, _POLL_S))
        seen_ms = self._released_at()
        off_ms = 0 if seen_ms is None else seen_ms - position_ms(clock, time.monotonic_ns())
        if off_ms > 0:
            self._player.set_pause(1)
            time.sleep(min(off_ms / clock.rate / 1000, TICK_S))
            self._player.set_pause(0)
        elif -off_ms > DRIFT_FRAMES * wish.frame_ms and self._lead_ms < MOST_LEAD_MS:
            self._lead_ms = min(MOST_LEAD_MS, 2 * self._lead_ms - round(off_ms))
            return self._join(wish)
        self._lead_ms = LEAD_MS
        return True

    def _stood_ahead(self, clock: Clock) -> float:
        """Where the picture stands now, some tenths of a second before the clock is there; it is to go on at its rate.

        libVLC seeks truly at rate 1 alone, and at another one shows the sooner what it has decoded ahead.
        """
        to_ms = position_ms(clock, time.monotonic_ns() + round(self._lead_ms * 1e6))
        to_ms += EARLY_MS * clock.rate  # what is too early waits, what is late has to be sought anew
        self._seek(min(to_ms + DELAY_MS * (1 - clock.rate) + START_MS * clock.rate, self._latest_ms))
        self._set_rate(clock.rate)
        return to_ms - EARLY_MS * clock.rate

    def _seek(self, to_ms: float) -> bool:
        """Go to a time and stand near it; whether that is still wished by then.

        It is waited for in any case: its arrival would be taken for that of the next one.
        """
        self._player.set_pause(1)
        self._set_rate(1.0)
        self._buffered.clear()
        self._player.set_time(max(0, round(to_ms)))
        self._buffered.wait(ARRIVE_S)
        return not self._is_stale()

    def _is_stale(self) -> bool:
        """Whether something else is wished by now."""
        return self._latest().errand != self._errand

    def _set_rate(self, rate: float) -> None:
        if rate != self._rate:
            self._player.set_rate(rate)
            self._rate = rate

    def _is_off(self, wish: Wish) -> bool:
        """Whether the picture has been away from the clock for some ticks; the last second is let run out."""
        tick, self._tick = self._tick, None
        if tick is None or tick[1] < self._released_ns + SETTLED_NS:
            return False
        seen_ms = tick[0] - AHEAD_MS * wish.clock.rate
        off_ms = abs(seen_ms - position_ms(wish.clock, tick[1]))
        near_end = seen_ms > self._latest_ms - SHORT_OF_END_MS
        self._ticks_off = self._ticks_off + 1 if off_ms > DRIFT_FRAMES * wish.frame_ms and not near_end else 0
        return self._ticks_off >= TICKS_OFF

    def _listen(self) -> list[Any]:
        """Callbacks only note: in them most calls of libVLC hang for ever."""
        events, kinds = self._player.event_manager(), self._kinds.EventType
        listeners = [
            (kinds.MediaPlayerTimeChanged, self._on_time),
            (kinds.MediaPlayerBuffering, self._on_buffering),
            (kinds.MediaPlayerVout, self._on_vout),
        ]
        for kind, listener in listeners:
            events.event_attach(kind, listener)
        return [events, *listeners]

    def _on_time(self, event: Any) -> None:
        self._tick = event.u.new_time, time.monotonic_ns()
        self._ticked.set()

    def _on_buffering(self, event: Any) -> None:
        # The share buffered stands where the union has its other float.
        if event.u.new_position >= _BUFFERED:
            self._buffered.set()

    def _on_vout(self, event: Any) -> None:
        if event.u.new_count:
            self._seen.set()
