"""The engine over libVLC 3, through python-vlc; the only place that imports it.

libVLC decodes and stretches; its samples come back with the date at which it means them to be heard, and go through
the same playout as the embedded engine's. For libVLC's own outputs are content when the sound is some 100 ms off its
clock, and do not say so; ours say what is heard when.

libVLC calls back from its own threads, and `set_time`, `stop` and `set_media` called in there hang for ever: a callback
only notes and queues. Every change of place or rate is made while paused and waited for, because sound that was handed
out before would play on at the old place or rate: set in that order (rate, then time) it holds at once and exactly.
"""

import ctypes
import os
import threading
import time
from importlib import import_module
from math import inf
from typing import Any, NamedTuple

import msgspec

from iprtool.model.errors import MediaError, PlayerError
from iprtool.model.ports import Source
from iprtool.model.study import SHORTEST_GAP_MS, Gap
from iprtool.player.clock import Clock, Cued, Ticked, after, line_ms
from iprtool.player.engine import EngineHungError, Happening, Tell, WatchedSource
from iprtool.player.gaps import long_gaps, stretch_at
from iprtool.player.media_callbacks import MediaCallbacks
from iprtool.player.messages import Opening
from iprtool.player.output import SAMPLE_BYTES
from iprtool.player.playout import Playout
from iprtool.player.sound_view import SoundView

OPEN_S = 10.0
CUE_S = 2.0
SILENT_S = 4.0
PAUSE_TRIES, PAUSE_S = 10, 0.1
CHANNELS = 2
DATES_MS = 30
BLOCK_MS = 80
FRAME_BYTES = CHANNELS * SAMPLE_BYTES
HOLE_MS = 60
"""By less than this dates leap of themselves: measured, by up to 42 ms at a rate of 0.5, by less than 5 at 1."""
PRE_ROLL_MS = 150
"""libVLC begins with a whole block, and some decoders give nothing at first: what comes before the place is dropped."""
LEAST_MS = 500
"""Of less than this before the end libVLC never says that it is buffered."""

# Measured, against the samples: when libVLC's own time is the one that was cued, after the resume; and by how much that
# time is ahead of what the samples are, for MPEG audio (two frames) and stretched sound.
DUE_NS = 11_000_000
MPEG_FRAMES = 2
STRETCH_MS = 36.0

_INSTANCE = ("--quiet", "--no-video", "--no-spu", "--no-osd", "--no-interact", "--no-stats")
_MEDIA = (":start-paused", ":demux=mkv", ":no-video", ":no-spu")
_BUFFERED = 100.0
_LOOKED_UP = ("PYTHON_VLC_LIB_PATH", "PYTHON_VLC_MODULE_PATH")
_OTHER_PROCESSOR = ("ELF class", "ELF file OS ABI", "incompatible architecture", "wrong architecture", "WinError 193")
"""What the loaders of Linux, macOS and Windows say of a library that is not for this processor."""


class Vlc(NamedTuple):
    """python-vlc, a libVLC that runs, and its version."""

    module: Any
    instance: Any
    version: str


def start_vlc() -> Vlc:
    """A libVLC 3 that runs; PlayerError in one sentence where there is none.

    python-vlc ends the process where PYTHON_VLC_LIB_PATH is wrong, and imports well where there is no libVLC at all.
    """
    try:
        vlc = import_module("vlc")
        version = vlc.libvlc_get_version().decode(errors="replace").split()[0]
    except (SystemExit, ImportError, OSError, NameError, AttributeError, NotImplementedError) as error:
        raise PlayerError(_why_not(error)) from error
    if not version.startswith("3."):
        raise PlayerError(f"VLC {version} was found, but VLC 3 is needed; install VLC 3 to play with it.")
    instance = vlc.Instance(*_INSTANCE)
    if instance is None:
        raise PlayerError("VLC could not be started; reinstall VLC 3, for the same processor as Python.")
    return Vlc(vlc, instance, version)


