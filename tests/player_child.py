"""The player's process for tests: plays a plain file, and writes down what comes out of the audio path.

Run as `python -P -m tests.player_child`. The opening's source names the file (`path`), where to write (`tap`), and
what cannot be read (`damaged`, two offsets) or not soon (`slow`, an offset and seconds); with the argument `garbage`
or `dies` it does just that.
"""

import os
import struct
import sys
import time
from pathlib import Path

from iprtool.media.source_file import FileSource
from iprtool.model.ports import Source
from iprtool.player import playout
from iprtool.player.child import private_pipes, serve
from iprtool.player.messages import Opening
from iprtool.player.output import Feed, Output, SilentOutput

RECORD = struct.Struct("<qqii")
"""A tap's record: told ns, ns at which it is heard, rate in Hz, bytes; then the samples, the first channel's only."""


def tap_outputs(path: str) -> None:
    """Let both engines play into silence that keeps time, and write down what they play and when it is heard."""
    file = Path(path).open("ab", buffering=0)  # noqa: SIM115

    def opened(feed: Feed, rate_hz: int, channels: int) -> Output:
        def tapped(frames: int, heard_ns: int) -> bytes:
            data = feed(frames, heard_ns)
            mono = memoryview(data).cast("h")[::channels].tobytes()
            file.write(RECORD.pack(time.monotonic_ns(), heard_ns, rate_hz, len(mono)) + mono)
            return data

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


def open_source(opening: Opening) -> Source:
    given = opening.source
    if "tap" in given:
        tap_outputs(given["tap"])
    file = FileSource(Path(given["path"]))
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
    serve(open_source, *private_pipes(Path(log) if log else None))


if __name__ == "__main__":
    main()
