"""Whether a recording ends before its own end: what its header, its pages or its last frame promise and do not hold."""

from fractions import Fraction
from pathlib import Path
from typing import Any

from av.container import InputContainer
from av.packet import Packet

from iprtool.model.times import clock

_TOLERANCE_S = Fraction(1, 2)
# The headers of these tell how long the whole is; elsewhere FFmpeg guesses from what is there.
_HEADED = {"matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2", "flac", "mp3", "asf", "aiff", "caf"}
_PAGE_BYTES = 65_307  # the longest page of Ogg, RFC 3533
_OGG_LAST_PAGE = 4


def cut_short(
    path: Path, container: InputContainer, last: "Packet[Any] | None", end: Fraction, promised: Fraction
) -> str:
    """What is missing, as half a sentence, or an empty text.

    `last` is the last packet that was read, `end` where it ends and `promised` where the header says that the
    recording ends, both in seconds from its first sound or picture.
    """
    kind = container.format.name
    if kind in _HEADED and (kind != "mp3" or container.start_time) and end < promised - _TOLERANCE_S:
        return f"the file is cut short: {clock(round(end * 1000))} of {clock(round(promised * 1000))} are there"
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(8)
        if head[:4] == b"RIFF":
            riff_bytes = int.from_bytes(head[4:], "little")
            cut = riff_bytes != 0xFFFFFFFF and 8 + riff_bytes > size + 1
        elif kind == "ogg":
            file.seek(max(0, size - _PAGE_BYTES))
            cut = _without_end(file.read())
        elif kind in {"mp3", "aac"} and last is not None and last.pos is not None:
            file.seek(last.pos + last.size)
            cut = _is_frame(file.read(2))
        else:
            cut = False
    return f"the file is cut short: it ends at {clock(round(end * 1000))}" if cut else ""


def _without_end(tail: bytes) -> bool:
    page = tail.rfind(b"OggS")
    return page < 0 or len(tail) < page + 6 or not tail[page + 5] & _OGG_LAST_PAGE


def _is_frame(start: bytes) -> bool:
    return len(start) == 2 and start[0] == 0xFF and start[1] & 0xE0 == 0xE0
