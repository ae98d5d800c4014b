"""A film as libVLC reads it: its sound alone, so that a seek begins at the sound and not at the picture's key frame.

libVLC 3 seeks in Matroska by the picture's index even where it shows none. At another rate than 1 it then takes the way
from the key frame, seconds of it, for time that passes: the sound comes late, or its time is told wrongly. So in what
libVLC reads the picture's track is voided and its index is the sound's: some bytes, changed as they pass.
"""

from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress

from iprtool.model.ports import Source

_SEGMENT, _SEEK_HEAD, _TRACKS, _CUES = 0x18538067, 0x114D9B74, 0x1654AE6B, 0x1C53BB6B
_TRACK_ENTRY, _TRACK_NUMBER, _TRACK_TYPE, _CODEC_DELAY, _VOID = 0xAE, 0xD7, 0x83, 0x56AA, 0xEC
_CUE_POINT, _CUE_POSITIONS, _CUE_TRACK = 0xBB, 0xB7, 0xF7
_SEEK, _SEEK_ID, _SEEK_POSITION = 0x4DBB, 0x53AB, 0x53AC
_PICTURE, _SOUND = b"\x01", b"\x02"
_HEAD_BYTES, _CUES_BYTES = 1 << 16, 1 << 22

Element = tuple[int, int, int, int]
"""An element's id, and the offsets in the bytes at which it begins and its content begins and ends."""


class SoundView:
    """A conformed recording without its picture: a source of as many bytes.

    `delay_ms` is the sound's CodecDelay, which libVLC takes off the samples and leaves in its times.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._changed: dict[int, int] = {}
        self.delay_ms = 0.0
        with suppress(OSError):  # what cannot be read is libVLC's to find out
            head = source.read_at(0, _HEAD_BYTES)
            self.delay_ms = _delay_ms(head)
            self._changed = dict(_changes(source, head))
        self._offsets = sorted(self._changed)

    @property
    def size(self) -> int:
        """The number of bytes."""
        return self._source.size

    @property
    def error(self) -> str | None:
        """The source's own."""
        return self._source.error

    def read_at(self, offset: int, size: int) -> bytes:
        """The source's bytes, with the changes."""
        data = self._source.read_at(offset, size)
        first, last = (bisect_left(self._offsets, at) for at in (offset, offset + len(data)))
        if first == last:
            return data
        changed = bytearray(data)
        for at in self._offsets[first:last]:
            changed[at - offset] = self._changed[at]
        return bytes(changed)

    def close(self) -> None:
        """Left to the source's owner."""


def _delay_ms(head: bytes) -> float:
    sounds = (entry for entry in _entries(head) if _content(head, _TRACK_TYPE, entry) == _SOUND)
    return next((int.from_bytes(_content(head, _CODEC_DELAY, entry), "big") / 1e6 for entry in sounds), 0.0)


def _entries(head: bytes) -> list[Element]:
    """The tracks in a file's head."""
    segment = _child(head, _SEGMENT, 0, len(head))
    tracks = segment and _child(head, _TRACKS, segment[2], len(head))
    return [entry for entry in _elements(head, *tracks[2:]) if entry[0] == _TRACK_ENTRY] if tracks else []


def _changes(source: Source, head: bytes) -> Iterator[tuple[int, int]]:
    """Offsets, each with the byte to be read there; none where the file has no picture, or is of another make."""
    entries = _entries(head)
    pictures = [entry for entry in entries if _content(head, _TRACK_TYPE, entry) == _PICTURE]
    sounds = [_content(head, _TRACK_NUMBER, entry) for entry in entries if _content(head, _TRACK_TYPE, entry) == _SOUND]
    cues_at = _cues_at(head)
    if not pictures or not sounds or cues_at is None:
        return
    numbers = {_content(head, _TRACK_NUMBER, entry) for entry in pictures}
    cues = source.read_at(cues_at, _CUES_BYTES)
    yield from ((entry[1], _VOID) for entry in pictures)
    for at in _cue_tracks(cues):
        if cues[at : at + 1] in numbers:
            yield cues_at + at, sounds[0][0]


def _cues_at(head: bytes) -> int | None:
    """Where in the file the index begins, as the file's head says."""
    segment = _child(head, _SEGMENT, 0, len(head))
    seek_head = segment and _child(head, _SEEK_HEAD, segment[2], len(head))
    for seek in _elements(head, *seek_head[2:]) if seek_head else ():
        if segment and _content(head, _SEEK_ID, seek) == _CUES.to_bytes(4, "big"):
            return segment[2] + int.from_bytes(_content(head, _SEEK_POSITION, seek), "big")
    return None


def _cue_tracks(cues: bytes) -> Iterator[int]:
    """The offsets of the track numbers in an index."""
    whole = _child(cues, _CUES, 0, len(cues))
    for point in _elements(cues, *whole[2:]) if whole else ():
        positions = _child(cues, _CUE_POSITIONS, *point[2:]) if point[0] == _CUE_POINT else None
        number = positions and _child(cues, _CUE_TRACK, *positions[2:])
        if number:
            yield number[2]


def _content(data: bytes, kind: int, of: Element) -> bytes:
    found = _child(data, kind, *of[2:])
    return data[found[2] : found[3]] if found else b""


def _child(data: bytes, kind: int, start: int, end: int) -> Element | None:
    return next((one for one in _elements(data, start, end) if one[0] == kind), None)


def _elements(data: bytes, start: int, end: int) -> Iterator[Element]:
    """The elements from an offset to another, as far as they are there (RFC 8794: EBML's variable-size integers)."""
    end = min(end, len(data))
    at = start
    while at < end and data[at]:
        id_bytes = 9 - data[at].bit_length()
        size_at = at + id_bytes
        if size_at >= end or not data[size_at]:
            return
        size_bytes = 9 - data[size_at].bit_length()
        begin = size_at + size_bytes
        size = int.from_bytes(data[size_at:begin], "big") & ((1 << 7 * size_bytes) - 1)
        yield int.from_bytes(data[at:size_at], "big"), at, begin, begin + size
        at = begin + size
