"""The player's process for tests: plays a plain file, and writes down what comes out of the audio path.

Run as `python -P -m tests.player_child`. The opening's source names the file (`path`), where to write (`tap`), what
cannot be read (`damaged`, two offsets) or not soon (`slow`, an offset and seconds), a file that says so while it is
there that the drive is `gone`, one that it makes when it hangs in a read of an offset, once (`hangs`), and for how
many seconds each output is asking (`sink_s`). With the argument `garbage` or `dies` it does just that; with `no-vlc` or
`stuck-vlc` libVLC breaks off or hangs as it opens.
"""

import os
import signal
import struct
import sys
import threading
import time
from pathlib import Path

from iprtool.media.source_file import FileSource
from iprtool.model.ports import Source
from iprtool.model.terms import Engine as EngineName
from iprtool.player import playout
from iprtool.player.child import ENGINES, private_pipes, serve
from iprtool.player.engine import Engine, OpenEngine, Tell
from iprtool.player.messages import Opening
from iprtool.player.output import Feed, Output, SilentOutput

RECORD = struct.Struct("<qqii")
"""A tap's record: told ns, ns at which it is heard, rate in Hz, bytes; then the samples, the first channel's only."""


class FailingOutput(SilentOutput):
    """An output that asks for sound for a while, and then no more."""

    made = 0

    def __init__(self, feed: Feed, rate_hz: int, channels: int, for_s: float) -> None:
        super().__init__(feed, rate_hz, channels)
        FailingOutput.made += 1
        self.name, self._for_s = f"device {FailingOutput.made}", for_s

    def start(self) -> None:
        super().start()
        threading.Timer(self._for_s, self._stopped.set).start()


def tap_outputs(path: str, sink_s: float | None = None) -> None:
    """Let both engines play into silence that keeps time, and write down what they play and when it is heard."""
    file = Path(path).open("ab", buffering=0)  # noqa: SIM115

    def opened(feed: Feed, rate_hz: int, channels: int) -> Output:
        def tapped(frames: int, heard_ns: int) -> bytes:
            data = feed(frames, heard_ns)
            mono = memoryview(data).cast("h")[::channels].tobytes()
            file.write(RECORD.pack(time.monotonic_ns(), heard_ns, rate_hz, len(mono)) + mono)
            return data

        if sink_s is not None:
            vars(playout)["DEAD_S"] = 1.0
            return FailingOutput(tapped, rate_hz, channels, sink_s)
        return SilentOutput(tapped, rate_hz, channels)

    vars(playout)["open_output"] = opened


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


class SlowSource:
    """A file on a disk that once takes its time, where it is first read beyond an offset."""

    error: str | None = None

    def __init__(self, file: FileSource, offset: int, for_s: float) -> None:
        self._file, self._offset, self._for_s = file, offset, for_s
        self.size = file.size

    def read_at(self, offset: int, size: int) -> bytes:
        if offset <= self._offset < offset + size:
            time.sleep(self._for_s)
            self._for_s = 0
        return self._file.read_at(offset, size)

    def close(self) -> None:
        self._file.close()


class GoneSource:
    """A file on a drive that is gone as long as another file says so."""

    def __init__(self, file: FileSource, gone: Path) -> None:
        self._file, self._gone = file, gone
        self.size = file.size
        self.error: str | None = None

    def read_at(self, offset: int, size: int) -> bytes:
        self.error = "The drive is gone; connect it again." if self._gone.exists() else None
        if self.error:
            raise OSError(self.error)
        return self._file.read_at(offset, size)

    def close(self) -> None:
        self._file.close()


class HangingSource:
    """A file of which a read of an offset never ends; it leaves a mark, so that the next process is spared."""

    error: str | None = None

    def __init__(self, file: FileSource, offset: int, mark: Path) -> None:
        self._file, self._offset, self._mark = file, offset, mark
        self.size = file.size

    def read_at(self, offset: int, size: int) -> bytes:
        if offset <= self._offset < offset + size and not self._mark.exists():
            self._mark.touch()
            time.sleep(1_000)
        return self._file.read_at(offset, size)

    def close(self) -> None:
        self._file.close()


def open_source(opening: Opening) -> Source:
    given = opening.source
    if "tap" in given:
        tap_outputs(given["tap"], given.get("sink_s"))
    file = FileSource(Path(given["path"]))
    if "gone" in given:
        return GoneSource(file, Path(given["gone"]))
    if "hangs" in given:
        return HangingSource(file, given["hangs"][0], Path(given["hangs"][1]))
    if "slow" in given:
        return SlowSource(file, *given["slow"])
    return DamagedSource(file, given["damaged"]) if "damaged" in given else file


def main() -> None:
    if "garbage" in sys.argv:
        os.write(1, b"\xff" * 100_000)
        time.sleep(60)
    if "dies" in sys.argv:
        os._exit(3)
    log = os.environ.get("IPRTOOL_TEST_LOG")
    serve(open_source, *private_pipes(Path(log) if log else None), ENGINES | broken_engines())


def broken_engines() -> dict[EngineName, OpenEngine]:
    """libVLC as the arguments say that it is."""

    def breaks_off(_source: Source, _opening: Opening, _tell: Tell) -> Engine:
        os.kill(os.getpid(), signal.SIGSEGV)
        raise AssertionError("it did not break off")

    def hangs(_source: Source, _opening: Opening, _tell: Tell) -> Engine:
        time.sleep(1_000)
        raise AssertionError("it did not hang")

    if "no-vlc" in sys.argv:
        return {"vlc": breaks_off}
    return {"vlc": hangs} if "stuck-vlc" in sys.argv else {}


if __name__ == "__main__":
    main()
