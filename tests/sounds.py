"""Recordings for tests: band-limited noise in every kind of file, so that what was decoded can be found in it again.

The noise is the same for the same seed and rate, and a shorter one is the beginning of a longer one. Its upper band
comes and goes, so that a variable bit rate varies. A picture, where there is one, shows its own frame's number.
"""

import atexit
import shutil
import tempfile
import wave
from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast

import av
import msgspec
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

Kind = Literal[
    "wav", "m4a", "mp3", "mp3-vbr", "mp3-vbr-noxing", "ogg", "opus", "flac", "mp4", "mkv",
    "mov", "webm", "ts", "avi", "wmv", "wma", "adpcm", "alac", "aac",
]  # fmt: skip

Samples = NDArray[np.int16]
TITLE = "a title that no conformed recording may keep"
FPS = 10
WIDTH, HEIGHT = 160, 96
_BITS = 16
_TAPS = 1023
_SIZE = 1 << 18
_BLOCK = _SIZE - _TAPS + 1


class _Recipe(msgspec.Struct, frozen=True):
    """How a kind is written: container, codec, the options of both, and the picture's codec where it always has one."""

    container: str
    codec: str
    options: dict[str, str] = {}
    container_options: dict[str, str] = {}
    picture: str | None = None


_VBR = {"flags": "+qscale", "global_quality": str(4 * 118)}
_RECIPES: dict[Kind, _Recipe] = {
    "wav": _Recipe("wav", "pcm_s16le"),
    "m4a": _Recipe("ipod", "aac", {"b": "128000"}),
    "mp3": _Recipe("mp3", "libmp3lame", {"b": "96000"}),
    "mp3-vbr": _Recipe("mp3", "libmp3lame", _VBR),
    "mp3-vbr-noxing": _Recipe("mp3", "libmp3lame", _VBR, {"write_xing": "0"}),
    "ogg": _Recipe("ogg", "vorbis", {"strict": "experimental", **_VBR}),
    "opus": _Recipe("ogg", "libopus", {"b": "48000"}),
    "flac": _Recipe("flac", "flac"),
    "mp4": _Recipe("mp4", "aac", {"b": "128000"}, picture="libx264"),
    "mov": _Recipe("mov", "aac", {"b": "128000"}, picture="libx264"),
    "mkv": _Recipe("matroska", "aac", {"b": "128000"}),
    "webm": _Recipe("webm", "libopus", {"b": "48000"}),
    "ts": _Recipe("mpegts", "aac", {"b": "128000"}, picture="libx264"),
    "avi": _Recipe("avi", "libmp3lame", {"b": "96000"}, picture="mpeg4"),
    "wmv": _Recipe("asf", "wmav2", {"b": "128000"}, picture="wmv2"),
    "wma": _Recipe("asf", "wmav2", {"b": "128000"}),
    "adpcm": _Recipe("wav", "adpcm_ima_wav"),
    "alac": _Recipe("ipod", "alac"),
    "aac": _Recipe("adts", "aac", {"b": "128000"}),
}
KINDS: tuple[Kind, ...] = tuple(_RECIPES)


def noise(seconds: float, seed: int = 0, rate: int = 48_000) -> Samples:
    """Mono int16 noise of 300–3000 Hz, with 3000–7000 Hz coming and going every few seconds."""
    return _noise(round(seconds * rate), seed, rate).copy()


