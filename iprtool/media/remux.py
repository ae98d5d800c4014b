"""Recordings' tracks in one Matroska file: `python -m iprtool.media.remux GAPS FILE…`, the child of `conform`.

GAPS are the milliseconds between one file and the next, with commas between them; of one file, there are none.
"""

import hashlib
import io
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from fractions import Fraction
from math import ceil
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
from iprtool.media.guard import is_protected, open_media, picture_of, protected, sound_of
from iprtool.media.silences import Silences
from iprtool.media.source_file import printable
from iprtool.media.tracks import Recoded, Track, track
from iprtool.media.truncation import FRAMED, Last, cut_short
from iprtool.media.turning import rotation_of
from iprtool.media.wave_header import tells_too_little
from iprtool.model.errors import MediaError
from iprtool.model.study import Gap, Part
from iprtool.model.times import clock

LONGEST_S = 100 * 3600
_APART_MS = 2000
_WRITE_BYTES = 1 << 18
_READ_BYTES = 1 << 20
_PROGRESS_S = 0.1
_STALLED_CPU_S = 60
_LOOKED_AT = 64
# Without bitexact the file would bear a random number; the times are set by the tracks, not to be shifted again.
_MUXER = {"cluster_time_limit": "1000", "avoid_negative_ts": "disabled", "fflags": "+bitexact"}
# Kept to the last bit in FLAC of up to 24 bits.
_LOSSLESS = re.compile(r"pcm_([su](8|16|24)\w*|alaw|mulaw)|alac|ape|flac|tta")

Stream = AudioStream | VideoStream


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

    def __init__(self, path: Path, original: InputContainer) -> None:
        self.path = path
        self.original = original
        self.sound = sound_of(original)
        self.picture = picture_of(original)
        self.streams: list[Stream] = [one for one in (self.sound, self.picture) if one is not None]
        if not self.streams:
            raise MediaError(f"{printable(path)} has neither sound nor picture that can be read; choose another file.")
        self.origin = min(_seconds(one.start_time or 0, one.time_base) for one in self.streams)
        ends = [_seconds((one.start_time or 0) + one.duration, one.time_base) for one in self.streams if one.duration]
        self.promised = max(ends, default=Fraction(original.duration or 0, av.time_base)) - self.origin
        with path.open("rb") as file:
            self.told_too_little = tells_too_little(file)
        if self.told_too_little and self.sound is not None and (rate := self.sound.codec_context.bit_rate):
            self.promised = Fraction(8 * path.stat().st_size, rate)
        self.last = Last(0, b"")
        self.start_ms = self.duration_ms = 0
        self.damaged = False
        self._framed = original.format.name in FRAMED
        self._before = path.stat()

    def packets(self) -> "Iterator[Packet[Any]]":
        """Every packet, up to the end or to where the file is broken."""
        try:
            for number, packet in enumerate(self.original.demux(self.streams)):
                if number < _LOOKED_AT and is_protected(packet.stream, packet):
                    raise protected(self.path)
                if self._framed and packet.size:
                    self.last = Last(packet.size, bytes(memoryview(packet)[:6]))  # writing takes the bytes away
                yield packet
        except av.FFmpegError:
            self.damaged = True

    def check_unchanged(self) -> None:
        """MediaError where the file is another than when it was opened."""
        before, after = self._before, self.path.stat()
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise MediaError(
                f"{printable(self.path)} was changed while it was read; wait until it is finished and try again."
            )


def remux(paths: Sequence[Path], gaps_ms: Sequence[int], tell: Callable[[Message], None]) -> Conformed:
    """Send the conformed file's pieces and the progress, and return what came of it; MediaError in one sentence."""
    with ThreadPoolExecutor(1) as beside, ExitStack() as opened:
        readings = [Reading(path, opened.enter_context(open_media(path))) for path in paths]
        _check_alike(readings)
        digests = beside.submit(_sha256, paths)
        joint = _Joint(readings, gaps_ms, tell)
        try:
            tracks = joint.write()
        except av.FFmpegError as error:
            raise damaged(paths[joint.number]) from error
        conformed = _conformed(readings, tracks, joint.silences, *digests.result())
    for reading in readings:
        reading.check_unchanged()
    return conformed


def _check_alike(readings: Sequence[Reading]) -> None:
    first = readings[0]
    for other in readings[1:]:
        for what, there, missing in (("sound", other.sound, first.sound), ("picture", other.picture, first.picture)):
            if (there is None) != (missing is None):
                with_it, without = (first, other) if there is None else (other, first)
                raise MediaError(
                    f"{printable(with_it.path)} has {what} and {printable(without.path)} has none, so they cannot be "
                    "joined; add them as two recordings."
                )


