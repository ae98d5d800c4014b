"""A recording's outline: lowest and highest sample of every 10 ms, in slices, by several processes.

The sound is decoded at its own sample rate. Each slice is reached by a seek; what is decoded before it begins is
dropped, since a decoder needs some packets after a seek until it gives the true sound. This module is also the
program of the processes that help: `python -m iprtool.media.peaks` takes the way to open the recording and then
slices from stdin, so that no key stands in a command line or an environment.
"""

import os
import pickle
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from fractions import Fraction
from itertools import pairwise
from queue import SimpleQueue
from typing import IO, Any

import av
import msgspec
import numpy as np
from av.audio.frame import AudioFrame
from av.stream import Discard
from numpy.typing import NDArray

from iprtool.media.confined import confine, confined, expect_progress, receive, send
from iprtool.media.guard import is_conformed, open_media, seek, sound_of
from iprtool.media.source_file import SourceFile
from iprtool.model.errors import MediaError
from iprtool.model.peaks import BINS_PER_SECOND, PeakChunk
from iprtool.model.ports import Source

SLICE_BINS = 30 * BINS_PER_SECOND
_PRE_ROLL_S = 0.25
_STALLED_CPU_S = 60
_WORTH_A_HELPER = 5
# Times in Matroska are whole milliseconds: a frame this near to where the last one ended follows it without a gap.
_GAP_S = 0.05
_ROUNDING_S = 0.0006
_TYPES = {"u8": np.uint8, "s16": np.int16, "s32": np.int32, "flt": np.float32, "dbl": np.float64}

Slice = tuple[int, int]
OpenSource = Callable[[], Source]


class PeakReader:
    """The peaks of one open recording; MediaError where it cannot be read or has no sound.

    Times are the file's own in a conformed recording; in any other file they are counted from its start.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._open()

    def _open(self) -> None:
        with _told(self._source):
            self._container = open_media(SourceFile(self._source))
        stream = sound_of(self._container)
        if stream is None:
            raise MediaError("The recording has no sound to draw.")
        self._stream = stream
        stream.codec_context.thread_count = 1
        self._rate = stream.rate
        self._tick_s = stream.time_base or Fraction(1, stream.rate)
        start = 0 if is_conformed(self._container) else self._container.start_time or 0
        self._origin_s = start / av.time_base
        self._reached = 0
        for other in self._container.streams:
            if other is not stream:
                other.discard = Discard.all

    def chunk(self, first_bin: int, bins: int) -> PeakChunk:
        """The peaks of some bins; (0, 0) where there is no sound."""
        if first_bin < self._reached:
            # FFmpeg adds every packet of Matroska to its index: going back, each one would move all later entries.
            self._open()
        self._reached = first_bin + bins
        edges = [-(-number * self._rate // BINS_PER_SECOND) for number in range(first_bin, first_bin + bins + 1)]
        with _told(self._source):
            wave = self._wave(edges[0], edges[-1])
        pairs = wave.pairs(np.array(edges[:-1]) - edges[0]) if wave else bytes(4 * bins)
        return PeakChunk(first_bin, pairs)

    def _wave(self, first: int, last: int) -> "_Wave | None":
        """The samples from one to another, None where there are none."""
        seek(self._container, max(0.0, first / self._rate - _PRE_ROLL_S) + self._origin_s)
        samples_per_tick, origin = float(self._tick_s * self._rate), self._origin_s * self._rate
        gap, at, wave = _GAP_S * self._rate, -(2**62), None
        for frame in self._frames():
            if (pts := frame.pts) is not None:
                told = pts * samples_per_tick - origin
                if not -gap < told - at < gap:
                    at = _on_grid(told, frame.samples, _ROUNDING_S * self._rate)
            if at >= last:
                break
            wave = wave or _Wave(frame, first, last)
            at = wave.place(frame, at)
        return wave

    def _frames(self) -> Iterator[AudioFrame]:
        decode = self._stream.codec_context.decode
        try:
            for packet in self._container.demux(self._stream):
                try:
                    yield from decode(packet) if packet.size else ()
                except av.FFmpegError:
                    continue  # a damaged packet leaves a gap
        except av.FFmpegError:
            return  # where a file breaks off, silence begins


class _Wave:
    """The samples from one to another: one row a plane, channels interleaved as FFmpeg has them; 0 where none are."""

    def __init__(self, frame: AudioFrame, first: int, last: int) -> None:
        self._width = len(frame.layout.channels) // len(frame.planes)
        self._kind = np.dtype(_TYPES[frame.format.name.removesuffix("p")])
        self._silence = 128 if self._kind == np.uint8 else 0
        self._first = first
        self._samples = last - first
        self._table = np.full((len(frame.planes), self._samples * self._width), self._silence, self._kind)
        self._rows = list(self._table)

    def place(self, frame: AudioFrame, at: int) -> int:
        """Put the frame's samples where they belong, as far as they belong here; the sample after its last one."""
        begin, count, width = at - self._first, frame.samples, self._width
        end = begin + count
        for row, plane in zip(self._rows, frame.planes, strict=False):
            samples = np.frombuffer(plane, self._kind, count * width)  # type: ignore[call-overload]  # it is a buffer
            if begin >= 0 and end <= self._samples:
                row[begin * width : end * width] = samples
            elif end > 0:
                inside = samples[max(0, -begin) * width : (self._samples - begin) * width]
                row[max(0, begin) * width :][: len(inside)] = inside
        return at + count

    def pairs(self, edges: NDArray[np.int_]) -> bytes:
        """The lowest and highest sample from each edge to the next, as int16 pairs."""
        lowest = np.minimum.reduceat(self._table, edges * self._width, axis=1).min(axis=0)
        highest = np.maximum.reduceat(self._table, edges * self._width, axis=1).max(axis=0)
        return np.stack([self._int16(lowest), self._int16(highest)], axis=1).tobytes()

    def _int16(self, samples: NDArray[Any]) -> NDArray[np.int16]:
        kind = samples.dtype
        unit = 1.0 if kind.kind == "f" else 2.0 ** (8 * kind.itemsize - 1)
        scaled = (samples.astype(np.float64) - self._silence) * (32768.0 / unit)
        return np.clip(np.rint(scaled), -32768, 32767).astype("<i2")


