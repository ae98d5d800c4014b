"""The engine over libVLC 3, through python-vlc; the only place that imports it.

libVLC calls back from its own threads, and `set_time`, `stop` and `set_media` called in there hang for ever: a callback
only notes and tells. Every change of place or rate is made while paused and waited for, because sound that was handed
out before would play on at the old place or rate: set in that order (rate, then time) it holds at once and exactly.
"""

import ctypes
import threading
import time
from importlib import import_module
from typing import Any, NamedTuple

from iprtool.model.errors import MediaError, PlayerError
from iprtool.model.ports import Source
from iprtool.player.clock import Ticked
from iprtool.player.engine import EngineHungError, RanOut, Tell, WatchedSource
from iprtool.player.output import NO_DEVICE, has_sound_device

READ_BYTES = 512 << 10
OPEN_S = 10.0
CUE_S = 2.0
SILENT_S = 4.0
DUE_MS = 11
"""How long after the resume libVLC's own time is the one that was cued, whatever the codec (as measured)."""

_INSTANCE = ("--quiet", "--no-video", "--no-spu", "--no-osd", "--no-interact", "--no-stats")
_MEDIA = (":start-paused", ":demux=mkv", ":no-video", ":no-spu")
_BUFFERED = 100.0


class Vlc(NamedTuple):
    """python-vlc, a libVLC that runs, its version, and what the sound goes to."""

    module: Any
    instance: Any
    version: str
    sink: str


def start_vlc() -> Vlc:
    """A libVLC 3 that runs; PlayerError in one sentence where there is none.

    python-vlc ends the process where PYTHON_VLC_LIB_PATH is wrong, and imports well where there is no libVLC at all.
    """
    try:
        vlc = import_module("vlc")
        version = vlc.libvlc_get_version().decode(errors="replace").split()[0]
    except (SystemExit, ImportError, OSError, NameError, AttributeError) as error:
        raise PlayerError("VLC was not found; install VLC 3 to play with it.") from error
    if not version.startswith("3."):
        raise PlayerError(f"VLC {version} was found, but VLC 3 is needed; install VLC 3 to play with it.")
    heard = has_sound_device()
    instance = vlc.Instance(*_INSTANCE, *(() if heard else ("--aout=adummy",)))
    if instance is None:
        raise PlayerError("VLC could not be started; reinstall VLC 3, for the same processor as Python.")
    return Vlc(vlc, instance, version, "libVLC" if heard else NO_DEVICE)