def _conformed(
    readings: Sequence[Reading], tracks: Sequence[Track], silences: Silences, whole: str, each: Sequence[str]
) -> Conformed:
    kinds = {track.sound: track for track in tracks}
    sounds = [reading.sound for reading in readings if reading.sound is not None]
    parts = [
        Part(sha256, reading.start_ms, reading.duration_ms) for reading, sha256 in zip(readings, each, strict=True)
    ]
    duration_ms = parts[-1].start_ms + parts[-1].duration_ms
    gaps = silences.until(duration_ms) if True in kinds else ()
    said = [text for reading in readings for text in _about(reading, gaps, named=len(readings) > 1)]
    if not any(reading.original.streams.audio for reading in readings):
        said.append("it has no sound")
    return Conformed(
        duration_ms=duration_ms,
        original_sha256=whole,
        audio_codec=kinds[True].codec if True in kinds else None,
        video_codec=kinds[False].codec if False in kinds else None,
        sample_rate_hz=max((sound.rate for sound in sounds), default=None),
        channels=max((sound.channels for sound in sounds), default=None),
        frame_rate=kinds[False].cadence.rate if False in kinds else None,
        parts=tuple(parts) if len(parts) > 1 else (),
        transcoded=any(isinstance(track, Recoded) for track in tracks),
        notice=_sentence([*said, *map(_recoding, tracks)]),
        silences=gaps,
    )


def _about(reading: Reading, silences: Sequence[Gap], *, named: bool) -> Iterator[str]:
    """What of a file is missing, as half sentences."""
    end = Fraction(reading.duration_ms, 1000)
    more = "its header tells of less; all sound in it was kept" * reading.told_too_little
    cut = cut_short(reading.path, reading.original, reading.last, end, reading.promised)
    name = f"{printable(reading.path)}: " if named else ""
    damage = cut or "part of the file is damaged and was left out" * reading.damaged
    for text in (damage, more, *_left_out(reading), *_unheard(reading, silences)):
        if text:
            yield name + text


def _unheard(reading: Reading, silences: Sequence[Gap]) -> Iterator[str]:
    """Where a film's sound begins long after its picture or ends long before it."""
    if reading.sound is None or reading.picture is None:
        return
    start_ms, end_ms = reading.start_ms, reading.start_ms + reading.duration_ms
    for from_ms, to_ms in silences:
        if from_ms <= start_ms and to_ms >= end_ms:
            yield "it has no sound"
        elif from_ms <= start_ms < to_ms - _APART_MS:
            yield f"its sound begins {clock(round(to_ms - start_ms, -3))} after the picture"
        elif from_ms + _APART_MS < end_ms <= to_ms:
            yield f"its sound ends {clock(round(end_ms - from_ms, -3))} before the picture"


def _seconds(count: int, time_base: Fraction | None) -> Fraction:
    return count * (time_base or Fraction(0))


def _sha256(paths: Sequence[Path]) -> tuple[str, list[str]]:
    """The SHA-256 of the files' bytes one after another, and that of each."""
    whole, each = hashlib.sha256(), []
    for path in paths:
        one = hashlib.sha256() if len(paths) > 1 else whole
        with path.open("rb") as file:
            while data := file.read(_READ_BYTES):
                one.update(data)
                if one is not whole:
                    whole.update(data)
        each.append(one.hexdigest())
    return whole.hexdigest(), each


