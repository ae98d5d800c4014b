"""WAV files whose headers lie, as recorders leave them and as files past 4 GiB have them, are read to their end."""

import io
import struct
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from iprtool.media.conform import Conformed, conform
from iprtool.media.probe import probe
from iprtool.media.wave_header import is_no_length, tells_too_little
from tests.sounds import FileSink, decoded, noise, write_wav

SECONDS = 6
RATE = 16_000
CHUNK = b"LIST" + struct.pack("<I", 26) + b"INFOISFT\x0e\0\0\0a program's\0\0\0"


def lying(folder: Path, riff_bytes: int | None, data_bytes: int | None, tail: bytes = b"") -> Path:
    """Six seconds of noise with these lengths in its header (None: the true one), and something behind it."""
    path = write_wav(folder / "session.wav", [noise(SECONDS, rate=RATE)])
    whole = bytearray(path.read_bytes() + tail)
    for at, length in ((4, riff_bytes), (40, data_bytes)):
        if length is not None:
            whole[at : at + 4] = struct.pack("<I", length)
    path.write_bytes(whole)
    return path


def conformed(path: Path) -> tuple[Conformed, NDArray[np.int16]]:
    sink = FileSink(path.with_name("conformed"))
    made = conform(path, sink, lambda _: None)
    return made, np.concatenate([block for _, block in decoded(sink.path)])


@pytest.mark.parametrize(
    ("riff_bytes", "data_bytes"),
    [
        (0, 0),
        (None, 0),
        (0xFFFFFFFF, 0xFFFFFFFF),
        (0, 0xFFFFFFFF),
        (0x7FFFFFFF, 0x7FFFFFDB),
        (0xFFFFF024, 0xFFFFF000),
    ],
)
def test_a_length_that_is_none_is_no_fault(riff_bytes: int | None, data_bytes: int, tmp_path: Path) -> None:
    path = lying(tmp_path, riff_bytes, data_bytes)
    made, heard = conformed(path)
    assert np.array_equal(heard, noise(SECONDS, rate=RATE))
    assert made.notice == "The sound (pcm_s16le) is kept as FLAC, without loss."
    assert probe(path).duration_ms == SECONDS * 1000


@pytest.mark.parametrize("told_s", [1, 3])
def test_sound_behind_the_end_that_is_told_is_kept_and_that_is_said(told_s: int, tmp_path: Path) -> None:
    path = lying(tmp_path, 36 + told_s * 2 * RATE, told_s * 2 * RATE)
    made, heard = conformed(path)
    assert np.array_equal(heard, noise(SECONDS, rate=RATE))
    assert made.notice.startswith("Its header tells of less; all sound in it was kept; ")
    assert probe(path).duration_ms == pytest.approx(SECONDS * 1000, abs=10)


@pytest.mark.parametrize(
    "tail", [CHUNK, b"id3 \x04\0\0\0abcd" + CHUNK, bytes(60_000), b"\0"], ids=["one", "two", "blank", "odd"]
)
def test_what_is_no_sound_behind_it_is_not_heard(tail: bytes, tmp_path: Path) -> None:
    made, heard = conformed(lying(tmp_path, None, None, tail))
    assert np.array_equal(heard, noise(SECONDS, rate=RATE))
    assert "header" not in made.notice


def test_a_file_cut_short_still_is(tmp_path: Path) -> None:
    path = lying(tmp_path, None, None)
    path.write_bytes(path.read_bytes()[:-RATE])
    assert conformed(path)[0].notice.startswith("The file is cut short: it ends at 00:05")


@pytest.mark.parametrize("form", ["rf64", "w64"])
def test_the_forms_for_long_files_are_read(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"session.{form}"
    options = {"rf64": "always"} if form == "rf64" else {}
    with (
        av.open(str(write_wav(tmp_path / "plain.wav", [noise(SECONDS, rate=RATE)]))) as source,
        av.open(str(path), "w", format="wav" if form == "rf64" else form, options=options) as container,
    ):
        stream = container.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = stream
                container.mux(packet)
    made, heard = conformed(path)
    assert np.array_equal(heard, noise(SECONDS, rate=RATE))
    assert made.duration_ms == SECONDS * 1000


class Virtual(io.RawIOBase):
    """A WAV file of so many bytes of sound, of which only the header exists; the sound is a byte repeated."""

    def __init__(self, data_bytes: int) -> None:
        head = struct.pack(
            "<4sI4s4sIHHIIHH", b"RIFF", (36 + data_bytes) % 2**32, b"WAVE", b"fmt ", 16, 1, 2, 48_000, 192_000, 4, 16
        )
        self._head = head + struct.pack("<4sI", b"data", data_bytes % 2**32)
        self._size = len(self._head) + data_bytes
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        size = min(size, self._size - self._at)
        data = self._head[self._at : self._at + size]
        self._at += size
        return data + b"\x11" * (size - len(data))

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def tell(self) -> int:
        return self._at


@pytest.mark.parametrize(("hours", "too_little"), [(1, False), (6, False), (6.3, True), (12, True), (13, True)])
def test_a_header_of_32_bits_cannot_tell_of_twelve_hours(hours: float, too_little: bool) -> None:
    file = Virtual(round(hours * 3600) * 192_000)
    assert tells_too_little(file) is too_little
    assert file.tell() == 0


@pytest.mark.parametrize(
    ("length", "none"), [(0, True), (36, True), (2**32 - 1, True), (2**31, True), (480_000, False)]
)
def test_a_length_near_the_limits_is_none(length: int, none: bool) -> None:
    assert is_no_length(length) is none


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEfmt \xff\xff\xff\xff", b"RF64" * 9]
)
def test_what_is_no_whole_header_tells_nothing(data: bytes) -> None:
    assert not tells_too_little(io.BytesIO(data))
