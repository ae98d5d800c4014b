"""Headers of WAV files that tell of less sound than there is: past 4 GiB, or left by a recorder that did not finish."""

import io
import struct
from typing import Protocol

_CHUNK = struct.Struct("<4sI")
_MOST_CHUNKS = 100
# What programs write that do not know the length beforehand; FFmpeg then reads to the end by itself.
_UNKNOWN = (0, 0xFFFFFFFF)
_NEAR = 1 << 13


class _File(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def tell(self) -> int: ...


def tells_too_little(file: _File) -> bool:
    """Whether sound follows behind the end that a WAV file's header tells; the file goes back to its start.

    What follows is taken for sound where it is not another chunk that fits into the file, nor blank.
    """
    try:
        return _sound_follows(file, file.seek(0, io.SEEK_END))
    finally:
        file.seek(0)


def is_no_length(riff_bytes: int) -> bool:
    """Whether a RIFF header's length is one that stands for not knowing it: 0, or near to 2 or 4 GiB."""
    return riff_bytes in _UNKNOWN or min(riff_bytes % (1 << 31), -riff_bytes % (1 << 31)) < _NEAR


def _sound_follows(file: _File, size: int) -> bool:
    file.seek(0)
    head = file.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return False
    at = 12
    for _ in range(_MOST_CHUNKS):
        name, length = _chunk_at(file, at)
        at += _CHUNK.size + length + length % 2
        if name == b"data":
            return length not in _UNKNOWN and _is_no_chunk(file, at, size)
        if not name or at >= size:
            return False
    return False


def _chunk_at(file: _File, at: int) -> tuple[bytes, int]:
    file.seek(at)
    head = file.read(_CHUNK.size)
    if len(head) < _CHUNK.size:
        return b"", 0
    name, length = _CHUNK.unpack(head)
    return name, length


def _is_no_chunk(file: _File, at: int, size: int) -> bool:
    name, length = _chunk_at(file, at)
    fits = at + _CHUNK.size + length <= size + 1
    if not name or (all(0x20 <= byte < 0x7F for byte in name) and fits):
        return False
    file.seek(at)
    return any(file.read(4096))