def _why_not(error: BaseException) -> str:
    """Why libVLC could not be loaded, in one sentence: by what was set, or by what the loader said."""
    named = next((name for name in _LOOKED_UP if name in os.environ), None)
    if named:
        return f"{named} leads to no VLC that can be used here; correct it, or unset it so that VLC is looked for."
    said = f"{error} {error.__context__}"
    if any(words in said for words in _OTHER_PROCESSOR):
        return "VLC was found, but for another processor than Python's; install VLC 3 for the same one."
    return "VLC was not found; install VLC 3 to play with it."


class VlcEngine:
    """A recording in libVLC; see `Engine`.

    `_line` tells which time of the recording a date is. Dates are in run time: the pauses since the last cue are
    taken off, as libVLC moves the dates of what it has not yet handed out.
    """

    def __init__(self, source: Source, opening: Opening, tell: Tell) -> None:
        self._vlc, self._instance, _version = start_vlc()
        self._tell = tell
        self._source = WatchedSource(source)
        view = SoundView(self._source)
        self._bytes = MediaCallbacks(self._vlc, view)
        self._playout = Playout(opening.sample_rate_hz, CHANNELS, self._heard)
        ahead_ms = ahead_of_samples_ms(opening.codec, opening.sample_rate_hz) + view.delay_ms
        self._line = Clock(opening.duration_ms, ahead_ms, STRETCH_MS)
        self._lock = threading.Lock()
        self._buffered, self._answered = threading.Event(), threading.Event()
        self._over = self._running = self._taking = self._taken = self._ticked = self._dated = False
        self._rate = 1.0
        self._track = -1
        self._rate_hz = opening.sample_rate_hz
        self._gaps = long_gaps(opening.gaps)
        self._until_ms = self._next_ms = 0.0
        self._cued_ms: int | None = 0
        self._begun_ms = 0
        self._from_ms = 0.0
        self._paused_ns: int | None = None
        self._pauses_ns = self._ticked_ns = 0
        self._player = self._instance.media_player_new()
        self._callbacks = self._listen() + self._take_sound()
        self._media = self._bytes.media(self._instance)
        for option in _MEDIA:
            self._media.add_option(option)
        self._player.set_media(self._media)
        try:
            self._load()
        except MediaError:
            self.close()
            raise

    @property
    def sink(self) -> str:
        """See `Engine`."""
        return self._playout.sink

    def cue(self, to_ms: int, rate: float, running: bool) -> int:
        """See `Engine`."""
        self._running = self._taking = False
        self._source.failure = ""
        self._playout.hold()
        self._place(to_ms, rate)
        if self._over and not self._source.failure:
            # It came to its end while it was told to go elsewhere.
            self._place(to_ms, rate)
        self._cued_ms = to_ms
        return self.go_on() if running else time.monotonic_ns()

    def hold(self) -> float | None:
        """See `Engine`; libVLC goes on to the sample where it stopped."""
        self._running = False
        label_ms = self._playout.hold()
        self._player.set_pause(1)
        if not self._taken:
            self._cued_ms = self._begun_ms  # it has not begun: the next time it is as if cued anew
        return None if label_ms is None else self._recorded_ms(label_ms)

    def go_on(self) -> int:
        """See `Engine`."""
        self._set_paused(True)
        now_ns = self._ticked_ns = time.monotonic_ns()
        if self._cued_ms is not None:
            self._begin(self._cued_ms, now_ns)
        self._running = self._taking = True
        self._player.set_pause(0)
        return self._playout.go_on()

    def set_loudness(self, volume: int, muted: bool) -> None:
        """See `Engine`."""
        self._playout.queue.set_loudness(volume, muted)

    def work(self) -> float:
        """See `Engine`; EngineHungError where libVLC gives no sign of life."""
        if self._running and not self._over and time.monotonic_ns() - self._ticked_ns > SILENT_S * 1e9:
            self._ask()
        return self._playout.work()

    def close(self) -> None:
        """See `Engine`."""
        self._running = self._taking = False
        self._playout.close()
        self._player.stop()
        self._player.release()
        self._media.release()
        self._instance.release()

    def _ask(self) -> None:
        """Whether libVLC, silent for long, has hung, or reads a recording in which nothing comes for long."""
        self._set_paused(True)
        if self._player.get_state() != self._vlc.State.Paused:
            raise EngineHungError("libVLC does not answer")
        self._player.set_pause(0)
        self._ticked_ns = time.monotonic_ns()

    def _load(self) -> None:
        """Open the recording, standing at its start with its first bytes buffered; MediaError where that fails."""
        self._over = False
        self._rate = 1.0
        self._buffered.clear()
        self._player.play()
        if not self._buffered.wait(OPEN_S) or self._over:
            self._over = True
            raise MediaError(self._source.failure or "VLC cannot play this recording; it may be damaged.")
        self._track = self._player.audio_get_track()
        self._player.set_rate(1.0)

    def _place(self, to_ms: int, rate: float) -> None:
        if self._over:
            self._player.stop()
            self._load()
        if self._rate != 1:
            self._renew_stretching()
        self._set_paused(True)
        self._playout.queue.clear(1.0)
        if rate != self._rate:
            self._player.set_rate(rate)
            self._rate = rate
        self._buffered.clear()
        self._player.set_time(self._before_ms(to_ms))
        self._buffered.wait(CUE_S)

    def _begin(self, from_ms: int, now_ns: int) -> None:
        """A new line of dates, and from which of them on the sound is wanted."""
        self._begun_ms, self._taken, self._ticked, self._dated = from_ms, False, False, self._rate == 1
        self._draw_line(now_ns, now_ns + DUE_NS)
        self._until_ms = self._stretch_at(from_ms)[1] if self._gaps else inf
        self._next_ms = 0.0
        self._cued_ms = self._paused_ns = None
        self._pauses_ns = 0

    def _draw_line(self, now_ns: int, due_ns: int) -> None:
        cued = Cued(self._before_ms(self._begun_ms), self._rate, True, now_ns, due_ns)
        with self._lock:
            self._line = line = after(self._line, cued)
        self._from_ms = line.at_ns / 1e6 + (self._begun_ms - line.media_ms) / self._rate

    def _before_ms(self, to_ms: int) -> int:
        start_ms, end_ms = self._stretch_at(to_ms)
        if start_ms and self._rate != 1:
            start_ms += (
                BLOCK_MS  # or libVLC begins with the block before the gap, and takes the gap for time that passes
            )
        return max(start_ms, min(to_ms - PRE_ROLL_MS, end_ms - LEAST_MS))

    def _stretch_at(self, at_ms: float) -> Gap:
        return stretch_at(self._gaps, at_ms, self._line.duration_ms)

    def _renew_stretching(self) -> None:
        """The filter that stretches keeps 30 ms of the old place even when it is flushed; its track is begun anew.

        Begun while it stands, a track gives its first sound at once, when it is not yet wanted.
        """
        self._set_paused(True)
        self._set_paused(False)
        self._player.audio_set_track(-1)
        self._player.audio_set_track(self._track)

    def _set_paused(self, paused: bool) -> None:
        """Pause or run, and wait for it: by its state, which comes later, libVLC leaves out what seems needless."""
        for _ in range(PAUSE_TRIES):
            self._answered.clear()
            if self._over or (self._player.get_state() == self._vlc.State.Paused) == paused:
                return
            self._player.set_pause(paused)
            self._answered.wait(PAUSE_S)

    def _heard(self, happening: Happening) -> None:
        """What the playout tells, its labels made times of the recording."""
        if isinstance(happening, Ticked):
            recorded_ms = self._recorded_ms(happening.reported_ms)
            happening = msgspec.structs.replace(happening, reported_ms=recorded_ms)
        self._tell(happening)

    def _recorded_ms(self, label_ms: float) -> float:
        return line_ms(self._line, round(label_ms * 1e6))

    def _listen(self) -> list[Any]:
        events = self._player.event_manager()
        kinds = self._vlc.EventType
        listeners = [
            (kinds.MediaPlayerTimeChanged, self._on_time),
            (kinds.MediaPlayerBuffering, self._on_buffering),
            (kinds.MediaPlayerPaused, lambda _event: self._answered.set()),
            (kinds.MediaPlayerPlaying, lambda _event: self._answered.set()),
            (kinds.MediaPlayerEndReached, self._on_end),
            (kinds.MediaPlayerEncounteredError, self._on_end),
        ]
        for kind, listener in listeners:
            events.event_attach(kind, listener)
        return [events, *listeners]

    def _on_time(self, event: Any) -> None:
        if self._running:
            self._ticked_ns = time.monotonic_ns()
            if not 0 < event.u.new_time < self._until_ms + SHORTEST_GAP_MS:
                return  # what is before the start is said to be 0; and over a gap libVLC may leap while it is read
            run_ns = self._ticked_ns - self._pauses_ns
            with self._lock:
                # The first says best when it went on: if it is told late itself, the next one says so.
                self._line = after(self._line, Ticked(event.u.new_time, run_ns, run_ns, sure=not self._ticked))
                self._ticked = True

    def _on_buffering(self, event: Any) -> None:
        # The share buffered stands where the union has its other float.
        if event.u.new_position >= _BUFFERED:
            self._buffered.set()

    def _on_end(self, _event: Any) -> None:
        self._over = True
        self._playout.queue.finish(self._source.failure)
        self._buffered.set()

    def _take_sound(self) -> list[Any]:
        kinds = self._vlc.CallbackDecorators
        callbacks = [
            kinds.AudioPlayCb(self._on_sound),
            kinds.AudioPauseCb(self._on_pause),
            kinds.AudioResumeCb(self._on_resume),
            # A cue clears the queue itself; and after the end libVLC flushes what is yet to be heard.
            kinds.AudioFlushCb(lambda _opaque, _date_us: None),
            kinds.AudioDrainCb(lambda _opaque: None),
        ]
        self._player.audio_set_callbacks(*callbacks, None)
        self._player.audio_set_format("S16N", self._rate_hz, CHANNELS)
        return callbacks

    def _on_sound(self, _opaque: Any, samples: Any, count: int, date_us: int) -> None:
        label_ms = date_us / 1000 - self._pauses_ns / 1e6
        if self._taking and not self._dated and not self._ticked:
            # At other rates libVLC dates what it goes through before the place, too: by how much, the first sound says,
            # which begins within a block of the place.
            least_ms = label_ms - BLOCK_MS / self._rate
            due_ms = min(max(self._line.at_ns / 1e6, least_ms), label_ms)
            self._draw_line(time.monotonic_ns(), round(due_ms * 1e6))
        self._dated = True
        skip = max(0, round((self._from_ms - label_ms) * self._rate_hz / 1000))
        # Beyond a gap dates may begin anew.
        beyond = self._recorded_ms(label_ms) > self._until_ms or (self._gaps and label_ms < self._next_ms - DATES_MS)
        self._taking = self._taking and not beyond
        if self._taking and self._taken:
            self._fill_hole(label_ms)
        self._next_ms = label_ms + count * 1000 / self._rate_hz
        if self._taking and skip < count:
            data = ctypes.string_at(samples, count * FRAME_BYTES)[skip * FRAME_BYTES :]
            self._taken = True
            self._playout.queue.put(label_ms + skip * 1000 / self._rate_hz, data)

    def _fill_hole(self, label_ms: float) -> None:
        """Silence where a short gap was: only dates tell of it, and what comes after it would be heard at once."""
        hole_ms = label_ms - self._next_ms
        if HOLE_MS < hole_ms < (SHORTEST_GAP_MS + HOLE_MS) / self._rate:
            self._playout.queue.put(self._next_ms, bytes(round(hole_ms * self._rate_hz / 1000) * FRAME_BYTES))

    def _on_pause(self, _opaque: Any, date_us: int) -> None:
        self._paused_ns = date_us * 1000

    def _on_resume(self, _opaque: Any, date_us: int) -> None:
        if self._paused_ns is not None:
            self._pauses_ns += date_us * 1000 - self._paused_ns
            self._paused_ns = None


def ahead_of_samples_ms(codec: str | None, sample_rate_hz: int) -> float:
    """By how much libVLC's own time is ahead of its samples, for a codec (FFmpeg's short name), without its delay."""
    if codec not in {"mp2", "mp3"}:
        return 0.0
    frame = 576 if codec == "mp3" and sample_rate_hz < 32_000 else 1152
    return MPEG_FRAMES * frame * 1000 / sample_rate_hz