class VlcEngine:
    """A recording in libVLC; see `Engine`."""

    def __init__(self, source: Source, tell: Tell) -> None:
        self._vlc, self._instance, _version, self.sink = start_vlc()
        self._tell = tell
        self._source = WatchedSource(source)
        self._bytes = _Bytes(self._vlc, self._source)
        self._buffered = threading.Event()
        self._over = False
        self._running = False
        self._rate = 1.0
        self._track = -1
        self._loudness = (100, False)
        self._loudness_set = False
        self._ticked_ns = 0
        self._player = self._new_player()
        self._listeners = self._listen()
        self._media = self._bytes.media(self._instance)
        for option in _MEDIA:
            self._media.add_option(option)
        self._player.set_media(self._media)
        try:
            self._load()
        except MediaError:
            self.close()
            raise

    def cue(self, to_ms: int, rate: float, running: bool) -> int:
        """See `Engine`."""
        self._running = False
        self._source.failure = ""
        if self._over:
            self._player.stop()
            self._load()
        self._player.set_pause(1)
        if self._rate != 1:
            self._drop_stretched()
        if rate != self._rate:
            self._player.set_rate(rate)
            self._rate = rate
        self._buffered.clear()
        self._player.set_time(to_ms)
        self._buffered.wait(CUE_S)
        return self.go_on() + DUE_MS * 1_000_000 if running else time.monotonic_ns()

    def hold(self) -> float | None:
        """See `Engine`; libVLC goes on to the sample where it stopped."""
        self._player.set_pause(1)
        self._running = False
        return None

    def go_on(self) -> int:
        """See `Engine`."""
        self._running = True
        self._player.set_pause(0)
        self._ticked_ns = time.monotonic_ns()
        self._set_loudness()
        return self._ticked_ns

    def set_loudness(self, volume: int, muted: bool) -> None:
        """See `Engine`."""
        self._loudness = volume, muted
        self._set_loudness()

    def work(self) -> float:
        """See `Engine`; EngineHungError where libVLC gives no sign of life."""
        if self._running and not self._over and time.monotonic_ns() - self._ticked_ns > SILENT_S * 1e9:
            raise EngineHungError("no tick from libVLC")
        if not self._loudness_set:
            self._set_loudness()
        return SILENT_S

    def close(self) -> None:
        """See `Engine`."""
        self._running = False
        self._player.stop()
        self._player.release()
        self._media.release()
        self._instance.release()

    def _new_player(self) -> Any:
        return self._instance.media_player_new()

    def _load(self) -> None:
        """Open the recording, standing at its start with its first bytes buffered; MediaError where that fails."""
        self._over = False
        self._rate = 1.0
        self._loudness_set = False
        self._buffered.clear()
        self._player.play()
        if not self._buffered.wait(OPEN_S) or self._over:
            self._over = True
            raise MediaError(self._source.failure or "VLC cannot play this recording; it may be damaged.")
        self._track = self._player.audio_get_track()
        self._player.set_rate(1.0)

    def _drop_stretched(self) -> None:
        """Renew decoder and filters: the one that stretches keeps 30 ms of the old place even when it is flushed."""
        self._player.audio_set_track(-1)
        self._player.audio_set_track(self._track)

    def _set_loudness(self) -> None:
        """Set what was wanted; libVLC refuses as long as it has no audio output."""
        volume, muted = self._loudness
        self._player.audio_set_mute(muted)
        self._loudness_set = self._player.audio_set_volume(volume) == 0

    def _listen(self) -> list[Any]:
        events = self._player.event_manager()
        kinds = self._vlc.EventType
        listeners = [
            (kinds.MediaPlayerTimeChanged, self._on_time),
            (kinds.MediaPlayerBuffering, self._on_buffering),
            (kinds.MediaPlayerEndReached, self._on_end),
            (kinds.MediaPlayerEncounteredError, self._on_end),
        ]
        for kind, listener in listeners:
            events.event_attach(kind, listener)
        return [events, *listeners]

    def _on_time(self, event: Any) -> None:
        if self._running:
            self._ticked_ns = time.monotonic_ns()
            self._tell(Ticked(event.u.new_time, self._ticked_ns, self._ticked_ns))

    def _on_buffering(self, event: Any) -> None:
        # The share buffered stands where the union has its other float.
        if event.u.new_position >= _BUFFERED:
            self._buffered.set()

    def _on_end(self, _event: Any) -> None:
        self._over = True
        self._tell(RanOut(time.monotonic_ns(), self._source.failure))
        self._buffered.set()


class _Bytes:
    """The source as libVLC's media callbacks, each opening with a position of its own.

    An exception must not leave a callback.
    """

    def __init__(self, vlc: Any, source: Source) -> None:
        self._source = source
        self._positions: dict[int, int] = {}
        kinds = vlc.CallbackDecorators
        # Kept here, or they would be collected while libVLC still calls them.
        self._callbacks = (
            kinds.MediaOpenCb(self._open),
            kinds.MediaReadCb(self._read),
            kinds.MediaSeekCb(self._seek),
            kinds.MediaCloseCb(self._close),
        )

    def media(self, instance: Any) -> Any:
        """A new media that reads the source."""
        return instance.media_new_callbacks(*self._callbacks, None)

    def _open(self, _opaque: Any, data: Any, size: Any) -> int:
        handle = max(self._positions, default=0) + 1
        self._positions[handle] = 0
        data[0], size[0] = handle, self._source.size
        return 0

    def _read(self, handle: int, buffer: Any, size: int) -> int:
        try:
            data = self._source.read_at(self._positions[handle], min(size, READ_BYTES))
        except OSError:
            return -1
        ctypes.memmove(buffer, data, len(data))
        self._positions[handle] += len(data)
        return len(data)

    def _seek(self, handle: int, offset: int) -> int:
        self._positions[handle] = offset
        return 0

    def _close(self, handle: int) -> None:
        del self._positions[handle]
