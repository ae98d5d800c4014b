"""The tracks of a conformed recording: copied packet by packet where Matroska and both players take the codec, else
encoded anew, sound as FLAC and picture as H.264.

Every time is counted from the recording's origin, the first sound or picture as heard and seen.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Protocol

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

COPIED_SOUND = {"aac", "ac3", "eac3", "flac", "mp2", "mp3", "opus", "vorbis"}
COPIED_PICTURE = {"av1", "h264", "hevc", "mjpeg", "mpeg1video", "mpeg2video", "mpeg4", "vp8", "vp9"}
_KEYFRAMES_EVERY_S = 2


class Track(Protocol):
    """One track on its way from the original's packets to the conformed file's.

    `codec` is what it has in the conformed file (FFmpeg's short name); `damaged` counts packets that were no good.
    """

    sound: bool
    codec: str
    damaged: int

    @property
    def end(self) -> Fraction:
        """Where its last packet ends, in seconds."""
        ...

    def feed(self, packet: "Packet[Any]") -> "Iterator[Packet[Any]]":
        """The packets to be written for one that was read."""
        ...

    def finish(self) -> "Iterator[Packet[Any]]":
        """The packets still held back."""
        ...


def track(stream: AudioStream | VideoStream, out: OutputContainer, origin: Fraction) -> Track:
    """The track for a stream, added to the file; `origin` is in seconds."""
    codec = stream.codec_context.codec.canonical_name
    if codec in COPIED_SOUND | COPIED_PICTURE:
        return Copied(stream, out, origin)
    return RecodedSound(stream, out, origin) if isinstance(stream, AudioStream) else RecodedPicture(stream, out, origin)


class Copied:
    """A track whose packets stay as they are."""

    def __init__(self, stream: AudioStream | VideoStream, out: OutputContainer, origin: Fraction) -> None:
        self.sound = isinstance(stream, AudioStream)
        self.codec = stream.codec_context.codec.canonical_name
        self.damaged = 0
        self._out = out.add_stream_from_template(stream)
        self._tick_s = stream.time_base or Fraction(1, 1000)
        self._shift = round(origin / self._tick_s)
        self._end = 0
        self._last_dts = -(2**62)
        # Such a delay is written into Matroska's CodecDelay, and the players take it off the times.
        self._keeps_delay = self.sound and stream.codec_context.delay > 0
        # Vorbis's first packet gives no sound of its own, but without it the second gives none.
        self._drops_priming = self.sound and stream.codec_context.name != "vorbis"

    def feed(self, packet: "Packet[Any]") -> "Iterator[Packet[Any]]":
        """The packet, moved to its time; none where it lies before the origin."""
        start = packet.dts if packet.pts is None else packet.pts
        if start is None or packet.size == 0:
            return
        pts, length = start - self._shift, packet.duration or 0
        if not self._keeps_delay:
            if self._drops_priming and (packet.is_discard or 2 * pts + length < 0) and pts < 0:
                return
            # A picture before the origin stays, unseen: those after it are decoded from it.
            pts = max(0, pts)
        dts = max(self._last_dts, pts if packet.dts is None else min(pts, packet.dts - self._shift))
        if dts > pts:
            return
        self._last_dts = dts
        packet.pts, packet.dts, packet.stream = pts, dts, self._out
        self._end = max(self._end, pts + length)
        yield packet

    @property
    def end(self) -> Fraction:
        """Where the last packet ends, in seconds."""
        return self._end * self._tick_s

    def finish(self) -> "Iterator[Packet[Any]]":
        """Nothing is held back."""
        return iter(())


class Recoded:
    """A track that is decoded and encoded anew; how its frames are made ready is the subclass's to say."""

    def __init__(self, stream: AudioStream | VideoStream, encoder: AudioStream | VideoStream, origin: Fraction) -> None:
        self.sound = isinstance(stream, AudioStream)
        self.original_codec = stream.codec_context.codec.canonical_name
        self.codec = encoder.codec_context.codec.canonical_name
        self.end = Fraction(0)
        self.damaged = 0
        self._encoder = encoder
        self._origin = origin
        self._next = Fraction(0)
        self._last_dts: int | None = None

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
                yield from self._encoded(frame)

    def finish(self) -> "Iterator[Packet[Any]]":
        """The packets that the encoder still holds."""
        yield from self._encoded(None)

    def _place(self, frame: AudioFrame | VideoFrame, time_base: Fraction) -> None:
        if frame.pts is not None:
            self._next = frame.pts * time_base - self._origin
        # A packet that bears no time (every other one of ADPCM's in WAV) follows the one before it.
        frame.pts = round(self._next / time_base)
        if isinstance(frame, AudioFrame):
            self._next += Fraction(frame.samples, frame.sample_rate)

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
    """Sound as FLAC, in blocks of 20 ms: a seek in Matroska lands on the start of a block."""

    def __init__(self, stream: AudioStream, out: OutputContainer, origin: Fraction) -> None:
        encoder = out.add_stream("flac", rate=stream.rate, options={"frame_size": str(max(16, stream.rate // 50))})
        encoder.layout = stream.layout
        encoder.format = "s32" if stream.format is not None and stream.format.bits > 16 else "s16"
        super().__init__(stream, encoder, origin)


class RecodedPicture(Recoded):
    """Picture as H.264 of high quality, with a key frame every other second."""

    def __init__(self, stream: VideoStream, out: OutputContainer, origin: Fraction) -> None:
        rate = stream.average_rate or Fraction(25)
        options = {"preset": "veryfast", "crf": "20", "g": str(max(1, round(_KEYFRAMES_EVERY_S * rate)))}
        encoder = out.add_stream("libx264", rate=rate, options=options)
        encoder.width, encoder.height, encoder.pix_fmt = stream.width & ~1, stream.height & ~1, "yuv420p"
        encoder.codec_context.time_base = stream.time_base or 1 / rate
        if stream.sample_aspect_ratio:
            encoder.codec_context.sample_aspect_ratio = stream.sample_aspect_ratio
        super().__init__(stream, encoder, origin)
