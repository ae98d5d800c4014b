"""A recording's tracks written into Matroska: `python -m iprtool.media.remux FILE`, the child of `conform`."""

import hashlib
import io
import re
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import msgspec
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.stream import VideoStream

from iprtool.media.confined import Refused, confine, damaged, expect_progress, send
from iprtool.media.conform import Conformed, Message, Piece, Progress
from iprtool.media.guard import open_media, picture_of, sound_of
from iprtool.media.source_file import printable
from iprtool.media.tracks import Recoded, Track, track
from iprtool.media.truncation import FRAMED, Last, cut_short
from iprtool.model.errors import MediaError

LONGEST_S = 100 * 3600
_WRITE_BYTES = 1 << 18
_PROGRESS_S = 0.1
_STALLED_CPU_S = 60
# Without bitexact the file would bear a random number; the times are set by the tracks, not to be shifted again.
_MUXER = {"cluster_time_limit": "1000", "avoid_negative_ts": "disabled", "fflags": "+bitexact"}
# Kept to the last bit in FLAC of up to 24 bits.
_LOSSLESS = re.compile(r"pcm_([su](8|16|24)\w*|alaw|mulaw)|alac|ape|tta")

Streams = list[AudioStream | VideoStream]


class PipeFile:
    """A file whose bytes go to the parent as pieces; it can be written and sought in, never read."""

    def __init__(self, tell: Callable[[Message], None]) -> None:
        self._tell = tell
        self._position = 0
        self._size = 0

    def write(self, data: bytes) -> int:
        """Send the bytes."""
        self._tell(Piece(self._position, data))
        self._position += len(data)
        self._size = max(self._size, self._position)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to an offset."""
        self._position = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        return self._position

    def tell(self) -> int:
        """The position."""
        return self._position


class Reading:
    """The packets of an original as they are read, with what was seen on the way."""

    def __init__(self, original: InputContainer, streams: Streams) -> None:
        self.original = original
        self.streams = streams
        self.origin = min(_seconds(stream.start_time or 0, stream.time_base) for stream in streams)
        ends = [_seconds((s.start_time or 0) + s.duration, s.time_base) for s in streams if s.duration]
        self.promised = max(ends, default=Fraction(original.duration or 0, av.time_base)) - self.origin
        self.last = Last(0, b"")
        self._framed = original.format.name in FRAMED
        self.broken = False

    def packets(self) -> "Iterator[Packet[Any]]":
        """Every packet, up to the end or to where the file is broken."""
        try:
            for packet in self.original.demux(self.streams):
                if self._framed and packet.size:
                    self.last = Last(packet.size, bytes(memoryview(packet)[:6]))  # writing takes the bytes away
                yield packet
        except av.FFmpegError:
            self.broken = True


def remux(path: Path, tell: Callable[[Message], None]) -> Conformed:
    """Send the conformed file's pieces and the progress, and return what came of it; MediaError in one sentence."""
    with ThreadPoolExecutor(1) as beside, open_media(path) as original:
        before = path.stat()
        digest = beside.submit(_sha256, path)
        reading = Reading(original, _streams(path, original))
        try:
            tracks = _write(reading, tell)
        except av.FFmpegError as error:
            raise damaged(path) from error
        conformed = _conformed(path, reading, tracks, digest.result())
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise MediaError(f"{printable(path)} was changed while it was read; wait until it is finished and try again.")
    return conformed


def _streams(path: Path, original: InputContainer) -> Streams:
    streams: Streams = [stream for stream in (sound_of(original), picture_of(original)) if stream is not None]
    if not streams:
        raise MediaError(f"{printable(path)} has neither sound nor picture that can be read; choose another file.")
    return streams


def _conformed(path: Path, reading: Reading, tracks: list[Track], sha256: str) -> Conformed:
    end = max(track.end for track in tracks)
    if not 0 < end < LONGEST_S:
        raise MediaError(f"{printable(path)} is damaged or cut short: nothing in it could be read; copy it again.")
    cut = cut_short(path, reading.original, reading.last, end, reading.promised)
    broken = reading.broken or any(track.damaged for track in tracks)
    said = [
        cut or "part of the file is damaged and was left out" * broken,
        *_left_out(reading),
        *map(_recoding, tracks),
    ]
    sound = sound_of(reading.original)
    return Conformed(
        duration_ms=round(end * 1000),
        original_sha256=sha256,
        audio_codec=next((track.codec for track in tracks if track.sound), None),
        video_codec=next((track.codec for track in tracks if not track.sound), None),
        sample_rate_hz=sound.rate if sound else None,
        channels=sound.channels if sound else None,
        transcoded=any(isinstance(track, Recoded) for track in tracks),
        notice=_sentence(said),
    )


def _seconds(count: int, time_base: Fraction | None) -> Fraction:
    return count * (time_base or Fraction(0))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(reading: Reading, tell: Callable[[Message], None]) -> list[Track]:
    with av.open(PipeFile(tell), "w", format="matroska", options=_MUXER, buffer_size=_WRITE_BYTES) as out:
        tracks = {stream.index: track(stream, out, reading.origin) for stream in reading.streams}
        out.start_encoding()
        told = time.monotonic()
        for packet in reading.packets():
            mine = tracks[packet.stream_index]
            _mux(out, mine, mine.feed(packet))
            if time.monotonic() - told > _PROGRESS_S:
                told = time.monotonic()
                expect_progress(_STALLED_CPU_S)
                tell(Progress(min(1.0, float(mine.end / reading.promised)) if reading.promised else 0.0))
        for mine in tracks.values():
            _mux(out, mine, mine.finish())
    return list(tracks.values())


def _mux(out: OutputContainer, mine: Track, packets: "Iterator[Packet[Any]]") -> None:
    for packet in packets:
        try:
            out.mux_one(packet)
        except av.FFmpegError:  # a broken packet in what was a good file
            mine.damaged += 1


def _left_out(reading: Reading) -> Iterator[str]:
    there = reading.original.streams
    sounds = sum(isinstance(stream, AudioStream) for stream in reading.streams)
    pictures = [stream for stream in there.video if not stream.disposition & Disposition.attached_pic]
    if len(there.audio) > 1:
        yield f"of its {len(there.audio)} sound tracks only the first was kept: mix them into one to hear them all"
    elif len(there.audio) > sounds:
        yield "its sound is of a kind that cannot be read and was left out"
    if pictures and len(reading.streams) == sounds:
        yield "its picture is of a kind that cannot be read and was left out"


def _recoding(track: Track) -> str:
    if not isinstance(track, Recoded):
        return ""
    if not track.sound:
        return f"the picture ({track.original_codec}) was encoded anew as H.264"
    lossless = ", without loss" if _LOSSLESS.fullmatch(track.original_codec) else ""
    return f"the sound ({track.original_codec}) is kept as FLAC{lossless}"


def _sentence(parts: list[str]) -> str:
    said = "; ".join(part for part in parts if part)
    return f"{said[0].upper()}{said[1:]}." if said else ""


def main() -> None:
    """Remux the file named on the command line; the parent reads the messages from stdout."""
    pipe = confine()
    expect_progress(_STALLED_CPU_S)
    encoder = msgspec.msgpack.Encoder()

    def tell(message: Message) -> None:
        send(pipe, encoder.encode(message))

    try:
        tell(remux(Path(sys.argv[1]), tell))
    except MediaError as error:
        tell(Refused(str(error)))


if __name__ == "__main__":
    main()
