"""The reel: the frames of a conformed recording by the time at which they are seen; only one thread uses it.

Which frame is seen when is known from the packets' times, before anything is decoded: frames that lie on the way to the
one that is wanted, and on which no other depends, need not be decoded at all.
"""

import os
from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import av
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from iprtool.media.guard import open_media, picture_of, seek
from iprtool.media.source_file import SourceFile
from iprtool.model.errors import MediaError
from iprtool.model.ports import Source
from iprtool.player.engine import WatchedSource

REORDER = 17
"""After so many packets of later times none of an earlier time comes: 16 is the most that any codec reorders."""

SKIPPABLE = {"h264", "hevc", "mpeg2video", "mpeg4"}
"""Codecs of which every packet gives a frame, so that a frame that is not decoded is still known to be there."""

KEPT_BYTES = 48 << 20
KEPT_FRAMES = 24
FAR_MS = 2000
MOST_TIMES = 4096
BIG_PIXELS = 1280 * 720
_DAMAGED = "The picture cannot be read here; the recording may be damaged."


class Span(NamedTuple):
    """From when to when a frame is seen."""

    start_ms: int
    end_ms: int


class Shot(NamedTuple):
    """A decoded frame, and when it and its neighbours are seen."""

    frame: VideoFrame
    start_ms: int
    end_ms: int
    before_ms: int


class _Kept(NamedTuple):
    """A decoded frame, and how many of its very time have come: of several the last is the one that is seen."""

    frame: VideoFrame
    times: int


