"""The sound's outline on its way to the screen: from the sealed object where it is whole, else as a child reads it."""

import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from iprtool.model.errors import IprtoolError
from iprtool.model.grant import ObjectGrant
from iprtool.model.peaks import PeakChunk


class PeaksJob(msgspec.Struct, frozen=True):
    """What the child is told over its standard input: the recording, where the outline is kept, where to begin."""

    media: ObjectGrant
    peaks: ObjectGrant
    duration_ms: int
    first_at_ms: int = 0


class PeaksFeed:
    """Brings the outline chunk by chunk, on a thread of its own; `stop` ends thread and child."""

    def __init__(self, command: list[str], job: PeaksJob) -> None:
        self._command = command
        self._job = job
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, arrived: Callable[[PeakChunk], None]) -> None:
        """Begin; `arrived` is called on the feed's thread."""
        self._thread = threading.Thread(target=self._feed, args=(arrived,), name="peaks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it, finished or not; what was read is kept in the object."""
        self._stopping.set()
        if self._child is not None:
            self._child.kill()
        if self._thread is not None:
            self._thread.join()

    def _feed(self, arrived: Callable[[PeakChunk], None]) -> None:
        from iprtool.store.derived import PeaksFile

        try:
            peaks = PeaksFile(Path(self._job.peaks.path), self._job.peaks.raw_key)
            for chunk in peaks.read():
                arrived(chunk)
            complete = peaks.complete
            peaks.close()
        except IprtoolError:
            # The timeline is without its outline then; playing and marking do not depend on it.
            return
        if not complete and not self._stopping.is_set():
            self._read_by_child(arrived)

    def _read_by_child(self, arrived: Callable[[PeakChunk], None]) -> None:
        child = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._child = child
        assert child.stdin is not None
        assert child.stdout is not None
        # Should the child be killed, the pipe breaks or the last line is cut: the outline then ends there.
        with child, child.stdout, suppress(BrokenPipeError, msgspec.DecodeError):
            if self._stopping.is_set():
                child.kill()
                return
            with child.stdin:
                child.stdin.write(msgspec.json.encode(self._job) + b"\n")
            for line in child.stdout:
                arrived(msgspec.json.decode(line, type=PeakChunk))