class _Joint:
    """The conformed file as it is written, one original after another; `number` is that of the one that is read."""

    def __init__(self, readings: Sequence[Reading], gaps_ms: Sequence[int], tell: Callable[[Message], None]) -> None:
        self._readings = readings
        self._gaps_ms = (*gaps_ms, 0)
        self._tell = tell
        self.number = 0
        self.silences = Silences()
        self._told = time.monotonic()
        self._promised = sum(reading.promised for reading in readings)

    def write(self) -> list[Track]:
        """Write all of it; the tracks, sound first."""
        with av.open(PipeFile(self._tell), "w", format="matroska", options=_MUXER, buffer_size=_WRITE_BYTES) as out:
            tracks = self._tracks(out)
            out.start_encoding()
            start_ms = 0
            for number, (reading, gap_ms) in enumerate(zip(self._readings, self._gaps_ms, strict=True)):
                self.number, reading.start_ms = number, start_ms
                self._tell(self._progress(Fraction(start_ms, 1000)))
                self._read(out, reading, tracks, gap=gap_ms > 0)
                start_ms += reading.duration_ms + gap_ms
            for mine in tracks:
                self._mux(out, mine, mine.finish())
        end_ms = round(max(mine.end for mine in tracks) * 1000)  # an encoder may have held back more than was known
        self._readings[-1].duration_ms = end_ms - self._readings[-1].start_ms
        return tracks

    def _tracks(self, out: OutputContainer) -> list[Track]:
        sounds = [reading.sound for reading in self._readings if reading.sound is not None]
        pictures = [reading.picture for reading in self._readings if reading.picture is not None]
        tracks = [track(sounds, [0] * len(sounds), out)] if sounds else []
        if pictures:
            tracks.append(track(pictures, [_rotation(reading.path) for reading in self._readings], out))
        return tracks

    def _read(self, out: OutputContainer, reading: Reading, tracks: list[Track], *, gap: bool) -> None:
        start, damaged_before = Fraction(reading.start_ms, 1000), sum(mine.damaged for mine in tracks)
        by_stream = {stream.index: mine for stream, mine in zip(reading.streams, tracks, strict=True)}
        for stream, mine in zip(reading.streams, tracks, strict=True):
            mine.begin(stream, reading.origin, start)
        for packet in reading.packets():
            mine = by_stream[packet.stream.index]  # the last packet of each stream has no number of its own
            self._mux(out, mine, mine.feed(packet))
            if time.monotonic() - self._told > _PROGRESS_S:
                self._told = time.monotonic()
                expect_progress(_STALLED_CPU_S)
                self._tell(self._progress(mine.end))
        for mine in tracks:
            self._mux(out, mine, mine.pause(gap=gap))
        end = max(mine.end for mine in tracks) - start
        if not 0 < end < LONGEST_S:
            raise MediaError(
                f"{printable(reading.path)} is damaged or cut short: nothing in it could be read; copy it again."
            )
        reading.duration_ms = ceil(end * 1000)
        reading.damaged |= sum(mine.damaged for mine in tracks) > damaged_before

    def _mux(self, out: OutputContainer, mine: Track, packets: "Iterator[Packet[Any]]") -> None:
        for packet in packets:
            if mine.sound:
                self.silences.note(packet)
            try:
                out.mux_one(packet)
            except av.FFmpegError:  # a broken packet in what was a good file
                mine.damaged += 1

    def _progress(self, at: Fraction) -> Progress:
        share = float(at / (self._promised + Fraction(sum(self._gaps_ms), 1000))) if self._promised else 0.0
        return Progress(min(1.0, share), self.number)


def _rotation(path: Path) -> int:
    with open_media(path) as aside:
        return rotation_of(aside)


def _left_out(reading: Reading) -> Iterator[str]:
    there = reading.original.streams
    sounds = reading.sound is not None
    pictures = [stream for stream in there.video if not stream.disposition & Disposition.attached_pic]
    if len(there.audio) > 1:
        yield f"of its {len(there.audio)} sound tracks only the first was kept: mix them into one to hear them all"
    elif len(there.audio) > sounds:
        yield "its sound is of a kind that cannot be read and was left out"
    if pictures and reading.picture is None:
        yield "its picture is of a kind that cannot be read and was left out"


def _recoding(track: Track) -> str:
    if not isinstance(track, Recoded):
        return ""
    codecs = ", ".join(track.original_codecs)
    if not track.sound:
        return f"the picture ({codecs}) was encoded anew as H.264"
    lossless = ", without loss" if all(map(_LOSSLESS.fullmatch, track.original_codecs)) else ""
    return f"the sound ({codecs}) is kept as FLAC{lossless}"


def _sentence(parts: list[str]) -> str:
    said = "; ".join(part for part in parts if part)
    return f"{said[0].upper()}{said[1:]}." if said else ""


def main() -> None:
    """Remux the files named on the command line; the parent reads the messages from stdout."""
    pipe = confine()
    expect_progress(_STALLED_CPU_S)
    encoder = msgspec.msgpack.Encoder()

    def tell(message: Message) -> None:
        send(pipe, encoder.encode(message))

    try:
        gaps, *paths = sys.argv[1:]
        tell(remux([Path(path) for path in paths], [int(gap) for gap in gaps.split(",") if gap], tell))
    except MediaError as error:
        tell(Refused(str(error)))


if __name__ == "__main__":
    main()
