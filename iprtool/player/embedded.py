"""The embedded engine: PyAV decodes and stretches, an output pulls; needs nothing but what pip installs.

The thread that owns the engine decodes some tenths of a second ahead into a queue; the output's thread takes from it
and knows, to the sample, which time of the recording is heard when.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import chain

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.filter import Graph

from iprtool.media.guard import open_media, seek, sound_of
from iprtool.media.source_file import SourceFile
from iprtool.model.errors import MediaError
from iprtool.model.ports import Source
from iprtool.player.engine import Tell, WatchedSource
from iprtool.player.messages import Opening
from iprtool.player.output import SAMPLE_BYTES
from iprtool.player.playout import Playout

AHEAD_MS = 600
PRE_ROLL_MS = 200
GAP_MS = 30

Block = tuple[float, bytes]
"""The time of the recording in ms, and interleaved 16-bit samples from there on."""


class EmbeddedEngine:
    """A recording in PyAV; see `Engine`."""

    def __init__(self, source: Source, _opening: Opening, tell: Tell) -> None:
        self._source = WatchedSource(source)
        self._container = open_media(SourceFile(self._source))
        stream = sound_of(self._container)
        if stream is None:
            raise MediaError("The recording has no sound that can be played.")
        self._stream = stream
        self._channels = min(2, stream.channels)
        self._playout = Playout(stream.rate, self._channels, tell)
        self.cue(0, 1.0, False)

    @property
    def sink(self) -> str:
        """See `Engine`."""
        return self._playout.sink

    def cue(self, to_ms: int, rate: float, running: bool) -> int:
        """See `Engine`."""
        self._source.failure = ""
        self._playout.queue.clear(rate)
        self._blocks = _blocks(self._container, self._stream, self._channels, to_ms, rate)
        self._fill()
        return self.go_on() if running else time.monotonic_ns()

    def hold(self) -> float | None:
        """See `Engine`."""
        return self._playout.hold()

    def go_on(self) -> int:
        """See `Engine`."""
        return self._playout.go_on()

    def set_loudness(self, volume: int, muted: bool) -> None:
        """See `Engine`."""
        self._playout.queue.set_loudness(volume, muted)

    def work(self) -> float:
        """See `Engine`."""
        self._fill()
        return self._playout.work()

    def close(self) -> None:
        """See `Engine`."""
        self._playout.close()
        self._container.close()

    def _fill(self) -> None:
        try:
            while self._playout.queue.length_ms < AHEAD_MS:
                block = next(self._blocks, None)
                if block is None:
                    self._playout.queue.finish(self._source.failure)
                    return
                self._playout.queue.put(*block)
        except (OSError, av.FFmpegError):
            self._playout.queue.finish(
                self._source.failure or "The recording cannot be played on; it may be damaged there."
            )


def _blocks(
    container: InputContainer, stream: AudioStream, channels: int, from_ms: float, rate: float
) -> Iterator[Block]:
    """The sound from a time on at a rate, its samples numbered by what is heard in them."""
    frames = _even(_decoded(container, stream, from_ms), from_ms)
    first = next(frames, None)
    if first is None:
        return
    start_ms, frame = first
    samples_per_ms = stream.rate / 1000 / rate
    skip, done = round((from_ms - start_ms) * samples_per_ms), 0
    for out in _stretched(chain([frame], (frame for _, frame in frames)), frame, channels, rate):
        drop = min(max(0, skip - done), out.samples)
        data = bytes(out.planes[0])[drop * SAMPLE_BYTES * channels : out.samples * SAMPLE_BYTES * channels]
        if data:
            yield start_ms + (done + drop) / samples_per_ms + _shift_ms(rate), data
        done += out.samples


def _decoded(container: InputContainer, stream: AudioStream, from_ms: float) -> Iterator[AudioFrame]:
    """The frames from somewhat before a time on, for the decoder to warm up; damaged packets are passed over."""
    assert stream.time_base is not None
    warm_s = max(0.0, from_ms - PRE_ROLL_MS) / 1000
    seek(container, warm_s)
    for packet in container.demux(stream):
        # With a picture the seek leads to its key frame, which may be seconds before.
        if packet.pts is None or (packet.pts + (packet.duration or 0)) * stream.time_base >= warm_s:
            with suppress(av.FFmpegError):
                yield from packet.decode()


def _even(frames: Iterable[AudioFrame], from_ms: float) -> Iterator[tuple[float, AudioFrame]]:
    """The frames from a time on, each with its start in ms; gaps are filled with silence, what overlaps is left out."""
    due_ms = from_ms
    begun = False
    for frame in frames:
        length_ms = frame.samples * 1000 / frame.sample_rate
        start_ms = due_ms if frame.time is None else frame.time * 1000
        if start_ms + length_ms <= from_ms or (begun and start_ms < due_ms - GAP_MS):
            continue
        while start_ms > due_ms + GAP_MS:
            silence = _silence(frame, min(start_ms - due_ms, 1000.0))
            yield due_ms, silence
            due_ms += silence.samples * 1000 / frame.sample_rate
            begun = True
        due_ms = due_ms if begun else start_ms
        yield due_ms, frame
        due_ms += length_ms
        begun = True


def _silence(like: AudioFrame, length_ms: float) -> AudioFrame:
    frame = AudioFrame(like.format.name, like.layout.name, max(1, round(length_ms * like.sample_rate / 1000)))
    frame.sample_rate = like.sample_rate
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    return frame


def _stretched(frames: Iterable[AudioFrame], like: AudioFrame, channels: int, rate: float) -> Iterator[AudioFrame]:
    """The frames as interleaved 16-bit samples, stretched to a rate with the pitch kept."""
    graph = _graph(like, channels, rate)
    for frame in chain(frames, [None]):
        if frame is not None:
            frame.pts = None
        graph.push(frame)
        with suppress(BlockingIOError, EOFError):
            while True:
                out = graph.pull()
                assert isinstance(out, AudioFrame)
                yield out


def _graph(like: AudioFrame, channels: int, rate: float) -> Graph:
    graph = Graph()
    layout = "mono" if channels == 1 else "stereo"
    source = graph.add_abuffer(
        sample_rate=like.sample_rate,
        format=like.format.name,
        layout=like.layout.name,
        time_base=Fraction(1, like.sample_rate),
    )
    tempo = [graph.add("atempo", str(rate))] if rate != 1 else []
    form = graph.add("aformat", f"sample_fmts=s16:channel_layouts={layout}")
    graph.link_nodes(source, *tempo, form, graph.add("abuffersink"))
    graph.configure()
    return graph


def _shift_ms(rate: float) -> float:
    """By how much atempo's samples are of later sound than their number says, on average over its windows.

    Measured at 0.5 to 2; one window is off by up to 17 ms more.
    """
    if rate == 1:
        return 0.0
    return 30 * (rate - 1.5) if rate > 1 else 28 * (rate - 0.5)
