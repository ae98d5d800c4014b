"""The tracks of a conformed recording: copied packet by packet where Matroska and both players take the codec, else
encoded anew, sound as FLAC and picture as H.264.

A track goes on through all the files that a recording is joined from. Every time is counted from the recording's
origin, the first sound or picture of the first file as heard and seen.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil
from typing import Any, Protocol

import av
import msgspec
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from iprtool.media.turning import Turner, upright_size

COPIED_SOUND = {"aac", "ac3", "eac3", "flac", "mp2", "mp3", "opus", "vorbis"}
COPIED_PICTURE = {"av1", "h264", "hevc", "mjpeg", "mpeg1video", "mpeg2video", "mpeg4", "vp8", "vp9"}
_KEYFRAMES_EVERY_S = 2
_FINE = Fraction(1, 90_000)
_NEVER = -(2**62)

Streams = Sequence[AudioStream | VideoStream]


class Form(msgspec.Struct, frozen=True):
    """What must be the same in two files for the packets of one to follow those of the other."""

    codec: str
    parameters: tuple[object, ...]
    extradata: bytes


def form_of(stream: AudioStream | VideoStream, rotation: int) -> Form:
    """The form of a file's track; `rotation` is its picture's."""
    codec = stream.codec_context
    parameters: tuple[object, ...]
    if isinstance(stream, AudioStream):
        parameters = (stream.rate, stream.layout.name)
    else:
        parameters = (stream.width, stream.height, stream.pix_fmt, stream.sample_aspect_ratio, rotation)
    return Form(codec.codec.canonical_name, parameters, codec.extradata or b"")


class Track(Protocol):
    """One track on its way from the originals' packets to the conformed file's.

    `codec` is what it has in the conformed file (FFmpeg's short name); `damaged` counts packets that were no good.
    """

    sound: bool
    codec: str
    damaged: int
    cadence: "Cadence"

    @property
    def end(self) -> Fraction:
        """Where what was fed to it ends, in seconds."""
        ...

    def begin(self, stream: AudioStream | VideoStream, origin: Fraction, start: Fraction) -> None:
        """Go on with this file, whose first sound or picture, at `origin` in it, comes at `start` (both in seconds)."""
        ...

    def feed(self, packet: "Packet[Any]") -> "Iterator[Packet[Any]]":
        """The packets to be written for one that was read."""
        ...

    def pause(self, *, gap: bool) -> "Iterator[Packet[Any]]":
        """The file has ended; whether a gap follows."""
        ...

    def finish(self) -> "Iterator[Packet[Any]]":
        """The packets still held back."""
        ...


def track(streams: Streams, rotations: Sequence[int], out: OutputContainer) -> Track:
    """The track for the streams of all files, added to the conformed one."""
    forms = [form_of(stream, rotation) for stream, rotation in zip(streams, rotations, strict=True)]
    # FLAC counts its frames, so that those of a second file would not follow those of the first.
    alike = len(forms) == 1 or (len(set(forms)) == 1 and forms[0].codec != "flac")
    if alike and forms[0].codec in COPIED_SOUND | COPIED_PICTURE:
        return Copied(streams[0], out)
    if isinstance(streams[0], AudioStream):
        return RecodedSound([one for one in streams if isinstance(one, AudioStream)], out)
    pictures = [one for one in streams if isinstance(one, VideoStream)]
    return RecodedPicture(pictures, rotations, out)


class Cadence:
    """How many pictures a second there are, gaps between files left out."""

    def __init__(self) -> None:
        self._steps = 0
        self._span_s = Fraction(0)
        self._times: tuple[int, int, int] | None = None

    def note(self, at: int) -> None:
        """A picture at this time, in ticks of the file at hand."""
        count, low, high = self._times or (0, at, at)
        self._times = count + 1, min(low, at), max(high, at)

    def settle(self, tick_s: Fraction) -> None:
        """The file has ended; its ticks are this long."""
        if self._times is not None:
            count, low, high = self._times
            self._steps += count - 1
            self._span_s += (high - low) * tick_s
            self._times = None

    @property
    def rate(self) -> float | None:
        """Pictures a second, or None where there are not two."""
        return round(float(self._steps / self._span_s), 3) if self._span_s else None


class Copied:
    """A track whose packets stay as they are."""

    def __init__(self, stream: AudioStream | VideoStream, out: OutputContainer) -> None:
        self.sound = isinstance(stream, AudioStream)
        self.codec = stream.codec_context.codec.canonical_name
        self.damaged = 0
        self.cadence = Cadence()
        self._out = out.add_stream_from_template(stream)
        self._tick_s = Fraction(1)
        self._ended = Fraction(0)
        self._from = self._to = self._last = 0
        self._last_dts = _NEVER
        # Such a delay is written into Matroska's CodecDelay, and the players take it off the times.
        self._keeps_delay = self.sound and stream.codec_context.delay > 0
        # Vorbis's first packet gives no sound of its own, but without it the second gives none.
        self._drops_priming = self.sound and stream.codec_context.name != "vorbis"

    def begin(self, stream: AudioStream | VideoStream, origin: Fraction, start: Fraction) -> None:
        """Go on with this file."""
        before, self._tick_s = self._tick_s, stream.time_base or Fraction(1, 1000)
        if start and self._last_dts != _NEVER:
            self._last_dts = ceil(self._last_dts * before / self._tick_s)
        self._from, self._to = round(origin / self._tick_s), round(start / self._tick_s)
        self._last = self._to

    @property
    def end(self) -> Fraction:
        """Where the last packet ends, in seconds."""
        return max(self._ended, self._last * self._tick_s)

    def feed(self, packet: "Packet[Any]") -> "Iterator[Packet[Any]]":
        """The packet, moved to its time; none where it lies before the file's origin."""
        start = packet.dts if packet.pts is None else packet.pts
        if start is None or packet.size == 0:
            return
        shift, length = self._to - self._from, packet.duration or 0
        pts = self._placed(start - self._from, length, discarded=packet.is_discard)
        if pts is None:
            return
        dts = self._decoded_at(pts, None if packet.dts is None else packet.dts + shift)
        if dts > pts:
            if not (self.sound and self._to):
                return
            pts = dts  # where a file begins while the last block of the one before it is still heard
        self._last_dts = dts
        packet.pts, packet.dts, packet.stream = pts, dts, self._out
        self._last = max(self._last, pts + length)
        if start >= self._from:
            self.cadence.note(pts)
        yield packet

    def _decoded_at(self, pts: int, dts: int | None) -> int:
        """When a packet is decoded: in the order of the file, and not after it is seen or heard."""
        if dts is None:
            # Where pictures lie in between others, Matroska does not tell it of the first ones.
            first = pts if self.sound else pts - round(1 / self._tick_s)
            dts = first if self._last_dts == _NEVER else self._last_dts
        return max(self._last_dts, min(pts, dts))

    def _placed(self, at: int, length: int, *, discarded: bool) -> int | None:
        """The time of a packet that lies at this time of its file, or None where it is left out."""
        if self._keeps_delay:
            return None if self._to and at + length <= 0 else self._to + at
        if self._drops_priming and (discarded or 2 * at + length < 0) and at < 0:
            return None
        # A picture before the origin stays, unseen: those after it are decoded from it.
        return self._to + max(0, at)

    def pause(self, *, gap: bool) -> "Iterator[Packet[Any]]":  # noqa: ARG002
        """Nothing is held back."""
        self._ended = self.end
        self.cadence.settle(self._tick_s)
        return iter(())

    def finish(self) -> "Iterator[Packet[Any]]":
        """Nothing is held back."""
        return iter(())


class Recoded:
    """A track that is decoded and encoded anew; how its frames are made ready is the subclass's to say."""

    def __init__(self, streams: Streams, encoder: AudioStream | VideoStream) -> None:
        self.sound = isinstance(streams[0], AudioStream)
        self.original_codecs = tuple(dict.fromkeys(one.codec_context.codec.canonical_name for one in streams))
        self.codec = encoder.codec_context.codec.canonical_name
        self.end = Fraction(0)
        self.damaged = 0
        self.cadence = Cadence()
        self._encoder = encoder
        self._origin = self._start = self._next = Fraction(0)
        self._last_dts: int | None = None

    def begin(self, stream: AudioStream | VideoStream, origin: Fraction, start: Fraction) -> None:  # noqa: ARG002
        """Go on with this file."""
        self._origin, self._start, self._next = origin, start, start

    def feed(self, packet: "Packet[Any]") -> "Iterator[Packet[Any]]":
        """The new packets that the packet's frames fill."""
        try:
            frames = packet.decode()
        except av.FFmpegError:
            self.damaged += 1
            return
        for frame in frames:
            if isinstance(frame, AudioFrame | VideoFrame):
                self._place(frame, frame.time_base or packet.time_base)
                for fitted in self._fitted(frame):
                    yield from self._encoded(fitted)

    def pause(self, *, gap: bool) -> "Iterator[Packet[Any]]":
        """What of the file is still held back before the encoder."""
        self.cadence.settle(_FINE)
        for fitted in self._rest(gap=gap):
            yield from self._encoded(fitted)

    def finish(self) -> "Iterator[Packet[Any]]":
        """The packets that the encoder still holds."""
        yield from self._encoded(None)

    def _fitted(self, frame: AudioFrame | VideoFrame) -> Iterator[AudioFrame | VideoFrame]:
        """The frame as the encoder takes it."""
        yield frame

    def _rest(self, *, gap: bool) -> Iterator[AudioFrame | VideoFrame]:  # noqa: ARG002
        return iter(())

    def _place(self, frame: AudioFrame | VideoFrame, time_base: Fraction) -> None:
        if frame.pts is not None:
            self._next = frame.pts * time_base - self._origin + self._start
        # A packet that bears no time (every other one of ADPCM's in WAV) follows the one before it.
        frame.pts, frame.time_base = round(self._next / time_base), time_base
        if isinstance(frame, AudioFrame):
            self._next += Fraction(frame.samples, frame.sample_rate)
            self.end = max(self.end, self._next)
        else:
            self.cadence.note(round(self._next / _FINE))
            self.end = max(self.end, self._next + (frame.duration or 0) * time_base)

    def _encoded(self, frame: AudioFrame | VideoFrame | None) -> "Iterator[Packet[Any]]":
        if isinstance(frame, VideoFrame):
            frame.pict_type = PictureType.NONE  # else the encoder repeats the original's key frames
        for packet in self._encoder.encode(frame):  # type: ignore[arg-type]  # the frame is of the encoder's kind
            if packet.dts is None or packet.pts is None or (self._last_dts is not None and packet.dts < self._last_dts):
                continue
            self._last_dts = packet.dts
            self.end = max(self.end, (packet.pts + (packet.duration or 0)) * packet.time_base)
            yield packet


class RecodedSound(Recoded):
    """Sound as FLAC, in blocks of 20 ms: a seek in Matroska lands on the start of a block.

    Of several files' forms it has the highest sample rate, the most channels and the most bits.
    """

    def __init__(self, streams: Sequence[AudioStream], out: OutputContainer) -> None:
        rate = max(one.rate for one in streams)
        self._block = max(16, rate // 50)
        encoder = out.add_stream("flac", rate=rate, options={"frame_size": str(self._block)})
        encoder.layout = max(streams, key=lambda one: one.channels).layout
        encoder.format = "s32" if any(map(_is_deep, streams)) else "s16"
        super().__init__(streams, encoder)
        self._form = (encoder.format.name, encoder.layout.name, rate)
        self._several = len(streams) > 1
        self._resampler: av.AudioResampler | None = None
        self._samples = 0
        self._reached = 0

    def begin(self, stream: AudioStream | VideoStream, origin: Fraction, start: Fraction) -> None:
        """Go on with this file."""
        super().begin(stream, origin, start)
        self._resampler = av.AudioResampler(*self._form) if self._several else None

    def _fitted(self, frame: AudioFrame | VideoFrame) -> Iterator[AudioFrame | VideoFrame]:
        if self._resampler is None or not isinstance(frame, AudioFrame):
            yield frame
            return
        yield from map(self._counted, self._resampler.resample(frame))

    def _rest(self, *, gap: bool) -> Iterator[AudioFrame | VideoFrame]:
        if self._resampler is not None:
            yield from map(self._counted, self._resampler.resample(None))
        if gap and (missing := -self._samples % self._block):
            yield self._silence(missing)  # else the block would be filled up from beyond the gap

    def _counted(self, frame: AudioFrame) -> AudioFrame:
        self._samples += frame.samples
        assert frame.pts is not None
        assert frame.time_base is not None
        self._reached = round(frame.pts * frame.time_base * frame.sample_rate) + frame.samples
        return frame

    def _silence(self, samples: int) -> AudioFrame:
        name, layout, rate = self._form
        channels = av.AudioLayout(layout).nb_channels
        kind = np.int32 if name == "s32" else np.int16
        frame = av.AudioFrame.from_ndarray(np.zeros((1, samples * channels), kind), name, layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, self._reached, Fraction(1, rate)
        return self._counted(frame)


def _is_deep(stream: AudioStream) -> bool:
    """Whether its samples hold more than 16 bits; decoders of lossy sound give more, with nothing in them."""
    return stream.codec_context.codec.lossless and stream.format is not None and stream.format.bits > 16


class RecodedPicture(Recoded):
    """Picture as H.264 of high quality, upright, with a key frame every other second; of several sizes the largest."""

    def __init__(self, streams: Sequence[VideoStream], rotations: Sequence[int], out: OutputContainer) -> None:
        first, several = streams[0], len(streams) > 1
        rate = first.average_rate or Fraction(25)
        options = {"preset": "veryfast", "crf": "20", "g": str(max(1, round(_KEYFRAMES_EVERY_S * rate)))}
        encoder = out.add_stream("libx264", rate=rate, options=options)
        encoder.pix_fmt = "yuv420p"
        self._rotations = iter(rotations)
        self._turner: Turner | None = None
        self._turns = several or rotations[0] != 0
        if self._turns:
            sizes = [upright_size(one, rotation) for one, rotation in zip(streams, rotations, strict=True)]
            self._size = encoder.width, encoder.height = max(sizes, key=lambda size: size[0] * size[1])
        else:
            encoder.width, encoder.height = first.width & ~1, first.height & ~1
            if first.sample_aspect_ratio:
                encoder.codec_context.sample_aspect_ratio = first.sample_aspect_ratio
        encoder.codec_context.time_base = _FINE if several else first.time_base or 1 / rate
        super().__init__(streams, encoder)

    def begin(self, stream: AudioStream | VideoStream, origin: Fraction, start: Fraction) -> None:
        """Go on with this file."""
        super().begin(stream, origin, start)
        rotation = next(self._rotations)
        if self._turns and isinstance(stream, VideoStream):
            self._turner = Turner(self._size, rotation, stream.sample_aspect_ratio or Fraction(1))

    def _fitted(self, frame: AudioFrame | VideoFrame) -> Iterator[AudioFrame | VideoFrame]:
        if self._turner is None or not isinstance(frame, VideoFrame):
            yield frame
        else:
            yield from self._turner.turned(frame)
