"""What the two processes say to each other: small typed values, msgpack, each with its length before it."""

import struct
from typing import Any, BinaryIO, Self, TypeVar

import msgspec

from iprtool.model.playing import PlayerState
from iprtool.model.study import Gap, Recording
from iprtool.model.terms import Engine
from iprtool.player.clock import Clock

MOST_BYTES = 1 << 16
_LENGTH = struct.Struct("<I")
_T = TypeVar("_T")


class Opening(msgspec.Struct, frozen=True, tag="opening"):
    """The first message: which recording, with which engine (None: the best there is), and how to begin.

    `source` is for the one who opens the source, and says where the object is and what opens it; it is never logged.
    `codec` is FFmpeg's short name; codec and sample rate decide by how much the engine's time is ahead of the sound.
    `frame_ms` is how long a frame of the picture is seen, on average; `gaps` are where there is no sound for a while;
    `sounds` is whether there is any sound at all.
    """

    source: dict[str, Any]
    codec: str | None = None
    sample_rate_hz: int = 48_000
    duration_ms: int = 0
    engine: Engine | None = None
    at_ms: int = 0
    playing: bool = False
    rate: float = 1.0
    volume: int = 100
    muted: bool = False
    loop: tuple[int, int] | None = None
    serial: int = 0
    frame_ms: float = 40.0
    gaps: tuple[Gap, ...] = ()
    sounds: bool = True

    @classmethod
    def of(cls, recording: Recording, source: dict[str, Any], engine: Engine | None = None) -> Self:
        """What opens a recording at its start, standing."""
        return cls(
            source,
            recording.audio_codec,
            recording.sample_rate_hz or 48_000,
            recording.duration_ms,
            engine,
            frame_ms=1000 / recording.frame_rate if recording.frame_rate else 40.0,
            gaps=recording.gaps,
            sounds=recording.audio_codec is not None,
        )


class Command(msgspec.Struct, frozen=True):
    """What the person wants; its number comes back in the reports made after it was carried out."""

    serial: int


class Play(Command, frozen=True, tag="play"):
    """Play, or play again after the end."""


class Pause(Command, frozen=True, tag="pause"):
    """Stop the sound."""


class Seek(Command, frozen=True, tag="seek"):
    """Go to a time."""

    to_ms: float


class SetRate(Command, frozen=True, tag="rate"):
    """Play at this rate."""

    rate: float


class SetLoudness(Command, frozen=True, tag="loudness"):
    """Volume, 0 to 100, and whether muted."""

    volume: int
    muted: bool


class SetLoop(Command, frozen=True, tag="loop"):
    """Play from start_ms to end_ms again and again, or no longer."""

    loop: tuple[int, int] | None


class Tone(Command, frozen=True, tag="tone"):
    """Sound a short tone over whatever is played."""


class Close(Command, frozen=True, tag="close"):
    """End."""


AnyCommand = Play | Pause | Seek | SetRate | SetLoudness | SetLoop | Tone | Close


class Report(msgspec.Struct, frozen=True):
    """How it stands after the command `serial`; sent at every change and tick, and at least once a second."""

    serial: int
    state: PlayerState
    clock: Clock


class FrameError(ValueError):
    """What came through the pipe is no message."""


def packed(message: msgspec.Struct) -> bytes:
    """The message with its length before it."""
    body = msgspec.msgpack.encode(message)
    return _LENGTH.pack(len(body)) + body


def receive(pipe: BinaryIO, decoder: msgspec.msgpack.Decoder[_T]) -> _T | None:
    """The next message, or None where the other side has ended; FrameError where it is none."""
    head = _exactly(pipe, _LENGTH.size)
    if head is None:
        return None
    (size,) = _LENGTH.unpack(head)
    if size > MOST_BYTES:
        raise FrameError(f"a message of {size} bytes")
    body = _exactly(pipe, size)
    try:
        return None if body is None else decoder.decode(body)
    except msgspec.DecodeError as error:
        raise FrameError(str(error)) from error


def _exactly(pipe: BinaryIO, size: int) -> bytes | None:
    parts: list[bytes] = []
    while size > 0:
        part = pipe.read(size)
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
