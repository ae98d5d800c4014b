"""Films for tests: every frame shows its own number in big black and white blocks, once in each half of the picture.

The left half is reddish, the right one bluish, and a white bar moves over the top of each. The sound is noise that
comes and goes like syllables. `frame_number` reads the number back out of a picture of any size.
"""

import atexit
import random
import shutil
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import cast

import av
import msgspec
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from iprtool.media.conform import Conformed, conform
from iprtool.store.media import SealedSink
from tests.sounds import noise

KEY = bytes(range(11, 43))
RATE_HZ = 48_000
TICKS = 60_000
GRID = 4
"""The number's bits stand in 4 rows of 4, the lowest first."""
TOP, BOTTOM, SIDE = 0.2, 0.95, 0.1
"""Which part of a half's height and width the bits take: from TOP to BOTTOM, and all but SIDE on either side."""

Pixels = NDArray[np.uint8]


class Film(msgspec.Struct, frozen=True):
    """What a film is like; `gop_s` is the time between key frames, `rotation` in degrees as a phone writes it.

    `grain`: the picture is as noisy as a camera's, and takes as much to decode. `vfr`: frames of irregular length
    around 33 ms, as phones make them. `pixel_aspect` is width to height of a pixel.
    """

    seconds: float = 8
    width: int = 320
    height: int = 180
    fps: int = 25
    gop_s: float = 10
    b_frames: int = 0
    vfr: bool = False
    rotation: int = 0
    pixel_aspect: tuple[int, int] = (1, 1)
    codec: str = "libx264"
    sound: bool = True
    grain: bool = False

    @property
    def starts_ms(self) -> list[int]:
        """When each frame is seen from, in the conformed recording."""
        return [round(tick * 1000 / TICKS) for tick in _ticks(self)]


class Filmed(msgspec.Struct, frozen=True):
    """A film that was conformed into a sealed object."""

    film: Film
    path: Path
    conformed: Conformed

    @property
    def source(self) -> dict[str, str]:
        """What opens it, as an opening has it."""
        return {"path": str(self.path), "key": KEY.hex()}


@lru_cache(maxsize=32)
def sealed_film(film: Film) -> Filmed:
    """The film in a sealed object, made once."""
    path = _folder() / f"{abs(hash(film))}.db"
    conformed = conform(make_film(film), SealedSink(path, KEY), lambda _share: None)
    return Filmed(film, path, conformed)


@lru_cache(maxsize=32)
def make_film(film: Film) -> Path:
    """The film as a camera's file (MP4, or WebM for VP8 and VP9), made once."""
    webm = film.codec.startswith("libvpx")
    path = _folder() / f"{abs(hash(film))}.{'webm' if webm else 'mp4'}"
    with av.open(str(path), "w") as container:
        picture = _picture_stream(container, film)
        sound = _sound_stream(container, webm) if film.sound else None
        for number, tick in enumerate(_ticks(film)):
            picture_then = drawn(film, number)
            if film.grain:
                picture_then = _grainy(picture_then, number)
            frame = av.VideoFrame.from_ndarray(picture_then, format="rgb24")
            frame.pts, frame.time_base = tick, Fraction(1, TICKS)
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
        if sound is not None:
            for block in _sound(film.seconds):
                container.mux(sound.encode(block))
            container.mux(sound.encode(None))
    if film.rotation:
        _rotate(path, film.rotation)
    return path