@lru_cache(maxsize=4)
def _noise(count: int, seed: int, rate: int) -> Samples:
    low, high = _band(300, 3000, rate), _band(3000, 7000, rate)
    white = np.random.default_rng(seed)
    levels = np.random.default_rng([seed, 1]).random(count // (5 * rate) + 2) ** 2
    out = np.empty(count, np.int16)
    past = np.zeros(_TAPS - 1, np.float32)
    for start in range(0, count, _BLOCK):
        fresh = np.concatenate([past, white.standard_normal(_BLOCK, np.float32)])
        past = fresh[-(_TAPS - 1) :]
        times = np.arange(start, start + _BLOCK) / (5 * rate)
        sound = _filtered(fresh, low) + _filtered(fresh, high) * np.interp(times, np.arange(len(levels)), levels)
        out[start : start + _BLOCK] = np.clip(sound * 9000, -32767, 32767)[: count - start]
    return out


def _band(from_hz: float, to_hz: float, rate: int) -> NDArray[np.float64]:
    at = np.arange(_TAPS) - _TAPS // 2
    taps = sum(sign * 2 * hz / rate * np.sinc(2 * hz / rate * at) for sign, hz in ((1, to_hz), (-1, from_hz)))
    return cast(NDArray[np.float64], np.fft.rfft(taps * np.hanning(_TAPS), _SIZE))


def _filtered(samples: NDArray[np.float32], band: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.fft.irfft(np.fft.rfft(samples, _SIZE) * band, _SIZE)[_TAPS - 1 :]


def locate(
    block: NDArray[Any],
    reference: NDArray[Any],
    rate: int,
    *,
    near_ms: float | None = None,
    within_ms: float = 3000,
    least: float = 0.3,
) -> float:
    """Where in the reference a mono block starts, in ms (negative: before it), by normalised cross-correlation.

    With `near_ms` only its neighbourhood is searched. Raises LookupError where nothing is like the block, by `least`.
    """
    first, last = 0, len(reference)
    if near_ms is not None:
        first = max(0, round((near_ms - within_ms) * rate / 1000))
        last = min(last, round((near_ms + within_ms) * rate / 1000) + len(block))
    wanted = block.astype(np.float64)
    padded = np.pad(reference[first:last].astype(np.float64), len(block))
    size = 1 << (len(padded) + len(block)).bit_length()
    products = np.fft.irfft(np.fft.rfft(padded, size) * np.conj(np.fft.rfft(wanted, size)), size)
    energy = np.cumsum(np.concatenate([[0.0], padded**2]))
    energy = energy[len(block) :] - energy[: -len(block)]
    norm = np.sqrt(np.maximum(energy, energy.max() * 1e-3) * np.sum(wanted**2))
    likeness = products[: len(energy)] / np.maximum(norm, 1e-9)
    best = int(np.argmax(likeness))
    if likeness[best] < least:
        raise LookupError(f"nothing in the reference is like the block (best {likeness[best]:.2f})")
    return (first + best - len(block)) * 1000 / rate


def frame_number(gray: NDArray[Any]) -> int:
    """The number that a picture of `make_recording` shows, from its gray values (any size)."""
    columns = np.array_split(gray[gray.shape[0] // 4 : -gray.shape[0] // 4], _BITS, axis=1)
    return sum(1 << bit for bit, column in enumerate(columns) if column[:, 1:-1].mean() > 127)


def make_recording(
    path: Path,
    kind: Kind,
    seconds: float,
    *,
    seed: int = 0,
    channels: int = 1,
    rate: int = 48_000,
    video: bool = False,
) -> Path:
    """Write `noise(seconds, seed, rate)` on every channel as this kind of file, and return the path.

    mp4, mov, ts, avi and wmv always have a picture (160×96, 10 fps, a key frame every 10 s), mkv with `video`. Ogg
    Vorbis is always stereo (FFmpeg's own encoder writes nothing else). What was made once in this run is copied.
    """
    shutil.copyfile(_made(kind, seconds, seed, 2 if kind == "ogg" else channels, rate, video), path)
    return path


@lru_cache(maxsize=256)
def _made(kind: Kind, seconds: float, seed: int, channels: int, rate: int, video: bool) -> Path:
    recipe = _RECIPES[kind]
    path = _folder() / f"{kind}-{seconds}-{seed}-{channels}-{rate}-{video}"
    codec = recipe.picture or ("libx264" if video else None)
    with av.open(str(path), "w", format=recipe.container, options=recipe.container_options) as container:
        container.metadata["title"] = TITLE
        sound = cast(AudioStream, container.add_stream(recipe.codec, rate=rate, options=dict(recipe.options)))
        sound.layout = "stereo" if channels == 2 else "mono"
        picture = _add_picture(container, codec) if codec else None
        whole = _noise(round(seconds * rate), seed, rate)
        for start in range(0, len(whole), rate):
            block = whole[start : start + rate]
            if picture is not None:
                for number in range(start * FPS // rate, (start + len(block)) * FPS // rate):
                    container.mux(picture.encode(_picture(number)))
            container.mux(sound.encode(_sound(block, start, channels, rate)))
        for stream in (picture, sound):
            if stream is not None:
                container.mux(stream.encode(None))
    return path


@lru_cache(maxsize=1)
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="iprtool-sounds-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _sound(block: Samples, start: int, channels: int, rate: int) -> av.AudioFrame:
    layout = "stereo" if channels == 2 else "mono"
    frame = av.AudioFrame.from_ndarray(np.repeat(block, channels).reshape(1, -1), format="s16", layout=layout)
    frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
    return frame


def _add_picture(container: OutputContainer, codec: str) -> VideoStream:
    options = {"preset": "ultrafast", "crf": "28"} if codec == "libx264" else {"b": "400000"}
    stream = cast(VideoStream, container.add_stream(codec, rate=FPS, options={"g": str(10 * FPS), **options}))
    stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    return stream


def _picture(number: int) -> av.VideoFrame:
    row = np.repeat([255 * (number >> bit & 1) for bit in range(_BITS)], WIDTH // _BITS).astype(np.uint8)
    frame = av.VideoFrame.from_ndarray(np.tile(row, (HEIGHT, 1)), format="gray").reformat(format="yuv420p")
    frame.pts, frame.time_base = number, Fraction(1, FPS)
    return frame


class FileSink:
    """A `Sink` that is a plain file; `writes` lists the offset and size of every write."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.writes: list[tuple[int, int]] = []
        self._unfinished = path.with_name(f".{path.name}.part")
        self._file = self._unfinished.open("wb")

    def write_at(self, offset: int, data: bytes) -> None:
        self._file.seek(offset)
        self._file.write(data)
        self.writes.append((offset, len(data)))

    def commit(self) -> None:
        self._file.close()
        self._unfinished.replace(self.path)

    def discard(self) -> None:
        self._file.close()
        self._unfinished.unlink(missing_ok=True)


def decoded(path: Path) -> Iterator[tuple[float, Samples]]:
    """The sound of a file as FFmpeg decodes it: (time stamp in ms, mono int16 samples) of every frame."""
    with av.open(str(path)) as container:
        resampler, next_s = None, 0.0
        for frame in _decodable(container):
            resampler = resampler or av.AudioResampler("s16", "mono", frame.sample_rate)
            start_s = next_s if frame.time is None else frame.time
            next_s = start_s + frame.samples / frame.sample_rate
            for mono in resampler.resample(frame):
                yield start_s * 1000, mono.to_ndarray()[0]


def _decodable(container: InputContainer) -> Iterator[av.AudioFrame]:
    for packet in container.demux(audio=0):
        with suppress(av.InvalidDataError):  # the last frame of a file cut short
            yield from packet.decode()


def start_ms(path: Path) -> float:
    """The time stamp at which a file's first sound or picture is presented."""
    with av.open(str(path)) as container:
        return (container.start_time or 0) / 1000


def label_errors_ms(path: Path, reference: Samples, rate: int = 48_000, places: int = 6) -> list[float]:
    """How far the time stamps are from where the sound is in the reference, at places all over the file."""
    frames = list(decoded(path))
    sound = np.concatenate([block for _, block in frames])
    starts = np.cumsum([0, *(len(block) for _, block in frames)])
    errors = []
    for number in np.linspace(1, len(frames) - 1, places + 2, dtype=int)[1:-1]:
        block = sound[starts[number] : starts[number] + rate // 5]
        errors.append(frames[number][0] - locate(block, reference, rate, near_ms=frames[number][0], within_ms=1000))
    return errors


def voice(seconds: float, pitch_hz: float, rate: int = 16_000) -> Samples:
    """Something that a detector takes for speech: vowels on a voice of this pitch, some five syllables a second."""
    times = np.arange(round(seconds * rate)) / rate
    pitch = pitch_hz * (1 + 0.08 * np.sin(2 * np.pi * 0.7 * times))
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    vowels = np.array([(700, 1200, 2600), (300, 2200, 3000), (500, 900, 2500), (400, 1800, 2600)])
    formants = vowels[(times * 5).astype(int) % len(vowels)]
    sound = np.zeros(len(times))
    for number in range(1, round(min(3500, rate / 2) / pitch_hz)):
        level = sum(np.exp(-(((number * pitch - formants[:, one]) / 150) ** 2)) for one in range(3)) + 0.02
        sound += level * np.sin(number * phase)
    syllables = 0.35 + 0.65 * np.abs(np.sin(np.pi * 5 * times))
    return np.clip(sound * syllables * 5000, -32767, 32767).astype(np.int16)


def write_wav(path: Path, channels: Sequence[NDArray[np.int16]], rate: int = 16_000) -> Path:
    """Write channels as a WAV file, and return the path."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.stack(channels, axis=1).astype("<i2").tobytes())
    return path
