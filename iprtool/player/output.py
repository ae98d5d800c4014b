"""Where the embedded player's sound goes: a device through PortAudio or miniaudio, or nowhere, but in time."""

import os
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from iprtool.model.errors import PlayerError

VARIABLE = "IPRTOOL_AUDIO"
"""The environment variable that, set to `dummy`, makes both engines keep time without a sound device."""

NO_DEVICE = "no sound device"
SAMPLE_BYTES = 2
SILENT_PERIOD_MS = 20
# What waits in the device: it is heard after a pause, and it is what bridges a thread that is late.
PORTAUDIO_BLOCK_MS, PORTAUDIO_LATENCY_S = 10, 0.04
MINIAUDIO_PERIOD_MS, MINIAUDIO_PERIODS = 40, 2
# miniaudio does not say when a sample is heard. Of PulseAudio it asks for a buffer of one period, three quarters of
# which wait on average (as measured); with ALSA, one period waits before the one that is asked for.
MINIAUDIO_DELAY_NS = 30_000_000
Feed = Callable[[int, int], bytes]
"""Asked for a number of frames of 16-bit samples, and told the monotonic time in ns at which the first is heard."""


class Output(Protocol):
    """A sound device that pulls; `name` says in a few words what it is."""

    name: str

    def start(self) -> None:
        """Begin to pull."""
        ...

    def stop(self) -> None:
        """Pull no longer."""
        ...

    def close(self) -> None:
        """Stop and let the device go."""
        ...


def has_sound_device() -> bool:
    """Whether something can be heard here; without, libVLC's own outputs complain at every block."""
    if os.environ.get(VARIABLE) == "dummy":
        return False
    if not sys.platform.startswith("linux"):
        return True
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    servers = (runtime / "pulse" / "native", runtime / "pipewire-0")
    if os.environ.get("PULSE_SERVER") or any(server.exists() for server in servers):
        return True
    try:
        return "[" in Path("/proc/asound/cards").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def open_output(feed: Feed, rate_hz: int, channels: int) -> Output:
    """The first output that can be had: PortAudio's, miniaudio's, or none but in time."""
    if has_sound_device():
        for kind in (PortAudioOutput, MiniaudioOutput):
            try:
                return kind(feed, rate_hz, channels)
            except PlayerError:
                continue
    return SilentOutput(feed, rate_hz, channels)


class PortAudioOutput:
    """The default device through sounddevice; PlayerError where PortAudio or a device is missing."""

    name = "PortAudio"

    def __init__(self, feed: Feed, rate_hz: int, channels: int) -> None:
        try:
            import sounddevice
        except (ImportError, OSError) as error:
            raise PlayerError("PortAudio was not found; install libportaudio2 to play through it.") from error
        self._feed = feed
        self._frame_bytes = SAMPLE_BYTES * channels
        self._error: type[Exception] = sounddevice.PortAudioError
        try:
            self._stream = sounddevice.RawOutputStream(
                samplerate=rate_hz,
                channels=channels,
                dtype="int16",
                blocksize=rate_hz * PORTAUDIO_BLOCK_MS // 1000,
                latency=PORTAUDIO_LATENCY_S,
                callback=self._pull,
            )
        except sounddevice.PortAudioError as error:
            raise PlayerError("PortAudio found no sound device; connect one to hear the recording.") from error

    def start(self) -> None:
        """See `Output`; PlayerError where the device has gone."""
        try:
            self._stream.start()
        except self._error as error:
            raise PlayerError("The sound device could not be started; check that it is connected.") from error

    def stop(self) -> None:
        """See `Output`."""
        with suppress(self._error):
            self._stream.abort()

    def close(self) -> None:
        """See `Output`."""
        with suppress(self._error):
            self._stream.close()

    def _pull(self, out: Any, frames: int, when: Any, _status: Any) -> None:
        delay_s = when.outputBufferDacTime - when.currentTime
        if not 0 < delay_s < 1:
            delay_s = self._stream.latency
        out[:] = self._feed(frames, time.monotonic_ns() + round(delay_s * 1e9))


class MiniaudioOutput:
    """The default device through miniaudio; PlayerError where miniaudio or a device is missing."""

    name = "miniaudio"

    def __init__(self, feed: Feed, rate_hz: int, channels: int) -> None:
        try:
            import miniaudio
        except (ImportError, OSError) as error:
            raise PlayerError("miniaudio was not found; install it to play through it.") from error
        self._feed = feed
        self._error: type[Exception] = miniaudio.MiniaudioError
        real = [backend for backend in miniaudio.Backend if backend is not miniaudio.Backend.NULL]
        try:
            self._device = miniaudio.PlaybackDevice(
                nchannels=channels,
                sample_rate=rate_hz,
                buffersize_msec=MINIAUDIO_PERIOD_MS,
                callback_periods=MINIAUDIO_PERIODS,
                backends=real,
                app_name="iprtool",
            )
        except miniaudio.MiniaudioError as error:
            raise PlayerError("miniaudio found no sound device; connect one to hear the recording.") from error

    def start(self) -> None:
        """See `Output`; PlayerError where the device has gone."""
        pulls = self._pulls()
        next(pulls)
        try:
            self._device.start(pulls)
        except self._error as error:
            raise PlayerError("The sound device could not be started; check that it is connected.") from error

    def stop(self) -> None:
        """See `Output`."""
        with suppress(self._error):
            self._device.stop()

    def close(self) -> None:
        """See `Output`."""
        self._device.close()

    def _pulls(self) -> Generator[bytes, int, None]:
        frames = yield b""
        while True:
            frames = yield self._feed(frames, time.monotonic_ns() + MINIAUDIO_DELAY_NS)


class SilentOutput:
    """No device: the sound is pulled and dropped at the pace of a device, so that the time runs on."""

    name = NO_DEVICE

    def __init__(self, feed: Feed, rate_hz: int, channels: int) -> None:  # noqa: ARG002
        self._feed = feed
        self._frames = rate_hz * SILENT_PERIOD_MS // 1000
        self._period_ns = self._frames * 1_000_000_000 // rate_hz
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """See `Output`."""
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """See `Output`."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def close(self) -> None:
        """See `Output`."""
        self.stop()

    def _run(self) -> None:
        due_ns = time.monotonic_ns()
        while not self._stopped.is_set():
            self._feed(self._frames, due_ns)
            due_ns += self._period_ns
            wait_s = (due_ns - time.monotonic_ns()) / 1e9
            if wait_s > 0:
                self._stopped.wait(wait_s)
            elif wait_s < -1:
                # The process had been stopped: what was missed is not to be hurried through.
                due_ns = time.monotonic_ns()