def drawn(film: Film, number: int) -> Pixels:
    """One frame as the camera's sensor has it: turned, where the film is."""
    sideways = film.rotation % 180 != 0
    width, height = (film.height, film.width) if sideways else (film.width, film.height)
    half = width // 2
    picture = np.empty((height, width, 3), np.uint8)
    picture[:, :half], picture[:, half:] = (150, 40, 40), (40, 40, 150)
    for left in (0, half):
        top, bottom, side = round(TOP * height), round(BOTTOM * height), round(SIDE * half)
        rows = np.array_split(picture[top:bottom, left + side : left + half - side], GRID, axis=0)
        for row, band in enumerate(rows):
            for column, block in enumerate(np.array_split(band, GRID, axis=1)):
                block[:] = 255 * (number >> (row * GRID + column) & 1)
        bar = left + (number * 7 if left else -number * 7) % (half * 9 // 10)
        picture[: height // 8, bar : bar + half // 10] = 255
    return cast(Pixels, np.ascontiguousarray(np.rot90(picture, film.rotation // 90)))


def _grainy(picture: Pixels, number: int) -> Pixels:
    grain = np.roll(_grain(picture.shape[:2]), (7 * number, 13 * number), (0, 1))
    return cast(Pixels, np.clip(picture.astype(np.int16) + grain[..., np.newaxis], 0, 255).astype(np.uint8))


@lru_cache(maxsize=1)
def _grain(shape: tuple[int, ...]) -> NDArray[np.int16]:
    return np.random.default_rng(3).normal(0, 6, shape).astype(np.int16)


def frame_number(picture: Pixels, *, right: bool = False) -> int:
    """The number that an upright RGB picture (rows, columns, 3) shows in its left or its right half."""
    height, width = picture.shape[:2]
    half = width / 2
    number = 0
    for bit in range(GRID * GRID):
        row, column = divmod(bit, GRID)
        y = (TOP + (row + 0.5) / GRID * (BOTTOM - TOP)) * height
        x = half * right + (SIDE + (column + 0.5) / GRID * (1 - 2 * SIDE)) * half
        number |= int(picture[int(y), int(x)].mean() > 127) << bit
    return number


def _ticks(film: Film) -> Iterator[int]:
    if not film.vfr:
        yield from range(0, round(film.seconds * TICKS), TICKS // film.fps)
        return
    chance, at = random.Random(7), 0
    while at < film.seconds * TICKS:
        yield at
        at += chance.choice((25, 33, 33, 33, 34, 42, 67)) * TICKS // 1000


def _picture_stream(container: OutputContainer, film: Film) -> VideoStream:
    gop = str(round(film.gop_s * film.fps))
    options = {"g": gop, "keyint_min": gop, "bf": str(film.b_frames)}
    if film.codec == "libx264":
        options |= {"preset": "veryfast" if film.b_frames else "ultrafast", "crf": "23", "sc_threshold": "0"}
    elif film.codec.startswith("libvpx"):
        options |= {"deadline": "realtime", "cpu-used": "8", "b": "1000000"}
    stream = cast(VideoStream, container.add_stream(film.codec, rate=film.fps, options=options))
    stream.width, stream.height, stream.pix_fmt = film.width, film.height, "yuv420p"
    stream.codec_context.time_base = Fraction(1, TICKS)
    stream.codec_context.sample_aspect_ratio = Fraction(*film.pixel_aspect)
    return stream


def _sound_stream(container: OutputContainer, webm: bool) -> AudioStream:
    stream = container.add_stream("libopus" if webm else "aac", rate=RATE_HZ)
    stream.layout = "mono"
    return stream


def _sound(seconds: float) -> Iterator[av.AudioFrame]:
    """Noise in syllables of a quarter of a second, and a breath after every three seconds."""
    samples = noise(seconds)
    times = np.arange(len(samples)) / RATE_HZ
    loudness = np.sin(np.pi * 4 * times) ** 2 * (times % 3.6 < 3)
    spoken = (samples * loudness).astype(np.int16)
    for start in range(0, len(spoken), RATE_HZ):
        block = np.ascontiguousarray(spoken[start : start + RATE_HZ]).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, start, Fraction(1, RATE_HZ)
        yield frame


def _rotate(path: Path, degrees: int) -> None:
    """Write the display matrix of the picture's track (ISO 14496-12, `tkhd`): PyAV writes none."""
    data = bytearray(path.read_bytes())
    sine, cosine = {90: (1, 0), 180: (0, -1), 270: (-1, 0)}[degrees]
    matrix = (cosine, sine, 0, -sine, cosine, 0, 0, 0, 1 << 14)
    at = data.index(b"tkhd") + 44
    words = [value << 16 for value in matrix]
    data[at : at + 36] = b"".join(word.to_bytes(4, "big", signed=True) for word in words)
    path.write_bytes(data)


@lru_cache(maxsize=1)
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="iprtool-films-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
