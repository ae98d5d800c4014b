"""Conforming: every recording becomes Matroska with one-second clusters, which both players seek truly in.

The reading and writing of media is done in a process of its own (`remux`); here its bytes go into the sink.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

import msgspec

from iprtool.media.confined import Refused, confined, damaged, receive
from iprtool.model.errors import MediaError
from iprtool.model.ports import Sink
from iprtool.model.study import Gap, Part


class Conformed(msgspec.Struct, frozen=True, tag=True):
    """What came of a recording: duration from its packets, the kept tracks' codecs, the original's SHA-256 (hex).

    The codecs are those of the sealed copy (FFmpeg's short names), `frame_rate` the average of its picture, in frames a
    second. `transcoded` says that a track was encoded anew; `notice` is a sentence for the person on that, or on what
    of the recording is missing, and empty otherwise. Where several files were joined, `parts` are they, and the SHA-256
    is that of their bytes one after another. `silences` are where the copy has no sound for long; see `Recording`.
    """

    duration_ms: int
    original_sha256: str
    audio_codec: str | None = None
    video_codec: str | None = None
    sample_rate_hz: int | None = None
    channels: int | None = None
    frame_rate: float | None = None
    parts: tuple[Part, ...] = ()
    transcoded: bool = False
    notice: str = ""
    silences: tuple[Gap, ...] = ()


class Piece(msgspec.Struct, frozen=True, tag=True):
    """Some bytes of the conformed file and where they belong."""

    offset: int
    data: bytes


class Progress(msgspec.Struct, frozen=True, tag=True):
    """How much of the originals has been read, 0 to 1, and the number of the one that is read now, from 0."""

    share: float
    number: int = 0


Message = Piece | Progress | Refused | Conformed


def conform(path: Path, sink: Sink, progress: Callable[[float], None]) -> Conformed:
    """Write the recording into the sink as Matroska, without encoding it anew where that can be, and commit it.

    Times in it are those of the original as heard: 0 is the first sound or picture, encoder delay taken off; what lies
    before it is left out, as are all metadata, and all tracks but the first of sound and the first of picture.
    `progress` is told the share done, from 0 to 1, some ten times a second; an error it raises cancels. On any error
    the sink is discarded; MediaError says in one sentence what is wrong with the file.
    """
    return conform_joined([path], (), sink, progress)


def conform_joined(
    paths: Sequence[Path], gaps_ms: Sequence[int], sink: Sink, progress: Callable[[float], None]
) -> Conformed:
    """The same of several files of one session, in their order, with so many milliseconds between one and the next.

    Where all have tracks of one form their packets follow each other as they are, else they are encoded anew. In a gap
    there are no packets. MediaError where one file has sound, or picture, and another has none.
    """
    try:
        progress(0.0)
        gaps = ",".join(map(str, gaps_ms))
        with confined("iprtool.media.remux", gaps, *map(str, paths)) as child:
            assert child.stdout is not None
            conformed = _take(paths, child.stdout, sink, progress)
        progress(1.0)
        sink.commit()
    except BaseException:
        sink.discard()
        raise
    return conformed


def _take(paths: Sequence[Path], pipe: IO[bytes], sink: Sink, progress: Callable[[float], None]) -> Conformed:
    decoder, number = msgspec.msgpack.Decoder(Message), 0
    while (message := receive(pipe)) is not None:
        match decoder.decode(message):
            case Piece(offset=offset, data=data):
                sink.write_at(offset, data)
            case Progress(share=share, number=number):
                progress(share)
            case Refused(sentence=sentence):
                raise MediaError(sentence)
            case Conformed() as conformed:
                return conformed
    raise damaged(paths[number])
