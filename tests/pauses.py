"""Recordings whose sound pauses, begins late or ends early, as conferencing programs and browsers make them."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import msgspec
import numpy as np
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from tests.sounds import Samples, noise

RATE_HZ = 48_000
_FPS = 10
_BLOCK = RATE_HZ // 10


class Paused(msgspec.Struct, frozen=True):
    """How such a file is written: container, the sound's codec, from when to when there is sound, in s, and how long
    its picture is, or None where it has none."""

    container: str
    codec: str
    spoken_s: tuple[tuple[float, float], ...]
    picture_s: int | None = None


def make_paused(path: Path, form: Paused) -> Path:
    """Write the noise where there is sound, and nothing elsewhere; return the path."""
    with av.open(str(path), "w", format=form.container) as container:
        options = {"strict": "experimental"}
        sound = cast(AudioStream, container.add_stream(form.codec, rate=RATE_HZ, options=options))
        sound.layout = "mono"
        picture = None
        if form.picture_s is not None:
            codec = "libvpx" if form.container == "webm" else "libx264"
            picture = cast(VideoStream, container.add_stream(codec, rate=_FPS))
            picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        whole = heard(form.spoken_s, form.picture_s or form.spoken_s[-1][1])
        for start in range(0, len(whole), _BLOCK):
            second = start / RATE_HZ
            if picture is not None:
                container.mux(picture.encode(_gray(start // _BLOCK)))
            if any(from_s <= second < to_s for from_s, to_s in form.spoken_s):
                container.mux(sound.encode(_block(whole[start : start + _BLOCK], start)))
        for stream in (picture, sound):
            if stream is not None:
                container.mux(stream.encode(None))
    return path


def heard(spoken_s: Sequence[tuple[float, float]], seconds: float) -> Samples:
    """What is heard in such a recording: the noise, and zeros where there is no sound."""
    sound = noise(seconds)
    spoken = np.zeros(len(sound), bool)
    for from_s, to_s in spoken_s:
        spoken[round(from_s * RATE_HZ) : round(to_s * RATE_HZ)] = True
    return np.where(spoken, sound, np.int16(0))


def _block(samples: Samples, start: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, start, Fraction(1, RATE_HZ)
    return frame


def _gray(number: int) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(np.full((48, 64), number % 200, np.uint8), format="gray").reformat(
        format="yuv420p"
    )
    frame.pts, frame.time_base = number, Fraction(1, _FPS)
    return frame
