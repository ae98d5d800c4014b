"""The sound's outline, and speech, on their way to the screen: from the sealed object, else as a child reads them."""

import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from iprtool.model.errors import IprtoolError
from iprtool.model.grant import Grant, ObjectGrant, RecallGrant
from iprtool.model.peaks import PeakChunk
from iprtool.model.speech import SpeechSpan


class PeaksJob(msgspec.Struct, frozen=True):
    """What the child is told over its standard input: the recording, where the outline is kept, where to begin.

    With `speech` it looks for that too, once the outline is whole; on each channel where the speakers are `apart`.
    """

    media: ObjectGrant
    peaks: ObjectGrant
    duration_ms: int
    first_at_ms: int = 0
    speech: bool = False
    apart: bool = False


Found = PeakChunk | list[SpeechSpan]
"""What the child tells, a line each: a part of the outline, or all speech."""


def job_of(grant: Grant) -> PeaksJob | None:
    """The job for what a grant opens, None without an outline; not in a recall, speech stands in for a transcript."""
    if grant.peaks is None:
        return None
    recording = grant.recording
    speech = not isinstance(grant, RecallGrant) and grant.transcript is None and recording.audio_codec is not None
    apart = bool(recording.channel_speakers)
    return PeaksJob(grant.media, grant.peaks, recording.duration_ms, speech=speech, apart=apart)


class PeaksFeed:
    """Brings the outline chunk by chunk, then speech, on a thread of its own; `stop` ends thread and child."""

    def __init__(self, command: list[str], job: PeaksJob) -> None:
        self._command = command
        self._job = job
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, arrived: Callable[[Found], None]) -> None:
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

    def _feed(self, arrived: Callable[[Found], None]) -> None:
        from iprtool.store.derived import PeaksFile

        try:
            peaks = PeaksFile(Path(self._job.peaks.path), self._job.peaks.raw_key)
            for chunk in peaks.read():
                arrived(chunk)
            complete = peaks.complete
            speech = peaks.read_speech() if self._job.speech else []
            peaks.close()
        except IprtoolError:
            # The timeline is without its outline then; playing and marking do not depend on it.
            return
        if speech:
            arrived(speech)
        if (not complete or speech is None) and not self._stopping.is_set():
            self._read_by_child(arrived)

    def _read_by_child(self, arrived: Callable[[Found], None]) -> None:
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
                arrived(msgspec.json.decode(line, type=Found))
