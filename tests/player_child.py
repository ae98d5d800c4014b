"""The player's process for tests: plays a plain file, and writes down what comes out of the audio path.

Run as `python -P -m tests.player_child`. The opening's source names the file (`path`), where to write (`tap`), and
what cannot be read (`damaged`, two offsets); with the argument `garbage` or `dies` it does just that.
"""

import ctypes
import os
import struct
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from iprtool.media.source_file import FileSource
from iprtool.model.ports import Source
from iprtool.player import embedded
from iprtool.player.child import private_pipes, serve
from iprtool.player.embedded import EmbeddedEngine
from iprtool.player.engine import Engine, Tell
from iprtool.player.messages import Opening
from iprtool.player.output import Feed, Output, SilentOutput
from iprtool.player.vlc import VlcEngine

RATE_HZ = 48_000
RECORD = struct.Struct("<cqqqi")
"""A tap's record: kind (s sound, p pause, r resume, f flush), told ns, date ns, rate in Hz, bytes of samples."""


class Tap:
    """Records what the audio path is given, with its date, in a file."""

    def __init__(self, path: str) -> None:
        self._file = Path(path).open("ab", buffering=0)  # noqa: SIM115
        self._lock = threading.Lock()

    def write(self, kind: bytes, date_ns: int, data: bytes = b"", rate_hz: int = RATE_HZ) -> None:
        with self._lock:
            self._file.write(RECORD.pack(kind, time.monotonic_ns(), date_ns, rate_hz, len(data)) + data)


class TappedVlc(VlcEngine):
    """libVLC whose samples go to the tap, with the date at which it means them to be heard."""

    tap: Tap

    def _new_player(self) -> Any:
        player = super()._new_player()
        kinds, tap = self._vlc.CallbackDecorators, self.tap

        def noted(kind: bytes) -> Callable[[Any, int], None]:
            return lambda _opaque, date_us: tap.write(kind, date_us * 1000)

        def sound(_opaque: Any, samples: Any, count: int, date_us: int) -> None:
            tap.write(b"s", date_us * 1000, ctypes.string_at(samples, count * 2))

        self._taps = (
            kinds.AudioPlayCb(sound),
            kinds.AudioPauseCb(noted(b"p")),
            kinds.AudioResumeCb(noted(b"r")),
            kinds.AudioFlushCb(noted(b"f")),
            kinds.AudioDrainCb(lambda _opaque: None),
        )
        player.audio_set_callbacks(*self._taps, None)
        player.audio_set_format("S16N", RATE_HZ, 1)
        return player


class DamagedSource:
    """A file of which some bytes cannot be read."""

    def __init__(self, file: FileSource, damaged: tuple[int, int]) -> None:
        self._file, (self._from, self._to) = file, damaged
        self.size = file.size
        self.error: str | None = None

    def read_at(self, offset: int, size: int) -> bytes:
        if offset < self._to and offset + size > self._from:
            self.error = "A page of the recording is damaged; restore it from your backup."
            raise OSError("damaged")
        return self._file.read_at(offset, size)

    def close(self) -> None:
        self._file.close()


def open_source(opening: Opening) -> Source:
    given = opening.source
    if "tap" in given:
        tap = Tap(given["tap"])
        TappedVlc.tap = tap
        _tap_outputs(tap)
    file = FileSource(Path(given["path"]))
    return DamagedSource(file, given["damaged"]) if "damaged" in given else file


def _tap_outputs(tap: Tap) -> None:
    def opened(feed: Feed, rate_hz: int, channels: int) -> Output:
        def tapped(frames: int, heard_ns: int) -> bytes:
            data = feed(frames, heard_ns)
            tap.write(b"s", heard_ns, data, rate_hz * channels)
            return data

        return SilentOutput(tapped, rate_hz, channels)

    vars(embedded)["open_output"] = opened


def open_vlc(source: Source, tell: Tell) -> Engine:
    return (TappedVlc if hasattr(TappedVlc, "tap") else VlcEngine)(source, tell)


def main() -> None:
    if "garbage" in sys.argv:
        os.write(1, b"\xff" * 100_000)
        time.sleep(60)
    if "dies" in sys.argv:
        os._exit(3)
    log = os.environ.get("IPRTOOL_TEST_LOG")
    serve(open_source, *private_pipes(Path(log) if log else None), {"vlc": open_vlc, "embedded": EmbeddedEngine})


if __name__ == "__main__":
    main()
