"""Whether a recording ends before its own end: what its header, its pages or its last frame promise and do not hold."""

from fractions import Fraction
from pathlib import Path

import msgspec
from av.container import InputContainer

from iprtool.media.wave_header import is_no_length
from iprtool.model.times import clock

_TOLERANCE_S = Fraction(1, 2)
# The headers of these tell how long the whole is; elsewhere FFmpeg guesses from what is there.
_HEADED = {"matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2", "flac", "mp3", "asf", "aiff", "caf"}
FRAMED = {"mp3", "aac"}
"""Files that are nothing but frames, each with its length in its head."""
_PAGE_BYTES = 65_307  # the longest page of Ogg, RFC 3533
_OGG_LAST_PAGE = 4
# ISO 11172-3 and 13818-3, layer III, by the header's index.
_KBPS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_KBPS_LOW = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)


class Last(msgspec.Struct, frozen=True):
    """A packet's size in bytes and its first six bytes."""

    size: int
    head: bytes


def cut_short(path: Path, container: InputContainer, last: Last, end: Fraction, promised: Fraction) -> str:
    """What is missing, as half a sentence, or an empty text.

    `last` is the last packet that was read, of a file of frames. `end` is where the packets end and `promised` where
    the header says that the recording ends, both in seconds from its first sound or picture.
    """
    kind = container.format.name
    if kind in _HEADED and (kind != "mp3" or container.start_time) and end < promised - _TOLERANCE_S:
        return f"the file is cut short: {clock(round(end * 1000))} of {clock(round(promised * 1000))} are there"
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(8)
        if head[:4] == b"RIFF":
            riff_bytes = int.from_bytes(head[4:], "little")
            cut = not is_no_length(riff_bytes) and 8 + riff_bytes > size + 1
        elif kind == "ogg":
            file.seek(max(0, size - _PAGE_BYTES))
            cut = _without_end(file.read())
        elif kind in FRAMED:
            cut = last.size < _frame_bytes(last.head)
        else:
            cut = False
    return f"the file is cut short: it ends at {clock(round(end * 1000))}" if cut else ""


def _without_end(tail: bytes) -> bool:
    page = tail.rfind(b"OggS")
    return page < 0 or len(tail) < page + 6 or not tail[page + 5] & _OGG_LAST_PAGE


def _frame_bytes(head: bytes) -> int:
    """The length that the header of a frame of MPEG audio layer III or of ADTS gives it; 0 where it is neither."""
    bits = int.from_bytes(head.ljust(6, b"\0"))
    version, layer = bits >> 35 & 3, bits >> 33 & 3
    if bits >> 37 != 0x7FF or version == 1:
        return 0
    if layer == 0:  # ADTS
        return bits >> 5 & 0x1FFF
    rate_index, kbps_index, first = bits >> 26 & 3, bits >> 28 & 15, version == 3
    if layer != 1 or rate_index == 3:
        return 0
    rate = (44_100, 48_000, 32_000)[rate_index] >> {3: 0, 2: 1, 0: 2}[version]
    kbps = (_KBPS if first else _KBPS_LOW)[kbps_index]
    return (144_000 if first else 72_000) * kbps // rate + (bits >> 25 & 1)