@contextmanager
def _told(source: Source) -> Iterator[None]:
    try:
        yield
    except OSError:
        raise MediaError(source.error or "The recording could not be read; check the disk that it is on.") from None


def _on_grid(at: float, samples: int, tolerance: float) -> int:
    """A frame's first sample from its time: frames of one length lie on a grid, times in Matroska are rounded to ms."""
    on_grid = round(at / samples) * samples
    return on_grid if abs(on_grid - at) <= tolerance else round(at)


def compute(source: Source, start_bin: int, bins: int) -> PeakChunk:
    """The peaks of some bins of a recording."""
    return PeakReader(source).chunk(start_bin, bins)


def compute_all(
    open_source: OpenSource, duration_ms: int, first_at_ms: int = 0, cores: int | None = None
) -> Generator[PeakChunk]:
    """The peaks of the whole recording, in chunks of up to 30 s: from `first_at_ms` on, then from the start.

    `open_source` opens the recording anew, here and in `cores` - 1 helping processes (as many as there are cores), to
    which it is sent pickled through a pipe. A helper that fails leaves its slice to this process. Closing the iterator
    ends the helpers. Raises MediaError where the recording cannot be read or has no sound.
    """
    waiting = deque(slices(duration_ms, first_at_ms))
    made: SimpleQueue[PeakChunk | None] = SimpleQueue()
    # A process needs a quarter of a second to start; in that time this one has made several slices.
    helping = min(cores or os.cpu_count() or 1, 1 + len(waiting) // _WORTH_A_HELPER) - 1
    source = open_source()
    with ThreadPoolExecutor(max(1, helping)) as pool:
        try:
            reader = PeakReader(source)
            part = _next(waiting)
            for _ in range(helping):
                pool.submit(_helped, pickle.dumps(open_source), waiting, made)
            while part is not None or helping:
                if part is not None:
                    yield reader.chunk(*part)
                while helping and not (waiting and made.empty()):
                    chunk = made.get()
                    if chunk is None:
                        helping -= 1
                    else:
                        yield chunk
                part = _next(waiting)
        finally:
            waiting.clear()
            source.close()


def slices(duration_ms: int, first_at_ms: int) -> list[Slice]:
    """The slices (first bin, bins) of a recording: from that around a time to the last, then those before it."""
    bins = -(-duration_ms * BINS_PER_SECOND // 1000)
    middle = min(max(0, first_at_ms * BINS_PER_SECOND // 1000), bins)
    first = max(0, middle - SLICE_BINS // 2)
    # The grid is laid through the first slice, and what lies before it may be shorter.
    starts = [0, *range(first % SLICE_BINS or SLICE_BINS, bins, SLICE_BINS)]
    parts = [(start, end - start) for start, end in pairwise([*starts, bins]) if end > start]
    begin = next((number for number, part in enumerate(parts) if part[0] >= first), 0)
    return parts[begin:] + parts[:begin]


def _next(waiting: deque[Slice]) -> Slice | None:
    try:
        return waiting.popleft()
    except IndexError:
        return None


def _helped(opener: bytes, waiting: deque[Slice], made: SimpleQueue[PeakChunk | None]) -> None:
    """Have slices made by a process of its own, until none is left or the process fails."""
    try:
        with confined("iprtool.media.peaks") as child:
            assert child.stdin is not None
            assert child.stdout is not None
            send(child.stdin, opener)
            if receive(child.stdout) is None:
                return
            while (part := _next(waiting)) is not None:
                chunk = _asked(child.stdin, child.stdout, part)
                if chunk is None:
                    waiting.append(part)
                    return
                made.put(chunk)
    finally:
        made.put(None)


def _asked(stdin: IO[bytes], stdout: IO[bytes], part: Slice) -> PeakChunk | None:
    with suppress(OSError, msgspec.DecodeError):
        send(stdin, msgspec.msgpack.encode(part))
        answer = receive(stdout)
        return None if answer is None else msgspec.msgpack.decode(answer, type=PeakChunk)
    return None


def main() -> None:
    """Make the slices that the parent asks for."""
    pipe, asked = confine(), sys.stdin.buffer
    opener = receive(asked)
    if opener is None:
        return
    reader = PeakReader(pickle.loads(opener)())
    send(pipe, b"ready")
    while (part := receive(asked)) is not None:
        expect_progress(_STALLED_CPU_S)
        send(pipe, msgspec.msgpack.encode(reader.chunk(*msgspec.msgpack.decode(part, type=Slice))))


if __name__ == "__main__":
    main()