class Reel:
    """The picture of a recording; MediaError where it has none or cannot be opened."""

    def __init__(self, source: Source, duration_ms: int) -> None:
        self._source = WatchedSource(source)
        try:
            self._container = open_media(SourceFile(self._source))
        except OSError as error:
            raise MediaError(self._source.failure or _DAMAGED) from error
        stream = picture_of(self._container)
        if stream is None:
            raise MediaError("The recording has no picture.")
        self._stream = stream
        self._duration_ms = duration_ms
        self._skips = stream.codec_context.codec.canonical_name in SKIPPABLE
        stream.thread_type = "AUTO"
        threads = min(4, os.cpu_count() or 1) if stream.width * stream.height > BIG_PIXELS else 1
        stream.codec_context.thread_count = threads
        self._kept: OrderedDict[int, _Kept] = OrderedDict()
        self._most_kept = max(3, min(KEPT_FRAMES, KEPT_BYTES * 2 // (3 * stream.width * stream.height)))
        self._first_ms: int | None = None
        self._lost = True
        self._turns: int | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of a frame as it is stored."""
        return self._stream.width, self._stream.height

    @property
    def turns(self) -> int:
        """By how many times 90° counterclockwise a frame is to be turned to be upright."""
        while self._turns is None:
            self.at(0)
        return self._turns

    @property
    def frame_ms(self) -> float:
        """How long a frame is seen on average, of those around the last one asked for; 40 ms before there are some."""
        seen = len(self._times) - 1
        return (self._times[-1] - self._times[0]) / seen if seen > 0 else 40.0

    @property
    def pixel_aspect(self) -> float:
        """Width to height of a pixel."""
        return float(self._stream.sample_aspect_ratio or 1)

    def at(self, target_ms: int, *, keep: bool = False) -> Shot | None:
        """The frame that is seen at a time; None: ask again, some work was done towards it.

        With `keep` those just before it are decoded as well, to be stepped back to. Raises MediaError where the
        recording cannot be read there.
        """
        with self._readable():
            return self._at(target_ms, keep)

    def span(self, target_ms: int) -> Span:
        """When the frame is seen that is seen at a time; nothing is decoded. Raises MediaError as `at` does."""
        with self._readable():
            here = self._place(target_ms)
            return Span(self._times[here], self._end_ms(here))

    def key_after(self, at_ms: int) -> int | None:
        """When the next key frame is seen, or None where no later one is known."""
        return self._indexed(at_ms + 1, backward=False)

    def close(self) -> None:
        """Let go of everything but the source."""
        self._kept.clear()
        self._container.close()

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (OSError, av.FFmpegError) as error:
            self._lost = True
            raise MediaError(self._source.failure or _DAMAGED) from error

    def _place(self, target_ms: int) -> int:
        """Which of the times is that of the frame seen at a time."""
        if self._lost or not self._reaches(target_ms):
            self._begin(target_ms)
        self._read_past(target_ms)
        here = max(bisect_right(self._times, target_ms) - 1, bisect_left(self._times, self._clean_ms))
        if here >= len(self._times):
            raise MediaError(_DAMAGED)
        return here

    def _end_ms(self, here: int) -> int:
        if here + 1 < len(self._times):
            return self._times[here + 1]
        return max(self._times[here] + 1, self._duration_ms)

    def _at(self, target_ms: int, keep: bool) -> Shot | None:
        here = self._place(target_ms)
        start_ms = self._times[here]
        earliest = bisect_left(self._times, start_ms)
        if not self._has(start_ms, here + 1 - earliest):
            back = self._most_kept // 2 if keep else 0
            self._work_towards(start_ms, self._times[max(0, earliest - back)])
            return None
        if earliest == 0 and start_ms != self._first_ms:
            self._begin(start_ms - 1, from_ms=start_ms)
            return None
        before_ms = self._times[max(0, earliest - 1)]
        return Shot(self._kept[start_ms].frame, start_ms, self._end_ms(here), before_ms)

    def _has(self, start_ms: int, count: int) -> bool:
        kept = self._kept.get(start_ms)
        if kept is None or (kept.times < count and start_ms >= self._head_ms and not self._drained):
            return False
        self._kept.move_to_end(start_ms)
        return True

    def _reaches(self, target_ms: int) -> bool:
        """Whether the present run comes to a time, and sooner than one from the key frame before it."""
        if target_ms < self._clean_ms:
            return self._sought_ms <= target_ms
        key_ms = self._indexed(target_ms)
        if key_ms is None:
            return target_ms - max(self._head_ms, self._sought_ms) < FAR_MS
        return key_ms <= max(self._head_ms, self._sought_key_ms)

    def _indexed(self, at_ms: int, *, backward: bool = True) -> int | None:
        """When the last key frame up to a time, or the first from then on, is seen, by the container's index."""
        entries = self._stream.index_entries
        found = entries.search_timestamp(self._ticks(at_ms), backward=backward)
        return None if found < 0 else self._ms(entries[found].timestamp)

    def _begin(self, target_ms: int, from_ms: int | None = None) -> None:
        """A new run from the key frame before a time; with `from_ms` only the times are read of what is before that."""
        self._source.failure = ""
        self._times: list[int] = []
        self._ahead: deque[Packet[VideoStream]] = deque()
        self._skipped: set[int] = set()
        self._ended = self._drained = False
        self._head_ms = self._clean_ms = -1
        self._from_ms = from_ms
        self._sought_ms = target_ms
        # Half a millisecond on, so that no rounding leads to the key frame before.
        seek(self._container, (target_ms + 0.5) / 1000)
        self._sought_key_ms = (self._indexed(target_ms) or 0) if from_ms is None else from_ms
        self._packets: Iterator[Packet[Any]] = self._container.demux(self._stream)
        self._lost = False

    def _read_past(self, target_ms: int) -> None:
        while not self._ended and len(self._times) - bisect_right(self._times, target_ms) < REORDER:
            self._read()
        if self._ended and self._source.failure:
            raise OSError(self._source.failure)

    def _read(self) -> None:
        packet = next(self._packets, None)
        if packet is None or packet.size == 0:
            self._ended = True
            return
        if packet.pts is None:
            return
        start_ms = self._ms(packet.pts)
        if not self._times and (self._sought_ms <= 0 or (self._from_ms is not None and start_ms >= self._from_ms)):
            self._first_ms = start_ms  # nothing is before it
        insort(self._times, start_ms)
        if self._clean_ms < 0 and packet.is_keyframe and start_ms >= (self._from_ms or 0):
            self._clean_ms, self._head_ms = start_ms, start_ms - 1
        if self._clean_ms >= 0:
            self._ahead.append(packet)
        if len(self._times) > MOST_TIMES and self._head_ms > self._times[MOST_TIMES // 2]:
            del self._times[: MOST_TIMES // 2]
            self._clean_ms = self._sought_ms = self._times[0]

    def _work_towards(self, start_ms: int, keep_ms: int) -> None:
        """Decode one packet on the way to the frame of a time, keeping all frames from another one on."""
        if self._drained or (start_ms <= self._head_ms and start_ms not in self._kept):
            self._begin(start_ms)  # it was skipped, or let go since
            return
        context = self._stream.codec_context
        if not self._ahead:
            self._drained = True
            frames = context.decode(None)
        else:
            packet = self._ahead.popleft()
            seen_ms = self._ms(packet.pts or 0)
            skip = self._skips and seen_ms < keep_ms
            context.skip_frame = "NONREF" if skip else "DEFAULT"
            if skip:
                self._skipped.add(seen_ms)
            frames = self._decoded(packet)
        for frame in frames:
            if frame.pts is not None:
                self._take(frame, self._ms(frame.pts), keep_ms)
        if self._drained:
            self._forget_missing(self._times[-1] + 1)

    def _decoded(self, packet: "Packet[VideoStream]") -> list[VideoFrame]:
        try:
            return packet.decode()
        except av.InvalidDataError:
            return []  # a broken packet in what was a good file

    def _take(self, frame: VideoFrame, start_ms: int, keep_ms: int) -> None:
        if start_ms < self._clean_ms:
            return  # it rests on frames from before the run
        self._forget_missing(start_ms)
        self._head_ms = start_ms
        self._turns = round(frame.rotation / 90) % 4
        if start_ms >= keep_ms:
            count = self._kept[start_ms].times if start_ms in self._kept else 0
            self._kept[start_ms] = _Kept(frame, count + 1)
            self._kept.move_to_end(start_ms)
            while len(self._kept) > self._most_kept:
                self._kept.popitem(last=False)

    def _forget_missing(self, before_ms: int) -> None:
        """Packets that were decoded without giving a frame are no frames; the one before is seen on."""
        first = bisect_right(self._times, self._head_ms)
        for at in reversed(range(first, bisect_left(self._times, before_ms))):
            if self._times[at] not in self._skipped:
                del self._times[at]
        self._skipped = {at_ms for at_ms in self._skipped if at_ms >= before_ms}

    def _ms(self, ticks: int) -> int:
        return round(ticks * (self._stream.time_base or 0) * 1000)

    def _ticks(self, ms: int) -> int:
        return round(ms / 1000 / (self._stream.time_base or 1))
