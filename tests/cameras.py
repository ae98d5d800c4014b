"""Recordings as phones, cameras and dictaphones leave them: what `tests.sounds` makes, in stranger files."""

from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import msgspec
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from tests.sounds import FPS, HEIGHT, WIDTH, noise

SECONDS = 8
TICKS = 1000


class Camera(msgspec.Struct, frozen=True):
    """How a recorder writes: its container, codecs and their options.

    `rate_hz` is the sound's. `before_ms` of what is in the file lie before an edit list's beginning; the sound begins
    `late_ms` after the picture. `uneven` are pictures of irregular length. `b_frames` lie between the others.
    """

    container: str
    sound: str | None = "aac"
    picture: str | None = "libx264"
    rate_hz: int = 48_000
    size: tuple[int, int] = (WIDTH, HEIGHT)
    options: dict[str, str] = {}
    sound_options: dict[str, str] = {}
    picture_options: dict[str, str] = {}
    tag: str | None = None
    before_ms: int = 0
    late_ms: int = 0
    b_frames: int = 0
    uneven: bool = False
    timecode: str | None = None
    rotation: int = 0
    sounds: int = 1

    @property
    def starts_ms(self) -> NDArray[np.int64]:
        """When each picture begins, counted from the first one that was taken."""
        even = np.arange(SECONDS * FPS) * (1000 // FPS)
        return even + (np.arange(len(even)) * 37 % 60 if self.uneven else 0)


_VBR = {"flags": "+qscale", "global_quality": str(4 * 118)}

CAMERAS: dict[str, Camera] = {
    "trimmed mp4": Camera("mp4", before_ms=1500),
    "trimmed mov": Camera("mov", before_ms=1500, b_frames=2),
    "late sound": Camera("mp4", late_ms=700),
    "uneven phone": Camera("mp4", uneven=True, b_frames=2),
    "uneven mkv": Camera("matroska", uneven=True),
    "b frames mp4": Camera("mp4", b_frames=3),
    "b frames mov": Camera("mov", b_frames=3),
    "b frames mkv": Camera("matroska", b_frames=3),
    "b frames ts": Camera("mpegts", b_frames=3),
    "fragmented": Camera(
        "mp4", options={"movflags": "frag_keyframe+empty_moov+default_base_moof+negative_cts_offsets"}, b_frames=2
    ),
    "mov with pcm": Camera("mov", sound="pcm_s24be", b_frames=2),
    "hevc hvc1": Camera("mp4", picture="libx265", tag="hvc1", picture_options={"x265-params": "log-level=none"}),
    "3gp": Camera("3gp", sound="libopencore_amrnb", picture="h263", rate_hz=8000, size=(176, 144)),
    "webm vp9": Camera("webm", sound="libopus", picture="libvpx-vp9", picture_options={"deadline": "realtime"}),
    "several tracks": Camera("matroska", sounds=3),
    "timecode": Camera("mov", timecode="01:00:00:00"),
    "avi with vbr": Camera("avi", sound="libmp3lame", picture="mpeg4", sound_options=_VBR),
    "avi mjpeg pcm": Camera("avi", sound="pcm_s16le", picture="mjpeg"),
    "mpeg": Camera("vob", sound="mp2", picture="mpeg2video", b_frames=2),
    "wmv": Camera("asf", sound="wmav2", picture="wmv2"),
    "amr": Camera("amr", sound="libopencore_amrnb", picture=None, rate_hz=8000),
    "turned": Camera("mov", rotation=90, b_frames=2),
}


def shoot(path: Path, camera: Camera) -> Path:
    """Write what the camera makes of `noise(8, 0, rate)` and of pictures that show their number; the path."""
    with av.open(str(path), "w", format=camera.container, options=camera.options) as container:
        streams = [_sound_stream(container, camera) for _ in range(camera.sounds if camera.sound else 0)]
        picture = _picture_stream(container, camera) if camera.picture else None
        packets = [packet for number, stream in enumerate(streams) for packet in _sound(stream, camera, number)]
        packets += list(_pictures(picture, camera)) if picture is not None else []
        for packet in sorted(packets, key=lambda one: (one.dts or 0) * one.time_base):
            container.mux(packet)
    return path


def _sound_stream(container: OutputContainer, camera: Camera) -> AudioStream:
    stream = cast(AudioStream, container.add_stream(str(camera.sound), rate=camera.rate_hz))
    stream.codec_context.options = camera.sound_options or ({"b": "128000"} if camera.sound in ("aac", "wmav2") else {})
    stream.layout = "mono"
    return stream


def _picture_stream(container: OutputContainer, camera: Camera) -> VideoStream:
    stream = cast(VideoStream, container.add_stream(str(camera.picture), rate=FPS))
    options = {"g": str(2 * FPS), "bf": str(camera.b_frames), **camera.picture_options}
    stream.codec_context.options = options | (
        {"preset": "ultrafast", "crf": "28"} if str(camera.picture).startswith("libx26") else {}
    )
    stream.width, stream.height = camera.size
    stream.pix_fmt = "yuvj420p" if camera.picture == "mjpeg" else "yuv420p"
    stream.codec_context.time_base = Fraction(1, TICKS) if camera.uneven else Fraction(1, FPS)
    if camera.tag:
        stream.codec_context.codec_tag = camera.tag
    if camera.timecode:
        stream.metadata["timecode"] = camera.timecode
    if camera.rotation:
        stream.set_display_rotation(camera.rotation)
    return stream


def _sound(stream: AudioStream, camera: Camera, seed: int) -> "list[Packet[Any]]":
    whole, made = noise(SECONDS, seed, camera.rate_hz), []
    for start in range(0, len(whole), camera.rate_hz):
        block = whole[start : start + camera.rate_hz].reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = camera.rate_hz, start, Fraction(1, camera.rate_hz)
        made += stream.encode(frame)
    return _moved(made + list(stream.encode(None)), camera.late_ms - camera.before_ms)


def _pictures(stream: VideoStream, camera: Camera) -> "list[Packet[Any]]":
    made = []
    for number, start_ms in enumerate(camera.starts_ms.tolist()):
        frame = _picture(number, camera.size, stream.pix_fmt or "yuv420p")
        frame.pts, frame.time_base = start_ms * TICKS // 1000, Fraction(1, TICKS)
        made += stream.encode(frame)
    return _moved(made + list(stream.encode(None)), -camera.before_ms)


def _moved(packets: "list[Packet[Any]]", by_ms: int) -> "list[Packet[Any]]":
    for packet in packets:
        shift = round(Fraction(by_ms, 1000) / packet.time_base)
        if packet.pts is not None:
            packet.pts += shift
        if packet.dts is not None:
            packet.dts += shift
    return packets


def _picture(number: int, size: tuple[int, int], pix_fmt: str) -> av.VideoFrame:
    columns = np.array_split(np.zeros(size[0], np.uint8), 16)
    row = np.concatenate(
        [np.full(len(column), 255 * (number >> bit & 1), np.uint8) for bit, column in enumerate(columns)]
    )
    frame = av.VideoFrame.from_ndarray(np.tile(row, (size[1], 1)), format="gray")
    return frame.reformat(format=pix_fmt)
